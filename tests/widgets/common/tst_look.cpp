// SPDX-License-Identifier: GPL-3.0-or-later
// Palettes, theme and icons: contrast, distinct colours, switching at run time.
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/theme.h"

#include <QApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace ohm::widgets;

class TestLook : public QObject {
    Q_OBJECT
private slots:
    void contrastKnownValues() {
        QVERIFY(std::abs(contrastRatio(Qt::black, Qt::white) - 21.0) < 0.01);
        QVERIFY(std::abs(contrastRatio(Qt::red, Qt::red) - 1.0) < 1e-9);
        QVERIFY(std::abs(contrastRatio(QColor(0x777777), Qt::white) - 4.48) < 0.01);
    }

    void textContrast_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textContrast() {
        QFETCH(bool, dark);
        const QPalette p = dark ? darkPalette() : lightPalette();
        QCOMPARE(isDark(p), dark);
        const struct {
            QPalette::ColorRole text, ground;
        } pairs[] = {{QPalette::WindowText, QPalette::Window},
                     {QPalette::Text, QPalette::Base},
                     {QPalette::Text, QPalette::AlternateBase},
                     {QPalette::ButtonText, QPalette::Button},
                     {QPalette::Link, QPalette::Base},
                     {QPalette::Link, QPalette::Window},
                     {QPalette::ToolTipText, QPalette::ToolTipBase},
                     {QPalette::HighlightedText, QPalette::Highlight}};
        for (const auto& pair : pairs)
            QVERIFY2(contrastRatio(p.color(pair.text), p.color(pair.ground)) >= 4.5,
                     qPrintable(QStringLiteral("roles %1 on %2").arg(pair.text).arg(pair.ground)));
        for (int s = 0; s <= static_cast<int>(Semantic::Muted); ++s) {
            const auto semantic = static_cast<Semantic>(s);
            const QColor colour = semanticColour(semantic, dark);
            for (const QColor& ground :
                 {p.color(QPalette::Window), p.color(QPalette::Base),
                  p.color(QPalette::AlternateBase), semanticTint(semantic, dark)})
                QVERIFY2(contrastRatio(colour, ground) >= 4.5,
                         qPrintable(QStringLiteral("semantic %1 on %2: %3")
                                        .arg(s)
                                        .arg(ground.name())
                                        .arg(contrastRatio(colour, ground))));
            QVERIFY(contrastRatio(p.color(QPalette::WindowText), semanticTint(semantic, dark)) >=
                    4.5);
        }
        for (int i = 0; i < kSeriesColours; ++i) {
            QVERIFY2(contrastRatio(seriesColour(i, dark), p.color(QPalette::Base)) >= 3.0,
                     qPrintable(QString::number(i)));
            for (int j = i + 1; j < kSeriesColours; ++j)
                QVERIFY(seriesColour(i, dark) != seriesColour(j, dark));
        }
        QCOMPARE(seriesColour(kSeriesColours, dark), seriesColour(0, dark));
        QCOMPARE(seriesColour(-1, dark), seriesColour(kSeriesColours - 1, dark));
    }

    void themeSwitches() {
        Theme& theme = Theme::instance();
        theme.apply(ThemeMode::Light);
        QVERIFY(!theme.dark());
        QLineEdit edit;
        edit.show();
        QTest::qWait(5);
        QSignalSpy spy(&theme, &Theme::changed);
        theme.apply(ThemeMode::Dark);
        bool widgetKnows = false;
        connect(&theme, &Theme::changed, &edit, [&] { widgetKnows = isDark(edit.palette()); });
        QTRY_COMPARE(spy.count(), 1);
        QCOMPARE(spy.first().first().toBool(), true);
        QVERIFY(widgetKnows);         // the signal comes after the widgets changed
        theme.apply(ThemeMode::Dark); // nothing changes, nothing is said
        QTest::qWait(5);
        QCOMPARE(spy.count(), 1);
        theme.apply(ThemeMode::System); // the offscreen platform starts light
        QCOMPARE(theme.mode(), ThemeMode::System);
        QVERIFY(!theme.dark());
    }

    void iconsDrawSomething() {
        Theme::instance().apply(ThemeMode::Light);
        const QStringList names = iconNames();
        QVERIFY(names.size() > 50);
        for (const QString& name : names) {
            for (const int side : {16, 24, 64}) {
                const QImage image = themedIcon(name).pixmap(QSize(side, side)).toImage();
                QCOMPARE(image.size(), QSize(side, side));
                int inked = 0;
                for (int y = 0; y < side; ++y)
                    for (int x = 0; x < side; ++x)
                        inked += qAlpha(image.pixel(x, y)) > 60;
                QVERIFY2(inked > side / 2 && inked < side * side * 2 / 3, qPrintable(name));
            }
        }
        QVERIFY(themedIcon(QStringLiteral("no-such-icon")).isNull());
        QVERIFY(themedIcon(QStringLiteral("../icons/open")).isNull());
    }

    void iconsFollowTheTheme() {
        const auto mean = [](const QIcon& icon, QIcon::Mode mode = QIcon::Normal) {
            const QImage image = icon.pixmap(QSize(32, 32), mode).toImage();
            qint64 sum = 0;
            qint64 count = 0;
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x)
                    if (qAlpha(image.pixel(x, y)) > 200) {
                        sum += qGray(image.pixel(x, y));
                        ++count;
                    }
            return count ? static_cast<int>(sum / count) : -1;
        };
        const QIcon icon = themedIcon(QStringLiteral("open"));
        Theme::instance().apply(ThemeMode::Light);
        const int light = mean(icon);
        const int disabled = mean(icon, QIcon::Disabled);
        Theme::instance().apply(ThemeMode::Dark);
        const int dark = mean(icon); // the same object
        QVERIFY(light >= 0 && light < 80);
        QVERIFY(dark > 180);
        QVERIFY(disabled > light + 40);
        const QImage red = colouredIcon(QStringLiteral("stop"), Qt::red).pixmap(32).toImage();
        bool found = false;
        for (int x = 0; x < 32; ++x)
            found = found || red.pixelColor(x, 16) == QColor(Qt::red);
        QVERIFY(found);
    }
};

QTEST_MAIN(TestLook)
#include "tst_look.moc"
