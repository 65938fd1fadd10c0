// SPDX-License-Identifier: GPL-3.0-or-later
// What a designer expects of a drawing, on small circuits; the block view; failures.
#include "core/netlist/reader.h"
#include "core/schematic/autodraw.h"
#include "core/schematic/drawingcheck.h"
#include "core/schematic/symbols.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace ohm;
using namespace ohm::schematic;

class TestAutodraw : public QObject {
    Q_OBJECT
private slots:
    void twoStageAmplifier();
    void ladder();
    void suppliesAreSigns();
    void sourcesStandApart();
    void passGateLiesDown();
    void groundOnTopOfNegativeSupply();
    void hierarchyNames();
    void pinsOfBlocks();
    void blockView();
    void failures();
    void stops();
};

namespace {

netlist::CircuitPtr read(const std::string& text) {
    auto circuit = netlist::readNetlistText(text, "test", {});
    return circuit ? *circuit : nullptr;
}

const SymbolInstance* find(const SchematicDoc& doc, const std::string& name) {
    for (const SymbolInstance& instance : doc.instances)
        if (instance.name == name)
            return &instance;
    return nullptr;
}

Pt pinOf(const SchematicDoc& doc, const std::string& name, std::uint16_t order) {
    const SymbolInstance* instance = find(doc, name);
    if (instance)
        for (const Pin& pin : doc.symbols[instance->symbol].pins)
            if (pin.order == order) {
                const Pt at = instance->orientation.apply(pin.at);
                return {instance->at.x + at.x, instance->at.y + at.y};
            }
    return {-100000, -100000};
}

int labels(const SchematicDoc& doc, Label::Kind kind) {
    return static_cast<int>(std::count_if(doc.labels.begin(), doc.labels.end(),
                                          [&](const Label& l) { return l.kind == kind; }));
}

const char* const kTwoStage = R"(* two-stage amplifier
.model nmos nmos
.model pmos pmos
mp1 net4 net4 vdd vdd pmos w=0.5u l=90n m=20
mp2 net5 net4 vdd vdd pmos w=0.5u l=90n m=20
mn1 net4 net2 net3 vss nmos w=0.5u l=90n m=20
mn2 net5 net1 net3 vss nmos w=0.5u l=90n m=20
mn3 net3 net7 vss vss nmos w=0.5u l=90n m=20
mn4 net7 net7 vss vss nmos w=0.5u l=90n m=10
mp3 net6 net5 vdd vdd pmos w=0.5u l=90n m=60
mn5 net6 net7 vss vss nmos w=0.5u l=90n m=30
cc net5 net8 3p
rz net8 net6 500
cl net6 0 10p
ibias vdd net7 dc 30u
vin1 net1 0 dc 0.6 ac 1
vin2 net2 0 dc 0.6
vvss vss 0 dc 0
vvdd vdd 0 dc 1.2
.end
)";

} // namespace

void TestAutodraw::twoStageAmplifier() {
    const auto circuit = read(kTwoStage);
    QVERIFY(circuit);
    const auto doc = drawCell(*circuit);
    QVERIFY(doc.ok());
    QVERIFY(test::faults(*doc, *circuit, {}).isEmpty());
    QCOMPARE(test::textCollisions(*doc), 0);
    QVERIFY(test::crossings(*doc) <= 2);

    const auto y = [&](const char* name) { return find(*doc, name)->at.y; };
    const auto drain = [&](const char* name) { return pinOf(*doc, name, 0).x; };
    // p above n, the pair between load and tail; all loads and all sinks in one row.
    QVERIFY(y("mp1") < y("mn1") && y("mn1") < y("mn3"));
    QCOMPARE(y("mp1"), y("mp2"));
    QCOMPARE(y("mp1"), y("mp3"));
    QCOMPARE(y("mn1"), y("mn2"));
    QCOMPARE(y("mn3"), y("mn4"));
    QCOMPARE(y("mn3"), y("mn5"));
    // The pair is symmetrical about its tail, each half in line with its load.
    QCOMPARE(drain("mn1"), drain("mp1"));
    QCOMPARE(drain("mn2"), drain("mp2"));
    QCOMPARE(drain("mn1") + drain("mn2"), 2 * drain("mn3"));
    // Inputs outside, the mirror's gates face each other.
    const bool mn1Left = drain("mn1") < drain("mn2");
    QCOMPARE(pinOf(*doc, "mn1", 1).x < drain("mn1"), mn1Left);
    QCOMPARE(pinOf(*doc, "mn2", 1).x > drain("mn2"), mn1Left);
    QCOMPARE(pinOf(*doc, "mp1", 1).x > drain("mp1"), mn1Left);
    // Signal from left to right: bias, first stage, compensation, second stage, load.
    QVERIFY(drain("mn4") < drain("mn3"));
    QVERIFY(drain("mn3") < pinOf(*doc, "cc", 0).x);
    QVERIFY(pinOf(*doc, "rz", 0).x < drain("mp3"));
    QVERIFY(drain("mp3") < pinOf(*doc, "cl", 0).x);
    // The compensation lies between its columns, the load stands on ground.
    QCOMPARE(pinOf(*doc, "cc", 0).y, pinOf(*doc, "rz", 1).y);
    QCOMPARE(pinOf(*doc, "cl", 0).x, pinOf(*doc, "cl", 1).x);
    QVERIFY(pinOf(*doc, "cl", 0).y < pinOf(*doc, "cl", 1).y);
}

void TestAutodraw::ladder() {
    for (const int branches : {2, 10}) {
        std::string text = "* ladder\nvin n0 0 1\n";
        std::string last = "n0";
        for (int i = 1; i <= branches; ++i) {
            const std::string k = std::to_string(i);
            text += "rh" + k + " " + last + " o" + k + " 1k\nrv" + k + " o" + k + " s" + k +
                    " 1k\nv" + k + " s" + k + " 0 0.5\n";
            last = "o" + k;
        }
        const auto circuit = read(text + ".end\n");
        QVERIFY(circuit);
        const auto doc = drawCell(*circuit);
        QVERIFY(doc.ok());
        QVERIFY(test::faults(*doc, *circuit, {}).isEmpty());
        QCOMPARE(test::crossings(*doc), 0);
        std::set<std::int32_t> lines;
        for (int i = 1; i <= branches; ++i) {
            const std::string k = std::to_string(i);
            // Rungs stand, rails lie, in the order of the netlist; a long line goes on below.
            QCOMPARE(pinOf(*doc, "rv" + k, 0).x, pinOf(*doc, "rv" + k, 1).x);
            QCOMPARE(pinOf(*doc, "rh" + k, 0).y, pinOf(*doc, "rh" + k, 1).y);
            lines.insert(pinOf(*doc, "rv" + k, 0).y);
            QCOMPARE(pinOf(*doc, "v" + k, 0).x, pinOf(*doc, "rv" + k, 0).x);
            if (i > 1) {
                const Pt before = pinOf(*doc, "rv" + std::to_string(i - 1), 0);
                const Pt at = pinOf(*doc, "rv" + k, 0);
                QVERIFY(at.y > before.y || (at.y == before.y && at.x > before.x));
            }
        }
        QCOMPARE(lines.size(), branches == 2 ? std::size_t{1} : std::size_t{2});
    }
}

void TestAutodraw::suppliesAreSigns() {
    const auto circuit =
        read(".subckt inv a y vdd vss\nmp y a vdd vdd pm\nmn y a vss vss nm\n.ends\n"
             ".model pm pmos\n.model nm nmos\n");
    QVERIFY(circuit);
    const auto doc = drawCell(*circuit);
    QVERIFY(doc.ok());
    QVERIFY(test::faults(*doc, *circuit, {}).isEmpty());
    QCOMPARE(labels(*doc, Label::Kind::Supply), 2);
    QCOMPARE(labels(*doc, Label::Kind::PortIn), 1);
    QCOMPARE(labels(*doc, Label::Kind::PortOut), 1);
    for (const Label& label : doc->labels) {
        if (label.kind == Label::Kind::Supply)
            QCOMPARE(int(label.quarterTurns), label.name == "vdd" ? 0 : 2);
        QCOMPARE(label.net, label.name);
    }
    QCOMPARE(pinOf(*doc, "mp", 0).x, pinOf(*doc, "mn", 0).x);
    QVERIFY(find(*doc, "mp")->at.y < find(*doc, "mn")->at.y);
}

void TestAutodraw::sourcesStandApart() {
    const auto circuit = read(kTwoStage);
    QVERIFY(circuit);
    const auto doc = drawCell(*circuit);
    QVERIFY(doc.ok());
    // A block of its own: nothing of the circuit stands inside its bounds.
    const std::vector<std::string> sources{"vin1", "vin2", "vvss", "vvdd"};
    Pt low = find(*doc, "vvdd")->at;
    Pt high = low;
    std::set<Pt> seats;
    for (const std::string& name : sources) {
        const Pt at = find(*doc, name.c_str())->at;
        seats.insert(at);
        low = {std::min(low.x, at.x), std::min(low.y, at.y)};
        high = {std::max(high.x, at.x), std::max(high.y, at.y)};
    }
    QCOMPARE(seats.size(), sources.size());
    Pt least = low;
    Pt most = high;
    for (const SymbolInstance& instance : doc->instances) {
        const Pt at = instance.at;
        least = {std::min(least.x, at.x), std::min(least.y, at.y)};
        most = {std::max(most.x, at.x), std::max(most.y, at.y)};
        if (std::find(sources.begin(), sources.end(), instance.name) == sources.end())
            QVERIFY2(at.x > high.x + 20 || at.x < low.x - 20 || at.y > high.y + 20 ||
                         at.y < low.y - 20,
                     instance.name.c_str());
    }
    // One long row would take a third of the width from the circuit.
    const double aspect = double(most.x - least.x) / (most.y - least.y);
    QVERIFY2(aspect > 1.0 && aspect < 2.5, std::to_string(aspect).c_str());
}

void TestAutodraw::passGateLiesDown() {
    const auto circuit = read(".subckt tg a b en enb vdd vss\nmp a enb b vdd pm\nmn a en b vss nm\n"
                              ".ends\n.model pm pmos\n.model nm nmos\n");
    QVERIFY(circuit);
    const auto doc = drawCell(*circuit);
    QVERIFY(doc.ok());
    QVERIFY(test::faults(*doc, *circuit, {}).isEmpty());
    for (const char* name : {"mp", "mn"})
        QCOMPARE(pinOf(*doc, name, 0).y, pinOf(*doc, name, 2).y);
}

void TestAutodraw::groundOnTopOfNegativeSupply() {
    const auto circuit =
        read("* ecl\nvee e 0 -5\nvb b 0 dc -1\nrc1 0 c 100\nq1 c b t qn\nq2 0 d t qn\n"
             "re t e 1k\nvd d 0 -1.2\n.model qn npn\n.end\n");
    QVERIFY(circuit);
    const auto doc = drawCell(*circuit);
    QVERIFY(doc.ok());
    QVERIFY(test::faults(*doc, *circuit, {}).isEmpty());
    QVERIFY(find(*doc, "rc1")->at.y < find(*doc, "q1")->at.y);
    QVERIFY(find(*doc, "q1")->at.y < find(*doc, "re")->at.y);
}

void TestAutodraw::hierarchyNames() {
    const auto circuit = read("* top\nx1 in out vdd 0 buf\nvdd vdd 0 1\nvin in 0 1\n"
                              ".subckt buf a y p n\nx1 a m p n inv\nx2 m y p n inv\n.ends\n"
                              ".subckt inv a y p n\nmp y a p p pm\nmn y a n n nm\n.ends\n"
                              ".model pm pmos\n.model nm nmos\n.end\n");
    QVERIFY(circuit);
    const std::uint32_t path[] = {0, 1};
    const auto doc = drawCell(*circuit, path);
    QVERIFY(doc.ok());
    QVERIFY(test::faults(*doc, *circuit, path).isEmpty());
    QCOMPARE(find(*doc, "mp")->device, std::string("x1.x2.mp"));
    // Ports carry the names they have outside, internal nets the path.
    QCOMPARE(doc->pinNets[0][0], std::string("out"));
    QCOMPARE(doc->pinNets[0][1], std::string("x1.m"));
    const std::uint32_t one[] = {0};
    const auto buffer = drawCell(*circuit, one);
    QVERIFY(buffer.ok());
    QVERIFY(test::faults(*buffer, *circuit, one).isEmpty());
    QCOMPARE(find(*buffer, "x2")->sheet, std::string("inv"));
    QCOMPARE(find(*buffer, "x2")->device, std::string("x1.x2"));
}

void TestAutodraw::pinsOfBlocks() {
    // Inputs left, outputs right, supplies on top, told from what is inside, not from names.
    const auto circuit =
        read("* top\nx1 1 2 3 4 5 cell\nr1 1 2 1k\nr3 3 0 1\nr4 4 5 1\n"
             ".subckt cell p1 p2 p3 p4 p5\nm1 p2 p1 p3 p3 pm\nm2 p2 p1 p4 p4 nm\n"
             "m3 q p5 p4 p4 nm\nr q p2 1k\n.ends\n.model pm pmos\n.model nm nmos\n.end\n");
    QVERIFY(circuit);
    const auto doc = drawCell(*circuit);
    QVERIFY(doc.ok());
    const Symbol& symbol = doc->symbols[find(*doc, "x1")->symbol];
    const SymbolBounds box = symbolBounds(symbol);
    QCOMPARE(symbol.pins.size(), std::size_t(5));
    QCOMPARE(symbol.pins[0].at.x, box.min.x);
    QCOMPARE(symbol.pins[1].at.x, box.max.x);
    QCOMPARE(symbol.pins[4].at.x, box.min.x);
}

void TestAutodraw::blockView() {
    std::string text =
        "* many\n.subckt bit bl wl vdd vss\nm1 bl wl vss vss nm\n.ends\n"
        ".subckt ctl clk out vdd vss\nm1 out clk vss vss nm\nm2 out clk vdd vdd pm\n.ends\n"
        ".model nm nmos\n.model pm pmos\n";
    const int rows = 64;
    const int columns = 64;
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c)
            text += "x" + std::to_string(r) + "_" + std::to_string(c) + " b" + std::to_string(c) +
                    " w" + std::to_string(r) + " vdd vss bit\n";
    text += "xc clk w0 vdd vss ctl\n";
    for (int i = 0; i < 20; ++i) // twenty equal pairs of loose devices
        text += "mp" + std::to_string(i) + " y" + std::to_string(i) + " clk vdd vdd pm\nmn" +
                std::to_string(i) + " y" + std::to_string(i) + " clk vss vss nm\n";
    const auto circuit = read(text + ".end\n");
    QVERIFY(circuit);
    const auto doc = drawCell(*circuit);
    QVERIFY(doc.ok());
    QVERIFY(doc->instances.size() <= 60);
    std::size_t members = 0;
    for (const SymbolInstance& instance : doc->instances)
        for (const auto& [key, value] : instance.attributes)
            if (key == "parameters" && value.starts_with("instances="))
                members += std::stoul(value.substr(10));
    QCOMPARE(members, std::size_t(rows * columns + 1 + 40));
    const bool array = std::any_of(doc->symbols.begin(), doc->symbols.end(),
                                   [](const Symbol& s) { return s.name == "bit ×4096"; });
    QVERIFY(array);
    QVERIFY(find(*doc, "xc"));
    for (std::size_t i = 0; i < doc->instances.size(); ++i)
        QCOMPARE(doc->pinNets[i].size(), doc->symbols[doc->instances[i].symbol].pins.size());
}

void TestAutodraw::failures() {
    const auto circuit = read(kTwoStage);
    QVERIFY(circuit);
    const std::uint32_t nowhere[] = {99};
    QCOMPARE(drawCell(*circuit, nowhere).error().code, std::string("SCH-021"));
    const std::uint32_t leaf[] = {0};
    QCOMPARE(drawCell(*circuit, leaf).error().code, std::string("SCH-021"));
    const auto empty = read("* top\nx1 a hollow\n.subckt hollow p\n.ends\n.end\n");
    if (empty) {
        const std::uint32_t inside[] = {0};
        QCOMPARE(drawCell(*empty, inside).error().code, std::string("SCH-021"));
    }
}

void TestAutodraw::stops() {
    const auto circuit = read(kTwoStage);
    QVERIFY(circuit);
    StopSource source;
    source.requestStop();
    const auto doc = drawCell(*circuit, {}, source.token());
    QVERIFY(!doc.ok());
    QCOMPARE(doc.error().code, std::string("SCH-020"));
}

QTEST_GUILESS_MAIN(TestAutodraw)
#include "tst_autodraw.moc"
