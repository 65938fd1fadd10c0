// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/palette.h"
#include "widgets/graph/graphindex.h"
#include "widgets/graph/graphraster.h"
#include "widgets/graph/graphview.h"

#include <QAccessible>
#include <QBuffer>
#include <QHelpEvent>
#include <QImage>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPainter>
#include <QPdfWriter>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

using namespace ohm::widgets;

Q_DECLARE_METATYPE(std::vector<std::uint32_t>)

namespace {

GraphScene emptyScene() {
    GraphScene scene;
    scene.kinds = {{QStringLiteral("Net"), 0, GraphScene::Kind::Marker::Square, 5},
                   {QStringLiteral("Terminal"), 1, GraphScene::Kind::Marker::Disc, 4}};
    scene.label = [](std::uint32_t node) { return QStringLiteral("n%1").arg(node); };
    return scene;
}

void add(GraphScene& scene, float x, float y, std::uint8_t kind,
         std::uint32_t group = GraphScene::kNoGroup) {
    scene.x.push_back(x);
    scene.y.push_back(y);
    scene.kind.push_back(kind);
    scene.group.push_back(group);
}

/// A net with two devices of two terminals: 0 is the net, 1-2 and 3-4 the devices.
std::shared_ptr<GraphScene> smallScene() {
    auto scene = std::make_shared<GraphScene>(emptyScene());
    add(*scene, 100, 100, 0);
    add(*scene, 60, 100, 1, 7);
    add(*scene, 20, 100, 1, 7);
    add(*scene, 100, 60, 1, 9);
    add(*scene, 100, 20, 1, 9);
    scene->edges = {1, 2, 3, 4, 0, 1, 0, 3};
    return scene;
}

std::shared_ptr<GraphScene> gridScene(std::uint32_t side) {
    auto scene = std::make_shared<GraphScene>(emptyScene());
    for (std::uint32_t row = 0; row < side; ++row)
        for (std::uint32_t column = 0; column < side; ++column) {
            const std::uint32_t node = row * side + column;
            add(*scene, 20.0f * static_cast<float>(column), 20.0f * static_cast<float>(row),
                static_cast<std::uint8_t>(node % 2));
            if (column + 1 < side)
                scene->edges.insert(scene->edges.end(), {node, node + 1});
            if (row + 1 < side)
                scene->edges.insert(scene->edges.end(), {node, node + side});
        }
    return scene;
}

QImage shot(GraphView& view) {
    return view.grab().toImage().convertToFormat(QImage::Format_ARGB32_Premultiplied);
}

/// With no button pressed.
void moveMouse(GraphView& view, const QPointF& at) {
    QMouseEvent move(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(&view, &move);
}

int differing(const QImage& a, const QImage& b) {
    int count = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
            count += a.pixel(x, y) != b.pixel(x, y) ? 1 : 0;
    return count;
}

bool hasColour(const QImage& image, const QColor& colour) {
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixel(x, y) == colour.rgb())
                return true;
    return false;
}

} // namespace

class TestGraphView : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        qRegisterMetaType<std::vector<std::uint32_t>>("std::vector<std::uint32_t>");
        qApp->setPalette(lightPalette());
    }

    void init() {
        m_view = std::make_unique<GraphView>();
        m_view->resize(600, 400);
        m_view->setLegendVisible(false);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
        m_view->activateWindow();
        m_view->setFocus();
        QTRY_VERIFY(m_view->hasFocus());
    }
    void cleanup() { m_view.reset(); }

    void clicks() {
        m_view->setScene(smallScene());
        QSignalSpy clicked(m_view.get(), &GraphView::nodeClicked);
        QSignalSpy background(m_view.get(), &GraphView::backgroundClicked);
        QSignalSpy doubled(m_view.get(), &GraphView::nodeDoubleClicked);
        const QPoint at = m_view->positionOf(3).toPoint();
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, at);
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked[0][0].toUInt(), 3u);
        QTest::mouseClick(m_view.get(), Qt::LeftButton, Qt::ControlModifier, at);
        QCOMPARE(clicked.size(), 2);
        QCOMPARE(clicked[1][1].value<Qt::KeyboardModifiers>(), Qt::ControlModifier);
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, QPoint(3, 3));
        QCOMPARE(background.size(), 1);
        QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, at);
        QCOMPARE(doubled.size(), 1);
        QCOMPARE(doubled[0][0].toUInt(), 3u);
    }

    void picksNearestVisible() {
        auto scene = gridScene(30);
        m_view->setScene(scene);
        for (std::uint32_t node : {0u, 29u, 450u, 899u})
            QCOMPARE(m_view->nodeAt(m_view->positionOf(node)), std::int64_t(node));
        QCOMPARE(m_view->nodeAt(QPointF(-500, 0)), std::int64_t(-1));
        m_view->setKindVisible(1, false);
        QVERIFY(!m_view->isKindVisible(1));
        QVERIFY(m_view->nodeAt(m_view->positionOf(1)) != 1);
    }

    void hover() {
        m_view->setScene(smallScene());
        QSignalSpy hovered(m_view.get(), &GraphView::hovered);
        const QImage before = shot(*m_view);
        moveMouse(*m_view, m_view->positionOf(0));
        QCOMPARE(hovered.size(), 1);
        QCOMPARE(hovered[0][0].toLongLong(), 0);
        QVERIFY(differing(before, shot(*m_view)) > 20);
        moveMouse(*m_view, QPointF(5, 5));
        QCOMPARE(hovered.size(), 2);
        QCOMPARE(hovered[1][0].toLongLong(), -1);
        m_view->setHover(2);    // from outside: no signal back
        m_view->setHover(1000); // no such node: none
        QCOMPARE(hovered.size(), 2);
    }

    void dragPansAndWheelZooms() {
        m_view->setScene(smallScene());
        const QPointF before = m_view->positionOf(0);
        for (Qt::MouseButton button : {Qt::LeftButton, Qt::MiddleButton}) {
            const QPointF start = m_view->positionOf(0);
            QTest::mousePress(m_view.get(), button, {}, QPoint(300, 300));
            QTest::mouseMove(m_view.get(), QPoint(310, 300));
            QTest::mouseMove(m_view.get(), QPoint(330, 320));
            QTest::mouseRelease(m_view.get(), button, {}, QPoint(330, 320));
            const QPointF moved = m_view->positionOf(0) - start;
            QVERIFY(std::abs(moved.x() - 30) < 1.5 && std::abs(moved.y() - 20) < 1.5);
        }
        QSignalSpy clicked(m_view.get(), &GraphView::nodeClicked);
        QCOMPARE(clicked.size(), 0);
        m_view->fit();
        QCOMPARE(m_view->positionOf(0), before);
        // The point under the cursor stays.
        const QPointF at = m_view->positionOf(4);
        const double zoom = m_view->zoom();
        QWheelEvent wheel(at, m_view->mapToGlobal(at), {}, QPoint(0, 240), Qt::NoButton, {},
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(m_view.get(), &wheel);
        QVERIFY(m_view->zoom() > 1.3 * zoom);
        QVERIFY((m_view->positionOf(4) - at).manhattanLength() < 0.5);
        for (int i = 0; i < 200; ++i)
            QCoreApplication::sendEvent(m_view.get(), &wheel);
        QVERIFY(m_view->zoom() < 100);
        QWheelEvent out(at, m_view->mapToGlobal(at), {}, QPoint(0, -240), Qt::NoButton, {},
                        Qt::NoScrollPhase, false);
        for (int i = 0; i < 200; ++i)
            QCoreApplication::sendEvent(m_view.get(), &out);
        QVERIFY(m_view->zoom() > 1e-4);
        shot(*m_view);
    }

    void somethingStaysInView() {
        m_view->setScene(smallScene());
        for (int i = 0; i < 300; ++i)
            QTest::keyClick(m_view.get(), Qt::Key_Left, Qt::ShiftModifier);
        bool seen = false;
        for (std::uint32_t node = 0; node < 5; ++node)
            seen = seen || QRectF(m_view->rect()).contains(m_view->positionOf(node));
        QVERIFY(seen);
    }

    void lasso_data() {
        QTest::addColumn<int>("modifier");
        QTest::newRow("shift") << int(Qt::ShiftModifier);
        QTest::newRow("ctrl") << int(Qt::ControlModifier);
    }
    void lasso() {
        QFETCH(int, modifier);
        const auto keys = static_cast<Qt::KeyboardModifier>(modifier);
        m_view->setScene(smallScene());
        QSignalSpy lassoed(m_view.get(), &GraphView::nodesLassoed);
        const QPoint a = m_view->positionOf(3).toPoint();
        const QPoint b = m_view->positionOf(4).toPoint();
        const QRect around = QRect(a, b).normalized().adjusted(-20, -20, 20, 20);
        QTest::mousePress(m_view.get(), Qt::LeftButton, keys, around.topLeft());
        QTest::mouseMove(m_view.get(), around.topRight());
        QTest::mouseMove(m_view.get(), around.bottomRight());
        shot(*m_view); // painted under way
        QTest::mouseMove(m_view.get(), around.bottomLeft());
        QTest::mouseRelease(m_view.get(), Qt::LeftButton, keys, around.topLeft());
        QCOMPARE(lassoed.size(), 1);
        const auto nodes = lassoed[0][0].value<std::vector<std::uint32_t>>();
        QVERIFY((nodes == std::vector<std::uint32_t>{3, 4}));
        QCOMPARE(lassoed[0][1].value<Qt::KeyboardModifiers>(), Qt::KeyboardModifiers(keys));
        // Escape gives a lasso up.
        QTest::mousePress(m_view.get(), Qt::LeftButton, keys, QPoint(10, 10));
        QTest::mouseMove(m_view.get(), QPoint(400, 10));
        QTest::keyClick(m_view.get(), Qt::Key_Escape);
        QTest::mouseRelease(m_view.get(), Qt::LeftButton, keys, QPoint(400, 300));
        QCOMPARE(lassoed.size(), 1);
    }

    void keyboard() {
        m_view->setScene(smallScene());
        QSignalSpy clicked(m_view.get(), &GraphView::nodeClicked);
        QSignalSpy background(m_view.get(), &GraphView::backgroundClicked);
        const double zoom = m_view->zoom();
        QTest::keyClick(m_view.get(), Qt::Key_Plus);
        QVERIFY(m_view->zoom() > zoom);
        QTest::keyClick(m_view.get(), Qt::Key_Minus);
        QTest::keyClick(m_view.get(), Qt::Key_Minus);
        QVERIFY(m_view->zoom() < zoom);
        QTest::keyClick(m_view.get(), Qt::Key_F);
        QVERIFY(qFuzzyCompare(m_view->zoom(), zoom));
        const QPointF before = m_view->positionOf(0);
        QTest::keyClick(m_view.get(), Qt::Key_Right);
        QVERIFY(m_view->positionOf(0).x() < before.x());
        QTest::keyClick(m_view.get(), Qt::Key_Home);
        QCOMPARE(m_view->positionOf(0), before);

        QTest::keyClick(m_view.get(), Qt::Key_Return); // nothing to click yet
        QCOMPARE(clicked.size(), 0);
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QCOMPARE(m_view->currentNode(), std::int64_t(0));
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QCOMPARE(m_view->currentNode(), std::int64_t(1));
        QTest::keyClick(m_view.get(), Qt::Key_Backtab);
        QCOMPARE(m_view->currentNode(), std::int64_t(0));
        QTest::keyClick(m_view.get(), Qt::Key_Return);
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked[0][0].toUInt(), 0u);
        // Walk along the edges: left along the first device, up along the second.
        QTest::keyClick(m_view.get(), Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(m_view->currentNode(), std::int64_t(1));
        QTest::keyClick(m_view.get(), Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(m_view->currentNode(), std::int64_t(2));
        QTest::keyClick(m_view.get(), Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(m_view->currentNode(), std::int64_t(2)); // no edge goes there
        QTest::keyClick(m_view.get(), Qt::Key_Escape);
        QCOMPARE(m_view->currentNode(), std::int64_t(-1));
        QCOMPARE(background.size(), 1);
    }

    void tabLeavesAfterTheLastNode() {
        QWidget window;
        QVBoxLayout layout(&window);
        QLineEdit before, after;
        auto* view = new GraphView(&window);
        layout.addWidget(&before);
        layout.addWidget(view);
        layout.addWidget(&after);
        QWidget::setTabOrder(&before, view);
        QWidget::setTabOrder(view, &after);
        view->setScene(smallScene());
        view->setKindVisible(0, false); // hidden nodes are not visited
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.activateWindow();
        before.setFocus();
        QTRY_VERIFY(before.hasFocus());
        QTest::keyClick(&before, Qt::Key_Tab);
        QTRY_VERIFY(view->hasFocus());
        for (int i = 0; i < 4; ++i) {
            QTest::keyClick(view, Qt::Key_Tab);
            QCOMPARE(view->currentNode(), std::int64_t(i + 1));
            QVERIFY(view->hasFocus());
        }
        QTest::keyClick(view, Qt::Key_Tab);
        QTRY_VERIFY(after.hasFocus());
        QCOMPARE(view->currentNode(), std::int64_t(-1));
    }

    void selectionDimsTheRest() {
        m_view->setScene(smallScene());
        const QImage before = shot(*m_view);
        m_view->setSelection({1, 1, 4000000000u}); // repeated and unknown ones are ignored
        const QImage after = shot(*m_view);
        const QPoint far = m_view->positionOf(4).toPoint();
        const QPoint near = m_view->positionOf(1).toPoint() + QPoint(3, 3);
        QVERIFY(qGray(after.pixel(far)) > qGray(before.pixel(far)) + 30);
        QCOMPARE(after.pixel(near), before.pixel(near));
        QVERIFY(hasColour(after, semanticColour(Semantic::Selection, false)));
        m_view->setSelection({});
        QCOMPARE(differing(before, shot(*m_view)), 0);
    }

    /// Lines between nodes: where they are they are picked, unless a node lies there; the thicker
    /// lies above, and hidden nodes have none.
    void links() {
        auto scene = std::make_shared<GraphScene>(emptyScene());
        for (int i = 0; i < 4; ++i)
            add(*scene, i % 2 ? 300.0F : 0.0F, i < 2 ? 0.0F : 200.0F,
                static_cast<std::uint8_t>(i == 3));
        m_view->setScene(scene);
        const QImage bare = shot(*m_view);
        m_view->setLinks({{0, 1, 0.1}, {0, 2, 0.5}, {0, 1, 1.0}, {1, 3, 0.3}, {9, 1, 1.0}});
        const QImage drawn = shot(*m_view);
        QVERIFY(drawn != bare);
        QCOMPARE(m_view->linkAt(m_view->linkPosition(1)), 1);
        QCOMPARE(m_view->linkAt(m_view->linkPosition(0)), 2); // the same way, drawn later
        QCOMPARE(m_view->linkAt(m_view->positionOf(0)), -1);  // a node
        QVERIFY(m_view->linkPosition(4).isNull());            // of a node that is not there
        QSignalSpy linked(m_view.get(), &GraphView::linkClicked);
        QSignalSpy nodes(m_view.get(), &GraphView::nodeClicked);
        QSignalSpy ground(m_view.get(), &GraphView::backgroundClicked);
        m_view->setLinkTooltipProvider([](int link) { return QStringLiteral("L%1").arg(link); });
        const QPoint at = m_view->linkPosition(1).toPoint();
        moveMouse(*m_view, at);
        QCOMPARE(m_view->cursor().shape(), Qt::PointingHandCursor);
        QVERIFY(shot(*m_view) != drawn); // it lights up
        QHelpEvent help(QEvent::ToolTip, at, m_view->mapToGlobal(at));
        QCoreApplication::sendEvent(m_view.get(), &help);
        QTRY_COMPARE(QToolTip::text(), QStringLiteral("L1"));
        QToolTip::hideText();
        QTest::mouseClick(m_view.get(), Qt::LeftButton, Qt::ControlModifier, at);
        QCOMPARE(linked.size(), 1);
        QCOMPARE(linked[0][0].toInt(), 1);
        QVERIFY(linked[0][1].value<Qt::KeyboardModifiers>() & Qt::ControlModifier);
        QVERIFY(nodes.isEmpty() && ground.isEmpty());
        // The keyboard walks along them.
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, m_view->positionOf(0).toPoint());
        QTest::keyClick(m_view.get(), Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(m_view->currentNode(), std::int64_t{1});
        QTest::keyClick(m_view.get(), Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(m_view->currentNode(), std::int64_t{3});
        QVERIFY(m_view->accessibleDescription().contains(QStringLiteral("5 links")));
        m_view->setKindVisible(1, false);
        QVERIFY(m_view->linkPosition(3).isNull());
        m_view->setScene(scene); // a scene begins without
        QVERIFY(m_view->linkPosition(1).isNull());
        // On paper, too.
        const auto paper = [&] {
            QImage image(400, 300, QImage::Format_ARGB32_Premultiplied);
            QPainter painter(&image);
            m_view->render(painter, QRectF(0, 0, 400, 300), true);
            return image;
        };
        const QImage without = paper();
        m_view->setLinks({{0, 2, 1.0}});
        QVERIFY(paper() != without);
        m_view->setScene(nullptr);
        m_view->setLinks({{0, 1, 1.0}});
        QCOMPARE(m_view->linkAt(QPointF(10, 10)), -1);
    }

    void legendClickHidesAKind() {
        m_view->setScene(smallScene());
        m_view->setLegendVisible(true);
        QSignalSpy changed(m_view.get(), &GraphView::kindVisibilityChanged);
        QSignalSpy background(m_view.get(), &GraphView::backgroundClicked);
        const QImage before = shot(*m_view);
        const int row = static_cast<int>(QFontMetricsF(m_view->font()).height() * 1.25);
        const QPoint last(40, m_view->height() - 10 - 5 - row / 2); // the last entry
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, last);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toInt(), 1);
        QVERIFY(!m_view->isKindVisible(1));
        QVERIFY(differing(before, shot(*m_view)) > 100);
        QCOMPARE(m_view->nodeAt(m_view->positionOf(1)), std::int64_t(-1));
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, last);
        QVERIFY(m_view->isKindVisible(1));
        QCOMPARE(background.size(), 0);
    }

    void tooltips() {
        m_view->setScene(smallScene());
        std::uint32_t asked = 999;
        m_view->setTooltipProvider([&](std::uint32_t node) {
            asked = node;
            return QStringLiteral("tip");
        });
        const QPoint at = m_view->positionOf(2).toPoint();
        QHelpEvent help(QEvent::ToolTip, at, m_view->mapToGlobal(at));
        QCoreApplication::sendEvent(m_view.get(), &help);
        QCOMPARE(asked, 2u);
        QCOMPARE(QToolTip::text(), QStringLiteral("tip"));
        QToolTip::hideText();
    }

    void contextMenu() {
        m_view->setScene(smallScene());
        QSignalSpy asked(m_view.get(), &GraphView::contextMenuRequested);
        const QPoint at = m_view->positionOf(2).toPoint();
        QContextMenuEvent byMouse(QContextMenuEvent::Mouse, at, m_view->mapToGlobal(at));
        QCoreApplication::sendEvent(m_view.get(), &byMouse);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][1].toLongLong(), 2);
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QContextMenuEvent byKey(QContextMenuEvent::Keyboard, QPoint(0, 0), QPoint(0, 0));
        QCoreApplication::sendEvent(m_view.get(), &byKey);
        QCOMPARE(asked[1][1].toLongLong(), 0);
    }

    void nothingToShow() {
        m_view->setScene(nullptr);
        const QImage blank = shot(*m_view);
        m_view->setPlaceholder(QStringLiteral("Open a netlist to see its graph."));
        QVERIFY(differing(blank, shot(*m_view)) > 50);
        QVERIFY(m_view->accessibleDescription().contains(QStringLiteral("Open a netlist")));
        m_view->setScene(std::make_shared<GraphScene>());
        shot(*m_view);
        m_view->zoomIn();
        m_view->fit();
        m_view->reveal(3);
        m_view->setSelection({1});
        m_view->setPositions({1}, {2});
        for (int key : {Qt::Key_Tab, Qt::Key_Left, Qt::Key_Return, Qt::Key_Escape, Qt::Key_Plus})
            QTest::keyClick(m_view.get(), static_cast<Qt::Key>(key));
        m_view->setFocus();
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, QPoint(100, 100));
        QCOMPARE(m_view->nodeAt(QPointF(5, 5)), std::int64_t(-1));
        QVERIFY(m_view->drawingSize().isEmpty());
        QImage image(10, 10, QImage::Format_RGB32);
        QPainter painter(&image);
        m_view->render(painter, QRectF(0, 0, 10, 10), true);
    }

    void singleNode() {
        auto scene = std::make_shared<GraphScene>(emptyScene());
        add(*scene, 1e6f, -1e6f, 0);
        m_view->setScene(scene);
        QVERIFY((m_view->positionOf(0) - QRectF(m_view->rect()).center()).manhattanLength() < 2);
        QCOMPARE(m_view->nodeAt(m_view->positionOf(0)), std::int64_t(0));
        shot(*m_view);
    }

    void brokenSceneIsMadeSound() {
        auto scene = smallScene();
        scene->edges.insert(scene->edges.end(), {2, 99, 77});
        scene->kind[1] = 200;
        scene->x[2] = std::numeric_limits<float>::quiet_NaN();
        scene->y[3] = std::numeric_limits<float>::infinity();
        scene->y.push_back(4);
        scene->group.pop_back();
        m_view->setScene(scene);
        shot(*m_view);
        for (std::uint32_t node = 0; node < 5; ++node)
            QVERIFY(std::isfinite(m_view->positionOf(node).x()));
        m_view->setColours({0xFF00FF00u}); // shorter than the nodes
        m_view->setPositions({std::numeric_limits<float>::quiet_NaN(), 1, 2, 3, 4},
                             {0, 1, 2, 3, 4});
        QTest::qWait(50);
        shot(*m_view);
        QVERIFY(std::isfinite(m_view->positionOf(0).x()));
    }

    void newPositionsKeepTheZoom() {
        m_view->setScene(smallScene());
        m_view->zoomIn();
        m_view->zoomIn();
        const double zoom = m_view->zoom();
        const QPointF before = m_view->positionOf(4);
        m_view->setPositions({100, 60, 20, 100, 110}, {100, 100, 100, 60, 25});
        QTRY_VERIFY((m_view->positionOf(4) - before - QPointF(10, 5) * zoom).manhattanLength() <
                    0.5);
        QVERIFY(qFuzzyCompare(m_view->zoom(), zoom));
        // As long as the user has not moved the view, it stays fitted.
        m_view->fit();
        m_view->setPositions({0, 1000, 2000, 3000, 4000}, {0, 100, 200, 300, 400});
        QTRY_VERIFY(QRectF(m_view->rect()).contains(m_view->positionOf(4)) &&
                    m_view->positionOf(4).x() > 500);
        QTest::qWait(300);
        QVERIFY(QRectF(m_view->rect()).contains(m_view->positionOf(0)));
        m_view->setPositions({1, 2}, {1, 2}); // of another size: ignored
        shot(*m_view);
    }

    void labelsColoursAndAnnotations() {
        auto scene = smallScene();
        scene->mark = [](std::uint32_t node) {
            return node == 0 ? QString() : QStringLiteral("+");
        };
        scene->groupLabel = [](std::uint32_t group) { return QStringLiteral("r%1").arg(group); };
        m_view->setScene(scene);
        const QImage plain = shot(*m_view);
        std::set<std::uint32_t> asked;
        m_view->setAnnotations([&](std::uint32_t node) {
            asked.insert(node);
            return QStringLiteral("1.23 V");
        });
        QVERIFY(differing(plain, shot(*m_view)) > 50);
        QCOMPARE(asked.size(), std::size_t(5));
        m_view->setAnnotations({});
        QCOMPARE(differing(plain, shot(*m_view)), 0);
        m_view->setColours({0xFF123456u, 0, 0, 0, 0});
        QVERIFY(hasColour(shot(*m_view), QColor(0x12, 0x34, 0x56)));
        m_view->setColours({});
        QCOMPARE(differing(plain, shot(*m_view)), 0);
    }

    void followsThePalette() {
        m_view->setScene(smallScene());
        const QImage light = shot(*m_view);
        m_view->setPalette(darkPalette());
        const QImage dark = shot(*m_view);
        QVERIFY(qGray(light.pixel(300, 10)) > 200);
        QVERIFY(qGray(dark.pixel(300, 10)) < 60);
        QVERIFY(hasColour(dark, seriesColour(0, true)));
        // Print stays light.
        QImage print(400, 300, QImage::Format_ARGB32_Premultiplied);
        QPainter painter(&print);
        m_view->render(painter, print.rect(), true);
        painter.end();
        QCOMPARE(print.pixelColor(2, 2), QColor(Qt::white));
        QVERIFY(hasColour(print, seriesColour(0, false)));
    }

    void exportsAsVectors() {
        m_view->setScene(gridScene(12));
        const QSizeF size = m_view->drawingSize();
        QVERIFY(size.width() >= 220 && size.height() >= 220);
        QByteArray bytes;
        QBuffer buffer(&bytes);
        QVERIFY(buffer.open(QIODevice::WriteOnly));
        {
            QPdfWriter pdf(&buffer);
            QPainter painter(&pdf);
            m_view->render(painter, QRectF(0, 0, pdf.width(), pdf.height()), true);
        }
        QVERIFY(bytes.startsWith("%PDF"));
        QVERIFY(!bytes.contains("/Subtype /Image"));
    }

    void accessible() {
        QVERIFY(!m_view->accessibleName().isEmpty());
        m_view->setScene(smallScene());
        QVERIFY(m_view->accessibleDescription().contains(QLatin1Char('5')));
        m_view->setSelection({3});
        QVERIFY(m_view->accessibleDescription().contains(QStringLiteral("n3")));
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QAccessibleInterface* iface = QAccessible::queryAccessibleInterface(m_view.get());
        QVERIFY(iface);
        QCOMPARE(iface->role(), QAccessible::Graphic);
        QCOMPARE(iface->text(QAccessible::Value), QStringLiteral("n0"));
    }

    void manyNodesPanAsIfDrawnWhole() {
        // A picture that was moved and completed at its edges is the picture drawn anew.
        m_view->setScene(gridScene(150));
        shot(*m_view);
        for (int key : {Qt::Key_Left, Qt::Key_Up, Qt::Key_Right, Qt::Key_Right, Qt::Key_Down,
                        Qt::Key_Down, Qt::Key_Left}) {
            QTest::keyClick(m_view.get(), static_cast<Qt::Key>(key));
            shot(*m_view);
        }
        const QImage moved = shot(*m_view);
        m_view->setKindVisible(0, true); // draws anew
        QCOMPARE(differing(moved, shot(*m_view)), 0);
        QVERIFY(hasColour(moved, seriesColour(1, false)));
    }

    void hugeGraph() {
        m_view->setScene(gridScene(320)); // 102400 nodes
        shot(*m_view);
        const std::uint32_t node = 51360;
        m_view->reveal(node);
        shot(*m_view);
        QVERIFY(QRectF(m_view->rect()).contains(m_view->positionOf(node)));
        QCOMPARE(m_view->nodeAt(m_view->positionOf(node)), std::int64_t(node));
        for (int i = 0; i < 12; ++i) {
            m_view->zoomIn();
            shot(*m_view);
        }
        m_view->fit();
        std::vector<std::uint32_t> half(50000);
        for (std::uint32_t i = 0; i < half.size(); ++i)
            half[i] = i;
        m_view->setSelection(half);
        const QImage selected = shot(*m_view);
        QVERIFY(hasColour(selected, seriesColour(1, false)));
        m_view->setHover(5);
        shot(*m_view);
    }

    void rasterBandsMeet() {
        // Any partition of the picture gives the same pixels.
        auto scene = gridScene(40);
        std::mt19937 random(3);
        for (int i = 0; i < 400; ++i)
            scene->edges.insert(scene->edges.end(),
                                {std::uint32_t(random() % 1600), std::uint32_t(random() % 1600)});
        GraphIndex index;
        index.build(scene->x, scene->y, scene->edges);
        const std::vector<std::uint8_t> hidden(scene->x.size(), 0);
        const std::vector<QRgb> colours(scene->x.size(), 0xFF336699u);
        RasterInput input;
        input.scene = scene.get();
        input.index = &index;
        input.x = scene->x;
        input.y = scene->y;
        input.hidden = hidden;
        input.colours = colours;
        input.edgeColour = Qt::black;
        const PixelMap map{0.61, -31, -17};
        QImage whole(333, 251, QImage::Format_ARGB32_Premultiplied);
        QImage parts(333, 251, QImage::Format_ARGB32_Premultiplied);
        whole.fill(Qt::red);
        parts.fill(Qt::green);
        GraphRaster raster;
        raster.draw(whole, whole.rect(), map, input);
        for (int x = 0; x < 333; x += 50)
            for (int y = 0; y < 251; y += 37)
                raster.draw(parts, QRect(x, y, 50, 37), map, input);
        QCOMPARE(differing(whole, parts), 0);
    }

    void indexFindsAllThatMeets() {
        auto scene = std::make_shared<GraphScene>(emptyScene());
        std::mt19937 random(11);
        std::uniform_real_distribution<float> place(-500, 1500);
        for (int i = 0; i < 2000; ++i)
            add(*scene, place(random), place(random) / 3, 0);
        for (int i = 0; i < 3000; ++i)
            scene->edges.insert(scene->edges.end(),
                                {std::uint32_t(random() % 2000), std::uint32_t(random() % 2000)});
        GraphIndex index;
        index.build(scene->x, scene->y, scene->edges);
        for (const QRectF& area :
             {QRectF(0, 0, 10, 10), QRectF(-600, -300, 50, 900), QRectF(400, 100, 300, 5),
              QRectF(-1e4, -1e4, 3e4, 3e4), QRectF(5000, 5000, 10, 10)}) {
            std::set<std::uint32_t> nodes, edges;
            index.visitNodes(area, [&](std::uint32_t n) { QVERIFY(nodes.insert(n).second); });
            index.visitEdges(area, [&](std::uint32_t e) { QVERIFY(edges.insert(e).second); });
            for (std::uint32_t n = 0; n < 2000; ++n)
                if (area.contains(scene->x[n], scene->y[n]))
                    QVERIFY(nodes.contains(n));
            for (std::uint32_t e = 0; e < 3000; ++e) {
                const QPointF a(scene->x[scene->edges[2 * e]], scene->y[scene->edges[2 * e]]);
                const QPointF b(scene->x[scene->edges[2 * e + 1]],
                                scene->y[scene->edges[2 * e + 1]]);
                if (QRectF(a, b).normalized().adjusted(-1e-6, -1e-6, 1e-6, 1e-6).intersects(area))
                    QVERIFY(edges.contains(e));
            }
            QVERIFY(index.countNodes(area) >= nodes.size());
        }
    }

private:
    std::unique_ptr<GraphView> m_view;
};

QTEST_MAIN(TestGraphView)
#include "tst_graphview.moc"
