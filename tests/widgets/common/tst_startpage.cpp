// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/startpage.h"

#include <QDropEvent>
#include <QListView>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace ohm::widgets;

namespace {

QListView* list(StartPage& page, const QString& name) {
    for (QListView* view : page.findChildren<QListView*>()) {
        if (view->accessibleName() == name)
            return view;
    }
    return nullptr;
}

} // namespace

class TestStartPage : public QObject {
    Q_OBJECT
private:
    StartPage* page = nullptr;
    QListView* recent = nullptr;
    QListView* demos = nullptr;

private slots:
    void init() {
        page = new StartPage;
        page->resize(1100, 700);
        page->setRecent(
            {{QStringLiteral("/a.sp"), QStringLiteral("a"), QStringLiteral("/"), true, false},
             {QStringLiteral("/b.sp"), QStringLiteral("b"), QStringLiteral("/"), false, true},
             {QStringLiteral("/c.sp"), QStringLiteral("c"), QStringLiteral("/"), false, false}});
        page->setDemos({{QStringLiteral("d1"), QStringLiteral("One"), QStringLiteral("first"),
                         DemoEntry::Picture::Ladder},
                        {QStringLiteral("d2"), QStringLiteral("Two"), QStringLiteral("second"),
                         DemoEntry::Picture::Regulator}});
        page->show();
        recent = list(*page, QStringLiteral("Recent files"));
        demos = list(*page, QStringLiteral("Demo projects"));
        QVERIFY(recent && demos);
    }
    void cleanup() { delete page; }

    void buttons() {
        QSignalSpy open(page, &StartPage::openRequested);
        QSignalSpy project(page, &StartPage::openProjectRequested);
        QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("open")), Qt::LeftButton);
        QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("openProject")),
                          Qt::LeftButton);
        QCOMPARE(open.count(), 1);
        QCOMPARE(project.count(), 1);
    }

    void recentByMouse() {
        QSignalSpy opened(page, &StartPage::recentActivated);
        QSignalSpy pinned(page, &StartPage::pinToggled);
        const QRect row = recent->visualRect(recent->model()->index(1, 0));
        QTest::mouseClick(recent->viewport(), Qt::LeftButton, {}, row.center());
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.first().first().toString(), QStringLiteral("/b.sp"));
        QTest::mouseClick(recent->viewport(), Qt::LeftButton, {},
                          QPoint(row.right() - row.height() / 3, row.center().y()));
        QCOMPARE(opened.count(), 1);
        QCOMPARE(pinned.count(), 1);
        QCOMPARE(pinned.first(), (QVariantList{QStringLiteral("/b.sp"), true}));
    }

    void doubleClickOpensOnce() {
        QSignalSpy opened(page, &StartPage::demoActivated);
        const QPoint place = demos->visualRect(demos->model()->index(1, 0)).center();
        QTest::mouseClick(demos->viewport(), Qt::LeftButton, {}, place);
        QTest::mouseDClick(demos->viewport(), Qt::LeftButton, {}, place);
        QVERIFY(opened.count() >= 1 && opened.count() <= 2); // two separate presses at most
        opened.clear();
        // A real double click: press, release, double-press, release.
        QTest::mousePress(demos->viewport(), Qt::LeftButton, {}, place);
        QTest::mouseRelease(demos->viewport(), Qt::LeftButton, {}, place);
        QMouseEvent twice(QEvent::MouseButtonDblClick, place, demos->viewport()->mapToGlobal(place),
                          Qt::LeftButton, Qt::LeftButton, {});
        QApplication::sendEvent(demos->viewport(), &twice);
        QTest::mouseRelease(demos->viewport(), Qt::LeftButton, {}, place);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.first().first().toString(), QStringLiteral("d2"));
    }

    void pressElsewhereOpensNothing() {
        QSignalSpy opened(page, &StartPage::recentActivated);
        const QPoint first = recent->visualRect(recent->model()->index(0, 0)).center();
        const QPoint third = recent->visualRect(recent->model()->index(2, 0)).center();
        QTest::mousePress(recent->viewport(), Qt::LeftButton, {}, first);
        QTest::mouseRelease(recent->viewport(), Qt::LeftButton, {}, third);
        QTest::mouseClick(recent->viewport(), Qt::RightButton, {}, first);
        QCOMPARE(opened.count(), 0);
    }

    void recentByKeyboard() {
        QSignalSpy opened(page, &StartPage::recentActivated);
        QSignalSpy pinned(page, &StartPage::pinToggled);
        QSignalSpy removed(page, &StartPage::removeRequested);
        recent->setFocus();
        QCOMPARE(recent->currentIndex().row(), 0);
        QTest::keyClick(recent, Qt::Key_Down);
        QTest::keyClick(recent, Qt::Key_Return);
        QTest::keyClick(recent, Qt::Key_P);
        QTest::keyClick(recent, Qt::Key_Delete);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.first().first().toString(), QStringLiteral("/b.sp"));
        QCOMPARE(pinned.count(), 1);
        QCOMPARE(removed.first().first().toString(), QStringLiteral("/b.sp"));
        page->setRecent(
            {{QStringLiteral("/a.sp"), QStringLiteral("a"), QStringLiteral("/"), true, false}});
        QCOMPARE(recent->currentIndex().row(), 0); // the current row stays inside
        page->setRecent({});
        QVERIFY(!recent->isVisible());
    }

    void demoByKeyboard() {
        QSignalSpy opened(page, &StartPage::demoActivated);
        demos->setFocus();
        QTest::keyClick(demos, Qt::Key_Return);
        QCOMPARE(opened.first().first().toString(), QStringLiteral("d1"));
    }

    void saysWhatIsMissing() {
        const QString text = recent->model()->index(1, 0).data(Qt::AccessibleTextRole).toString();
        QVERIFY(text.contains(QStringLiteral("missing")));
        QVERIFY(recent->model()
                    ->index(0, 0)
                    .data(Qt::AccessibleTextRole)
                    .toString()
                    .contains(QStringLiteral("pinned")));
    }

    void dropsLocalFilesOnly() {
        QSignalSpy dropped(page, &StartPage::filesDropped);
        const auto drop = [this](const QList<QUrl>& urls) {
            QMimeData mime;
            mime.setUrls(urls);
            QDragEnterEvent enter({50, 50}, Qt::CopyAction, &mime, Qt::LeftButton, {});
            QApplication::sendEvent(page, &enter);
            if (!enter.isAccepted())
                return;
            QDropEvent event(QPointF(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, {});
            QApplication::sendEvent(page, &event);
        };
        drop({QUrl(QStringLiteral("https://example.org/a.sp"))});
        QCOMPARE(dropped.count(), 0);
        drop({QUrl::fromLocalFile(QStringLiteral("/x/a b.sp")),
              QUrl(QStringLiteral("https://example.org/a.sp"))});
        QCOMPARE(dropped.count(), 1);
        QCOMPARE(dropped.first().first().toStringList(), QStringList{QStringLiteral("/x/a b.sp")});
    }

    void tabOrderIsTopLeftToBottomRight() {
        QVERIFY(QTest::qWaitForWindowActive(page));
        auto* open = page->findChild<QPushButton*>(QStringLiteral("open"));
        open->setFocus();
        QVector<QWidget*> order{open};
        for (int i = 0; i < 3; ++i) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            order.append(QApplication::focusWidget());
        }
        QCOMPARE(order.at(1), page->findChild<QPushButton*>(QStringLiteral("openProject")));
        QCOMPARE(order.at(2), recent);
        QCOMPARE(order.at(3), demos);
    }

    void survivesAnySize() {
        for (const QSize size : {QSize(200, 150), QSize(640, 900), QSize(3000, 2000)}) {
            page->resize(size);
            QVERIFY(!page->grab().isNull());
        }
    }
};

QTEST_MAIN(TestStartPage)
#include "tst_startpage.moc"
