// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/csvwriter.h"
#include "widgets/common/exportview.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace ohm::widgets;

namespace {

Renderable square() {
    Renderable r;
    r.name = QStringLiteral("square");
    r.size = {72, 36}; // an inch by half an inch
    r.paint = [](QPainter& p, const QRectF& rect) {
        p.fillRect(QRectF(0, 0, rect.width() / 2, rect.height()), Qt::red);
    };
    r.csv = [] { return QByteArray("a,b\r\n"); };
    return r;
}

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestExport : public QObject {
    Q_OBJECT
private slots:
    void imageScales_data() {
        QTest::addColumn<double>("scale");
        for (const double scale : {1.0, 2.0, 3.0, 4.0})
            QTest::addRow("%g", scale) << scale;
    }
    void imageScales() {
        QFETCH(double, scale);
        const QImage image = renderImage(square(), scale);
        QCOMPARE(image.size(), QSize(static_cast<int>(96 * scale), static_cast<int>(48 * scale)));
        QCOMPARE(image.pixelColor(static_cast<int>(20 * scale), 10), QColor(Qt::red));
        QCOMPARE(image.pixelColor(static_cast<int>(80 * scale), 10),
                 QColor(Qt::white)); // light ground
    }

    void impossibleSizes() {
        Renderable r = square();
        r.size = {0, 10};
        QVERIFY(renderImage(r, 1).isNull());
        r.size = {1e9, 1e9};
        QVERIFY(renderImage(r, 1).isNull());
        r.size = {std::numeric_limits<double>::quiet_NaN(), 10};
        QVERIFY(renderImage(r, 1).isNull());
        QVERIFY(renderImage(Renderable{}, 1).isNull());
    }

    void writesEachKind() {
        QTemporaryDir dir;
        const auto path = [&](const char* name) { return dir.filePath(QString::fromLatin1(name)); };
        QVERIFY(exportTo(square(), path("a.png"), 2).ok());
        QCOMPARE(QImage(path("a.png")).size(), QSize(192, 96));
        QVERIFY(exportTo(square(), path("a.svg")).ok());
        QSvgRenderer svg(path("a.svg"));
        QVERIFY(svg.isValid());
        QCOMPARE(svg.viewBoxF().size(), QSizeF(72, 36));
        QVERIFY(exportTo(square(), path("a.PDF")).ok());
        QVERIFY(contents(path("a.PDF")).startsWith("%PDF-"));
        QVERIFY(exportTo(square(), path("a.csv")).ok());
        QCOMPARE(contents(path("a.csv")), QByteArray("a,b\r\n"));
    }

    void failuresHaveCodes() {
        QTemporaryDir dir;
        const auto code = [](const ohm::Expected<void>& result) {
            return result ? std::string("ok") : result.error().code;
        };
        QCOMPARE(code(exportTo(square(), dir.filePath(QStringLiteral("a.bmp")))),
                 std::string("WID-001"));
        QCOMPARE(code(exportTo(square(), dir.filePath(QStringLiteral("png")))),
                 std::string("WID-001"));
        QCOMPARE(code(exportTo({}, dir.filePath(QStringLiteral("a.png")))), std::string("WID-002"));
        Renderable r = square();
        r.csv = nullptr;
        QCOMPARE(code(exportTo(r, dir.filePath(QStringLiteral("a.csv")))), std::string("WID-002"));
        r.size = {20000, 20000};
        QCOMPARE(code(exportTo(r, dir.filePath(QStringLiteral("a.png")), 4)),
                 std::string("WID-003"));
        QVERIFY(!QFile::exists(dir.filePath(QStringLiteral("a.png"))));
        QCOMPARE(code(exportTo(square(), QStringLiteral("/nonexistent-folder/a.png"))),
                 std::string("BASE-010"));
    }

    void menuCopies() {
        QWidget view;
        ExportActions actions(square, &view);
        QSignalSpy copied(&actions, &ExportActions::copied);
        actions.menu()->actions().first()->trigger();
        QCOMPARE(copied.count(), 1);
        QCOMPARE(QApplication::clipboard()->image().size(), QSize(192, 96));
        ExportActions none([] { return Renderable{}; }, &view);
        QSignalSpy failed(&none, &ExportActions::failed);
        none.copyImage();
        QCOMPARE(failed.count(), 1);
    }

    void csvQuotesAndIgnoresTheLocale() {
        QLocale::setDefault(QLocale(QLocale::German));
        CsvWriter csv;
        csv.row({QStringLiteral("net"), QStringLiteral("a,b"), QStringLiteral("say \"hi\""),
                 QStringLiteral("two\nlines")});
        csv.cell(1.5)
            .cell(1e-15)
            .cell(std::numeric_limits<double>::quiet_NaN())
            .cell(std::numeric_limits<double>::infinity())
            .endRow();
        csv.cell(QStringLiteral("µ")).endRow();
        QLocale::setDefault(QLocale::c());
        QCOMPARE(
            csv.bytes(),
            QByteArray(
                "net,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n1.5,1e-15,,\r\n\xc2\xb5\r\n"));
    }
};

QTEST_MAIN(TestExport)
#include "tst_export.moc"
