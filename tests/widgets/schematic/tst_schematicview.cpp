// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/connectivity.h"
#include "core/schematic/symbols.h"
#include "widgets/common/palette.h"
#include "widgets/schematic/schematicscene.h"
#include "widgets/schematic/schematictags.h"
#include "widgets/schematic/schematicview.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace ohm;
using namespace ohm::schematic;
using namespace ohm::widgets;

namespace {

SymbolInstance part(std::uint32_t symbol, int x, int y, const char* name, const char* value) {
    SymbolInstance i;
    i.symbol = symbol;
    i.at = {x, y};
    i.name = name;
    i.value = value;
    i.device = name;
    for (char& c : i.device)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return i;
}

/// A voltage source and two resistors: nets in, mid and 0.
std::shared_ptr<SchematicDoc> divider() {
    auto doc = std::make_shared<SchematicDoc>();
    doc->title = "divider";
    doc->symbols = {*builtinSymbol("vsource"), *builtinSymbol("res")};
    doc->instances = {part(0, 0, 100, "V1", "5"), part(1, 200, 30, "R1", "10k"),
                      part(1, 200, 170, "R2", "4k")};
    for (SymbolInstance& i : doc->instances)
        placeTexts(i, doc->symbols[i.symbol]);
    doc->wires = {{{0, 70}, {0, 0}, {}},
                  {{0, 0}, {200, 0}, {}},
                  {{200, 60}, {200, 140}, {}},
                  {{0, 130}, {0, 200}, {}},
                  {{0, 200}, {200, 200}, {}}};
    Label in;
    in.at = {100, 0};
    in.name = "in";
    in.anchor = TextAnchor::Bottom;
    in.quarterTurns = 3;
    Label mid;
    mid.at = {200, 100};
    mid.name = "mid";
    Label ground;
    ground.kind = Label::Kind::Ground;
    ground.at = {0, 200};
    ground.name = "0";
    doc->labels = {in, mid, ground};
    ohm::schematic::connect(*doc);
    return doc;
}

/// Many parts in rows, as a large sheet has.
std::shared_ptr<SchematicDoc> manyParts(int columns, int rows) {
    auto doc = std::make_shared<SchematicDoc>();
    doc->symbols = {*builtinSymbol("nmos4")};
    for (int x = 0; x < columns; ++x)
        for (int y = 0; y < rows; ++y) {
            doc->instances.push_back(
                part(0, x * 120, y * 120,
                     ("M" + std::to_string(x) + "_" + std::to_string(y)).c_str(), "W=1u"));
            doc->wires.push_back({{x * 120 + 20, y * 120 + 30}, {x * 120 + 20, y * 120 + 90}, {}});
        }
    ohm::schematic::connect(*doc);
    return doc;
}

/// A wide, sparse sheet like an op-amp's: transistors between rails in a row.
std::shared_ptr<SchematicDoc> wideSheet() {
    auto doc = std::make_shared<SchematicDoc>();
    doc->symbols = {*builtinSymbol("nmos4")};
    for (int x = 0; x < 8; ++x) {
        for (int y = 0; y < 2; ++y) {
            doc->instances.push_back(part(0, x * 150, y * 150,
                                          ("M" + std::to_string(2 * x + y)).c_str(),
                                          "W=500n L=90n m=20"));
            placeTexts(doc->instances.back(), doc->symbols[0]);
        }
        doc->wires.push_back({{x * 150 + 20, 30}, {x * 150 + 20, 120}, {}});
    }
    ohm::schematic::connect(*doc);
    return doc;
}

QHash<QString, Annotation> wireVoltages(const SchematicDoc& doc) {
    QHash<QString, Annotation> nets;
    for (const Wire& wire : doc.wires)
        nets.insert(QString::fromStdString(wire.net), {QStringLiteral("823.6 mV"), {}});
    return nets;
}

/// Pixels that differ from the most frequent colour: what is drawn.
int inkOf(const QImage& image, const QColor& ground) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y) != ground ? 1 : 0;
    return count;
}

void wheel(QWidget& view, const QPointF& at, int delta,
           Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWheelEvent event(at, view.mapToGlobal(at), {}, {0, delta}, Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view, &event);
}

void hoverAt(QWidget& view, const QPointF& at) {
    QMouseEvent event(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton, Qt::NoButton,
                      Qt::NoModifier);
    QApplication::sendEvent(&view, &event);
}

} // namespace

class TestSchematicView : public QObject {
    Q_OBJECT
private slots:
    void init() {
        QApplication::setPalette(lightPalette());
        m_view = std::make_unique<SchematicView>();
        m_view->resize(600, 500);
        m_view->setDocument(divider());
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
        m_view->fit();
    }
    void cleanup() { m_view.reset(); }

    void clicksSayWhatTheyHit_data() {
        QTest::addColumn<QPoint>("at");
        QTest::addColumn<QString>("net");
        QTest::addColumn<QString>("device");
        QTest::newRow("wire") << QPoint(50, 0) << "in"
                              << "";
        QTest::newRow("other wire of the net") << QPoint(0, 40) << "in"
                                               << "";
        QTest::newRow("ground wire") << QPoint(100, 200) << "0"
                                     << "";
        QTest::newRow("label's text") << QPoint(212, 100) << "mid"
                                      << "";
        QTest::newRow("body") << QPoint(10, 100) << ""
                              << "v1";
        QTest::newRow("name's text") << QPoint(216, 22) << ""
                                     << "r1";
        QTest::newRow("pin without wire") << QPoint(200, 140) << "mid"
                                          << "";
        QTest::newRow("nothing") << QPoint(100, 60) << ""
                                 << "";
    }
    void clicksSayWhatTheyHit() {
        QFETCH(QPoint, at);
        QFETCH(QString, net);
        QFETCH(QString, device);
        QSignalSpy nets(m_view.get(), &SchematicView::netClicked);
        QSignalSpy devices(m_view.get(), &SchematicView::deviceClicked);
        QSignalSpy background(m_view.get(), &SchematicView::backgroundClicked);
        QTest::mouseClick(m_view.get(), Qt::LeftButton, Qt::ControlModifier, place(at));
        QCOMPARE(nets.size(), net.isEmpty() ? 0 : 1);
        QCOMPARE(devices.size(), device.isEmpty() ? 0 : 1);
        QCOMPARE(background.size(), net.isEmpty() && device.isEmpty() ? 1 : 0);
        if (!net.isEmpty()) {
            QCOMPARE(nets[0][0].toString(), net);
            QCOMPARE(nets[0][1].value<Qt::KeyboardModifiers>(),
                     Qt::KeyboardModifiers(Qt::ControlModifier));
        }
        if (!device.isEmpty())
            QCOMPARE(devices[0][0].toString(), device);
    }
    void doubleClickDescends() {
        QSignalSpy spy(m_view.get(), &SchematicView::deviceDoubleClicked);
        QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, place({10, 100}));
        QCOMPARE(spy.size(), 1);
        QCOMPARE(spy[0][0].toString(), QStringLiteral("v1"));
    }
    void hoverIsToldOnce() {
        QSignalSpy spy(m_view.get(), &SchematicView::hovered);
        hoverAt(*m_view, place({50, 0}));
        hoverAt(*m_view, place({60, 0}));
        QCOMPARE(spy.size(), 1);
        QCOMPARE(spy[0][0].toString(), QStringLiteral("in"));
        hoverAt(*m_view, place({100, 60}));
        QCOMPARE(spy.size(), 2);
        QVERIFY(spy[1][0].toString().isEmpty() && spy[1][1].toString().isEmpty());
    }
    void aDragPansAndClicksNothing() {
        QSignalSpy nets(m_view.get(), &SchematicView::netClicked);
        QSignalSpy background(m_view.get(), &SchematicView::backgroundClicked);
        const QPointF before = m_view->toWidget({0, 0});
        const QPoint start = place({50, 0});
        QTest::mousePress(m_view.get(), Qt::LeftButton, {}, start);
        QTest::mouseMove(m_view.get(), start + QPoint(15, 10));
        QTest::mouseMove(m_view.get(), start + QPoint(40, 30));
        QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, start + QPoint(40, 30));
        QCOMPARE(m_view->toWidget({0, 0}), before + QPointF(40, 30));
        QCOMPARE(nets.size() + background.size(), 0);
    }
    void theWheelZoomsAtTheCursor() {
        const QPointF at = m_view->toWidget({200, 100});
        const double before = m_view->zoom();
        wheel(*m_view, at, 120);
        QVERIFY(m_view->zoom() > before * 1.1);
        QVERIFY(QLineF(m_view->toWidget({200, 100}), at).length() < 0.01);
        wheel(*m_view, at, -120);
        QVERIFY(std::abs(m_view->zoom() - before) < 1e-9);
        for (int i = 0; i < 400; ++i)
            wheel(*m_view, at, 120);
        QVERIFY(m_view->zoom() < 100); // there is an end
    }
    void keys() {
        m_view->setFocus();
        const double fitted = m_view->zoom();
        QTest::keyClick(m_view.get(), Qt::Key_Plus);
        QVERIFY(m_view->zoom() > fitted);
        QTest::keyClick(m_view.get(), Qt::Key_Minus);
        QTest::keyClick(m_view.get(), Qt::Key_Minus);
        QVERIFY(m_view->zoom() < fitted);
        const QPointF before = m_view->toWidget({0, 0});
        QTest::keyClick(m_view.get(), Qt::Key_Left);
        QVERIFY(m_view->toWidget({0, 0}).x() > before.x());
        QTest::keyClick(m_view.get(), Qt::Key_Home);
        QCOMPARE(m_view->zoom(), fitted);
        QTest::keyClick(m_view.get(), Qt::Key_Plus);
        QTest::keyClick(m_view.get(), Qt::Key_F);
        QCOMPARE(m_view->zoom(), fitted);
    }
    void tabWalksThroughDevicesThenNets() {
        QSignalSpy devices(m_view.get(), &SchematicView::deviceClicked);
        QSignalSpy nets(m_view.get(), &SchematicView::netClicked);
        QSignalSpy background(m_view.get(), &SchematicView::backgroundClicked);
        m_view->setFocus();
        QStringList walked;
        for (int i = 0; i < 6; ++i) {
            QTest::keyClick(m_view.get(), Qt::Key_Tab);
            walked.append(m_view->currentDevice() + QLatin1Char('/') + m_view->currentNet());
        }
        QCOMPARE(walked.mid(0, 3), (QStringList{"v1/", "r1/", "r2/"}));
        QCOMPARE(QSet<QString>(walked.begin() + 3, walked.end()),
                 (QSet<QString>{"/in", "/mid", "/0"}));
        QTest::keyClick(m_view.get(), Qt::Key_Return);
        QCOMPARE(nets.size(), 1);
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(m_view.get(), Qt::Key_Backtab, Qt::ShiftModifier);
        QCOMPARE(m_view->currentDevice(), QStringLiteral("r2"));
        QTest::keyClick(m_view.get(), Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(devices.size(), 1);
        QCOMPARE(devices[0][0].toString(), QStringLiteral("r2"));
        QTest::keyClick(m_view.get(), Qt::Key_Escape);
        QCOMPARE(background.size(), 1);
        QVERIFY(m_view->currentDevice().isEmpty());
    }
    void screenReadersHearTheObject() {
        m_view->setNetAnnotations({{"in", {"5 V", Annotation::Style::Simulated}}});
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, place({10, 100}));
        QVERIFY(m_view->accessibleDescription().contains("V1"));
        QVERIFY(m_view->accessibleDescription().contains("5"));
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, place({50, 0}));
        QVERIFY(m_view->accessibleDescription().contains("in"));
        QVERIFY(m_view->accessibleDescription().contains("5 V"));
        QVERIFY(!m_view->accessibleName().isEmpty());
    }
    void contextMenuNamesTheObject() {
        QSignalSpy spy(m_view.get(), &SchematicView::contextMenuRequested);
        const QPoint at = place({50, 0});
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, m_view->mapToGlobal(at));
        QApplication::sendEvent(m_view.get(), &event);
        QCOMPARE(spy.size(), 1);
        QCOMPARE(spy[0][1].toString(), QStringLiteral("in"));
    }

    void selectionAndHoverAreSeen() {
        const QImage plain = m_view->grab().toImage();
        m_view->setSelection({"in"}, {});
        const QImage net = m_view->grab().toImage();
        QVERIFY(net != plain);
        m_view->setSelection({}, {"r1"});
        const QImage device = m_view->grab().toImage();
        QVERIFY(device != plain && device != net);
        m_view->setSelection({}, {});
        QCOMPARE(m_view->grab().toImage(), plain);
        m_view->setHover("mid", {});
        QVERIFY(m_view->grab().toImage() != plain);
        m_view->setHover("no such net", "nor device");
        QCOMPARE(m_view->grab().toImage(), plain);
    }
    void bothThemes() {
        const QImage light = m_view->grab().toImage();
        QApplication::setPalette(darkPalette());
        QApplication::processEvents();
        const QImage dark = m_view->grab().toImage();
        QVERIFY(qGray(light.pixel(10, 10)) > 200);
        QVERIFY(qGray(dark.pixel(10, 10)) < 60);
    }

    void tagsNeverOverlap_data() {
        QTest::addColumn<double>("scale");
        QTest::newRow("small") << 0.6;
        QTest::newRow("normal") << 1.2;
        QTest::newRow("large") << 3.0;
    }
    void tagsNeverOverlap() {
        QFETCH(double, scale);
        const auto doc = manyParts(8, 6);
        const SchematicScene scene(doc);
        QHash<QString, Annotation> nets;
        for (const auto& net : scene.nets())
            nets.insert(net.name, {QStringLiteral("123.4 mV"), Annotation::Style::Predicted});
        QHash<QString, Annotation> devices;
        for (const auto& instance : scene.instances())
            devices.insert(instance.device, {QStringLiteral("12 µA sat"), {}});
        const QRectF target(0, 0, 900, 700);
        TagLayout layout(scene, {scale, {60, 60}}, target,
                         TagLayout::fontFor(m_view->font(), scale, false));
        layout.addNets(nets);
        layout.addDevices(devices);
        QVERIFY(layout.tags().size() > 10);
        for (std::size_t a = 0; a < layout.tags().size(); ++a) {
            QVERIFY(target.contains(layout.tags()[a].box));
            for (std::size_t b = a + 1; b < layout.tags().size(); ++b)
                QVERIFY(!layout.tags()[a].box.intersects(layout.tags()[b].box));
        }
    }
    void aFittedPaneShowsTagsAndNames() {
        const auto doc = wideSheet();
        m_view->resize(470, 560);
        m_view->setDocument(doc);
        QApplication::processEvents();
        m_view->fit();
        QVERIFY(m_view->zoom() < 0.45); // the drawing is small in it
        const QImage plain = m_view->grab().toImage();
        const QHash<QString, Annotation> nets = wireVoltages(*doc);
        QCOMPARE(nets.size(), 8);
        m_view->setNetAnnotations(nets);
        const QHash<QString, QRectF> tags = m_view->netTags();
        QCOMPARE(tags.size(), nets.size());
        const QImage tagged = m_view->grab().toImage();
        for (const QRectF& box : tags) {
            QVERIFY(QRectF(m_view->rect()).contains(box));
            QVERIFY(box.height() >= 11); // to be read
            QVERIFY(tagged.copy(box.toRect()) != plain.copy(box.toRect()));
        }
        for (const SymbolInstance& i : doc->instances)
            QVERIFY2(m_view->shownTexts().contains(QString::fromStdString(i.name)), i.name.c_str());
    }
    void tagsMoveWithTheView() {
        const auto doc = wideSheet();
        m_view->setDocument(doc);
        m_view->setNetAnnotations(wireVoltages(*doc));
        m_view->fit();
        const QHash<QString, QRectF> before = m_view->netTags();
        QVERIFY(!before.isEmpty());
        m_view->setFocus();
        QTest::keyClick(m_view.get(), Qt::Key_Down);
        const QHash<QString, QRectF> after = m_view->netTags();
        for (auto it = before.begin(); it != before.end(); ++it)
            QVERIFY(
                QLineF(after.value(it.key()).topLeft(), it->topLeft() - QPointF(0, 60)).length() <
                0.01);
        m_view->zoomIn(); // constant size
        for (const QRectF& box : m_view->netTags())
            QVERIFY(std::abs(box.height() - before.begin()->height()) < 0.01);
    }
    void crowdedSheetsTagWhatIsSelected() {
        const auto doc = manyParts(30, 30);
        m_view->setDocument(doc);
        const QHash<QString, Annotation> nets = wireVoltages(*doc);
        m_view->setNetAnnotations(nets);
        m_view->fit();
        const QHash<QString, QRectF> some = m_view->netTags();
        QVERIFY(some.size() < nets.size());
        QString left;
        for (auto it = nets.begin(); it != nets.end() && left.isEmpty(); ++it)
            if (!some.contains(it.key()))
                left = it.key();
        m_view->setHover(left, {});
        QVERIFY(m_view->netTags().contains(left));
        m_view->setHover({}, {});
        QVERIFY(!m_view->netTags().contains(left));
        m_view->setSelection({left}, {});
        QVERIFY(m_view->netTags().contains(left));
    }
    void smallSheetsDropValuesBeforeNames() {
        const SchematicScene scene(wideSheet());
        for (const double scale : {0.3, 0.5, 0.8}) {
            TextLayout layout(scene, {scale, {}}, QRectF(-100, -100, 1400, 600), m_view->font(),
                              m_view->font());
            const std::size_t names = layout.texts().size();
            QCOMPARE(names, scene.instances().size());
            layout.addValues({});
            QVERIFY(layout.texts().size() < 2 * names || scale > 0.5);
            const std::vector<QRectF>& boxes = layout.boxes();
            for (std::size_t a = 0; a < boxes.size(); ++a)
                for (std::size_t b = a + 1; b < boxes.size(); ++b)
                    QVERIFY(
                        !boxes[a].adjusted(0, 2, 0, -2).intersects(boxes[b].adjusted(0, 2, 0, -2)));
        }
    }
    void predictedLooksUnlikeSimulated() {
        m_view->setNetAnnotations({{"in", {"5 V", Annotation::Style::Simulated}}});
        const QImage simulated = m_view->grab().toImage();
        m_view->setNetAnnotations({{"in", {"5 V", Annotation::Style::Predicted}}});
        const QImage predicted = m_view->grab().toImage();
        m_view->setNetAnnotations({{"in", {"5 V", Annotation::Style::Error}}});
        const QImage failed = m_view->grab().toImage();
        QVERIFY(simulated != predicted && predicted != failed && failed != simulated);
    }
    void generatedIsSaid() {
        const QImage plain = m_view->grab().toImage();
        auto doc = divider();
        doc->generated = true;
        m_view->setDocument(doc);
        m_view->fit();
        QVERIFY(m_view->grab().toImage() != plain);
    }

    void emptyStates() {
        m_view->setDocument(nullptr);
        m_view->setPlaceholder("Drawing the schematic");
        QCOMPARE(m_view->accessibleDescription(), QStringLiteral("Drawing the schematic"));
        const QImage image = m_view->grab().toImage();
        QVERIFY(inkOf(image, image.pixelColor(5, 5)) > 100);
        QCOMPARE(m_view->drawingSize(), QSizeF());
        m_view->setDocument(std::make_shared<SchematicDoc>());
        m_view->fit();
        m_view->reveal("x", "y");
        QVERIFY(!m_view->grab().isNull());
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QTest::mouseClick(m_view.get(), Qt::LeftButton);
    }
    void brokenDocumentsAreDrawn() {
        auto doc = divider();
        doc->instances[1].symbol = 99; // no such symbol
        doc->pinNets.resize(1);
        doc->symbols[0].shapes.push_back({}); // no points
        doc->wires.push_back({{7, 7}, {7, 7}, "in"});
        doc->wires.push_back({{-100000000, 0}, {100000000, 100000000}, "far"});
        m_view->setDocument(doc);
        m_view->fit();
        QVERIFY(!m_view->grab().isNull());
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, QPoint(300, 250));
    }
    void revealShowsTheObject() {
        m_view->setDocument(manyParts(60, 60));
        m_view->fit();
        m_view->reveal({}, "m40_50");
        const QPointF at = m_view->toWidget({40 * 120, 50 * 120});
        QVERIFY(QRectF(m_view->rect()).contains(at));
        QVERIFY(m_view->zoom() >= 0.89);
        m_view->reveal("no such net", {});
        QCOMPARE(m_view->toWidget({40 * 120, 50 * 120}), at);
    }
    void resizingKeepsTheFit() {
        m_view->resize(900, 300);
        QApplication::processEvents();
        const QPointF corner = m_view->toWidget({0, 0});
        QVERIFY(QRectF(m_view->rect()).contains(corner));
        QVERIFY(QRectF(m_view->rect()).contains(m_view->toWidget({200, 200})));
    }

    void renderFillsItsTarget_data() {
        QTest::addColumn<bool>("print");
        QTest::newRow("screen") << false;
        QTest::newRow("paper") << true;
    }
    void renderFillsItsTarget() {
        QFETCH(bool, print);
        QApplication::setPalette(darkPalette());
        QApplication::processEvents();
        QImage image(400, 300, QImage::Format_ARGB32);
        image.fill(Qt::magenta);
        QPainter painter(&image);
        m_view->render(painter, QRectF(50, 50, 300, 200), print);
        painter.end();
        QCOMPARE(image.pixelColor(10, 10), QColor(Qt::magenta)); // nothing outside
        QCOMPARE(qGray(image.pixel(52, 52)) > 200, print);
        QVERIFY(inkOf(image.copy(50, 50, 300, 200), image.pixelColor(52, 52)) > 500);
        QVERIFY(m_view->drawingSize().width() > 100);
    }
    void highDpi() {
        QImage image(1200, 1000, QImage::Format_ARGB32);
        image.setDevicePixelRatio(2);
        QPainter painter(&image);
        static_cast<QWidget*>(m_view.get())->render(&painter);
        painter.end();
        QVERIFY(inkOf(image, image.pixelColor(40, 40)) > 2000);
    }

private:
    QPoint place(QPoint sheet) const { return m_view->toWidget({sheet.x(), sheet.y()}).toPoint(); }
    std::unique_ptr<SchematicView> m_view;
};

QTEST_MAIN(TestSchematicView)
#include "tst_schematicview.moc"
