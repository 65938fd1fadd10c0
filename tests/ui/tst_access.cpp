// SPDX-License-Identifier: GPL-3.0-or-later
// Every control of every page is reached by Tab and has a name that a screen reader says.
#include "ui/pages/optimizepage.h"
#include "ui/pages/reportpage.h"
#include "ui/services/settings.h"
#include "uitesting.h"
#include "widgets/common/exportview.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QSet>
#include <QTabBar>
#include <QTabWidget>
#include <QToolBar>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace {

/// "QPushButton pin in runsPage".
QString describe(const QWidget* widget) {
    QString text = QString::fromLatin1(widget->metaObject()->className());
    if (!widget->objectName().isEmpty())
        text += u' ' + widget->objectName();
    if (const auto* button = qobject_cast<const QAbstractButton*>(widget))
        text += u" \"%1\" (%2)"_s.arg(button->text(), button->toolTip());
    for (const QWidget* up = widget->parentWidget(); up; up = up->parentWidget()) {
        if (!up->objectName().isEmpty() && !up->objectName().startsWith(u"qt_"_s))
            return text + u" in "_s + up->objectName();
    }
    return text;
}

QString nameOf(QWidget* widget) {
    QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
    return face ? face->text(QAccessible::Name).trimmed() : QString();
}

/// What Tab must reach below a widget: visible, usable, and not a part of another control.
QVector<QWidget*> controlsOf(QWidget* root) {
    QVector<QWidget*> out;
    for (QWidget* widget : root->findChildren<QWidget*>()) {
        const bool takes = (widget->focusPolicy() & Qt::TabFocus) != 0;
        if (!takes || !widget->isVisible() || !widget->isEnabled() || widget->focusProxy())
            continue;
        const QWidget* parent = widget->parentWidget();
        if (parent && (parent->inherits("QAbstractSpinBox") || parent->inherits("QComboBox")))
            continue;
        // Of radio buttons Tab goes to the chosen one, arrows go to the others.
        const auto* radio = qobject_cast<const QAbstractButton*>(widget);
        if (radio && radio->inherits("QRadioButton") && !radio->isChecked())
            continue;
        if (widget->inherits("QTabBar") && static_cast<QTabBar*>(widget)->count() == 0)
            continue;
        out << widget;
    }
    return out;
}

} // namespace

class TestAccess : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;

    static const QVector<std::pair<MainWindow::Page, QString>>& pages() {
        static const QVector<std::pair<MainWindow::Page, QString>> all{
            {MainWindow::Page::Circuit, u"circuit"_s},
            {MainWindow::Page::Data, u"data"_s},
            {MainWindow::Page::Train, u"train"_s},
            {MainWindow::Page::Optimize, u"optimize"_s},
            {MainWindow::Page::Embedding, u"embedding"_s},
            {MainWindow::Page::Errors, u"errors"_s},
            {MainWindow::Page::Runs, u"runs"_s},
            {MainWindow::Page::Parasitics, u"parasitics"_s},
            {MainWindow::Page::Deep, u"deep"_s},
            {MainWindow::Page::Report, u"report"_s}};
        return all;
    }
    /// Shows each tab of each tab widget of the shown page, calling `each` for every state.
    template <typename Each>
    static void everyTab(MainWindow& window, Each each) {
        QVector<QTabWidget*> tabs;
        for (QTabWidget* tab : window.centralWidget()->findChildren<QTabWidget*>()) {
            if (tab->isVisible())
                tabs << tab;
        }
        each();
        for (QTabWidget* tab : tabs) {
            for (int i = 0; i < tab->count(); ++i) {
                tab->setCurrentIndex(i);
                QTest::qWait(1);
                each();
            }
            tab->setCurrentIndex(0);
        }
    }

private slots:
    void initTestCase() {
        for (const char* name : {"OHMSCAPE_RUNS", "OHMSCAPE_DATASETS", "OHMSCAPE_SIZINGS"})
            qputenv(name, m_folder.filePath(QString::fromLatin1(name)).toLocal8Bit());
        QAccessible::setActive(true);
    }

    void everyControlHasAName() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1600, 1000);
        window.show();
        QStringList nameless;
        const auto look = [&](const QString& where) {
            for (QWidget* widget : controlsOf(&window)) {
                if (nameOf(widget).isEmpty())
                    nameless << where + u": "_s + describe(widget);
            }
        };
        look(u"start"_s);
        QVERIFY(openAndWait(window, sample(u"divider.sp"_s)));
        for (QDockWidget* dock : window.findChildren<QDockWidget*>()) {
            window.showDock(dock->objectName());
            QTest::qWait(1);
            look(dock->objectName());
        }
        window.workspace()->showSource();
        QTest::qWait(1);
        look(u"source"_s);
        window.workspace()->showFinetune();
        QTest::qWait(1);
        look(u"finetune"_s);
        for (const auto& [page, name] : pages()) {
            window.showPage(page);
            QVERIFY(waitSettled(window));
            everyTab(window, [&, name = name] { look(name); });
        }
        nameless.removeDuplicates();
        QVERIFY2(nameless.isEmpty(), qPrintable(u'\n' + nameless.join(u'\n')));
    }

    /// Tab, pressed again and again from the page's first control, comes to every other one and
    /// gets caught in none.
    void tabReachesEveryControl_data() {
        QTest::addColumn<int>("page");
        for (const auto& [page, name] : pages())
            QTest::newRow(qPrintable(name)) << static_cast<int>(page);
    }
    void tabReachesEveryControl() {
        QFETCH(int, page);
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1600, 1000);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(openAndWait(window, sample(u"divider.sp"_s)));
        window.showPage(static_cast<MainWindow::Page>(page));
        QVERIFY(waitSettled(window));
        QStringList missed;
        everyTab(window, [&] {
            const QVector<QWidget*> controls = controlsOf(window.centralWidget());
            if (controls.isEmpty())
                return;
            controls.first()->setFocus(Qt::TabFocusReason);
            QSet<const QWidget*> reached;
            // Drawings let Tab walk through what they show, and leave after the last of it.
            constexpr int kMostWithin = 60;
            const QWidget* last = nullptr;
            int within = 0;
            for (int i = 0; i < 1000; ++i) {
                QWidget* focus = QApplication::focusWidget();
                if (!focus)
                    break;
                within = focus == last ? within + 1 : 0;
                if (within > kMostWithin) {
                    missed << u"Tab does not leave "_s + describe(focus);
                    break;
                }
                if (focus != last && focus == controls.first() && reached.contains(focus))
                    break; // once around
                reached.insert(focus);
                last = focus;
                QTest::keyClick(focus, Qt::Key_Tab);
            }
            for (const QWidget* control : controls) {
                if (!reached.contains(control) && control->isVisible() && control->isEnabled())
                    missed << u"Tab does not reach "_s + describe(control);
            }
        });
        missed.removeDuplicates();
        QVERIFY2(missed.isEmpty(), qPrintable(u'\n' + missed.join(u'\n')));
    }

    /// Charts, scatters, maps and tables can all be copied and exported; what they show is then in
    /// "Export all views" as well.
    void everyViewCanBeExported() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        QSet<const QWidget*> able;
        for (const auto* actions : window.findChildren<widgets::ExportActions*>())
            able << actions->view();
        QStringList without;
        for (const QWidget* widget : window.findChildren<QWidget*>()) {
            const bool view = widget->inherits("ohm::widgets::PlotView") ||
                              widget->inherits("ohm::widgets::ScatterView") ||
                              widget->inherits("ohm::widgets::MapView") ||
                              widget->inherits("QTableView");
            // What is ticked on the Report page is no result; the Optimize page has tests of its
            // own.
            const bool other = window.reportPage()->isAncestorOf(widget) ||
                               window.optimizePage()->isAncestorOf(widget);
            // Panes with a header export what they hold as a whole.
            bool held = false;
            for (const QWidget* up = widget; up && !held; up = up->parentWidget())
                held = able.contains(up);
            if (view && !other && !held)
                without << describe(widget) + u' ' + widget->accessibleName();
        }
        QVERIFY2(without.isEmpty(), qPrintable(u'\n' + without.join(u'\n')));
    }

    /// Nothing of a page is wider than the window it has to fit into, and no label is cut.
    void pagesFitIntoASmallWindow() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1280, 720);
        window.show();
        QVERIFY(openAndWait(window, sample(u"divider.sp"_s)));
        QStringList wide;
        // Pictures to look at, where a folder for them is named.
        const QString pictures = qEnvironmentVariable("OHMSCAPE_PICTURES");
        for (const auto& [page, name] : pages()) {
            window.showPage(page);
            QVERIFY(waitSettled(window));
            QTest::qWait(20);
            for (const auto theme : {Settings::Theme::Light, Settings::Theme::Dark}) {
                if (pictures.isEmpty())
                    break;
                window.bench().settings.setTheme(theme);
                QTest::qWait(100);
                window.grab().save(
                    pictures + u'/' + name +
                    (theme == Settings::Theme::Light ? u"-light.png"_s : u"-dark.png"_s));
            }
            // Words that have less room than they need.
            for (QWidget* widget : window.centralWidget()->findChildren<QWidget*>()) {
                const auto* button = qobject_cast<QAbstractButton*>(widget);
                const auto* label = qobject_cast<QLabel*>(widget);
                const bool words = (button && !button->text().isEmpty()) ||
                                   (label && !label->wordWrap() && !label->text().isEmpty());
                if (words && widget->isVisible() && !widget->visibleRegion().isEmpty() &&
                    widget->width() + 1 < widget->minimumSizeHint().width())
                    wide << name + u": cut: "_s + describe(widget) +
                                (label ? label->text().left(60) : QString());
            }
            // Lines that have just been broken elsewhere take a turn to be laid out.
            (void)QTest::qWaitFor([&] { return window.minimumSizeHint().height() <= 720; }, 3000);
            const int needed = window.minimumSizeHint().width();
            if (needed > 1280) {
                wide << u"%1 needs %2 pixels"_s.arg(name).arg(needed);
                for (const QWidget* widget : window.findChildren<QWidget*>()) {
                    const int own =
                        std::max(widget->minimumSizeHint().width(), widget->minimumWidth());
                    if (own > 380)
                        wide << u"  %1 of it %2"_s.arg(own).arg(describe(widget));
                }
            }
            const int high = window.minimumSizeHint().height();
            if (high > 720) {
                wide << u"%1 needs %2 pixels in height"_s.arg(name).arg(high);
                for (const QWidget* widget : window.findChildren<QWidget*>()) {
                    const int own =
                        std::max(widget->minimumSizeHint().height(), widget->minimumHeight());
                    if (own > 500)
                        wide << u"  %1 of it %2"_s.arg(own).arg(describe(widget));
                }
            }
        }
        QVERIFY2(wide.isEmpty(), qPrintable(wide.join(u'\n')));
        QVERIFY(window.width() <= 1280 && window.height() <= 720);
    }
};

QTEST_MAIN(TestAccess)
#include "tst_access.moc"
