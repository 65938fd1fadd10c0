// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/opamp.h"
#include "core/generate/study.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace ohm;

namespace {

const std::filesystem::path kProjects = OHMSCAPE_SOURCE_DIR "/projects";

netlist::ReadOptions withModels() {
    netlist::ReadOptions options;
    options.searchPath = {kProjects / "models"};
    return options;
}

std::size_t indexOf(const generate::TunableCircuit& circuit, const std::string& name) {
    for (std::size_t i = 0; i < circuit.knobs().size(); ++i)
        if (circuit.knobs()[i].name == name)
            return i;
    return circuit.knobs().size();
}

} // namespace

class TestStudy : public QObject {
    Q_OBJECT
private slots:
    void knobsAreParametersAndValues() {
        const auto project = project::readProject(kProjects / "two-stage-opamp");
        QVERIFY(project.ok());
        const auto circuit = generate::makeTunable(kProjects / "two-stage-opamp" / "opamp.cir",
                                                   withModels(), &*project);
        QVERIFY2(circuit.ok(), circuit.ok() ? "" : circuit.error().message().c_str());
        const std::size_t mp1 = indexOf(**circuit, "mp1");
        QVERIFY(mp1 < (*circuit)->knobs().size());
        const auto& knob = (*circuit)->knobs()[mp1];
        QVERIFY(knob.isParameter);
        QCOMPARE(knob.high, 99.0); // from the project file
        QCOMPARE(knob.step, 1.0);
        QCOMPARE(knob.devices.size(), std::size_t{2}); // mp1 and its match
        const std::size_t which[] = {mp1, indexOf(**circuit, "ibias.dc")};
        const double values[] = {33, 12e-6};
        const auto changed = (*circuit)->at(which, values);
        QVERIFY2(changed.ok(), changed.ok() ? "" : changed.error().message().c_str());
        QCOMPARE(*(*changed)->deviceParameter(*(*changed)->findDevice("mp2"), "m"), 33.0);
        QCOMPARE(*(*changed)->deviceParameter(*(*changed)->findDevice("ibias"), "value"), 12e-6);
        // What was not turned stays.
        QCOMPARE(*(*changed)->deviceParameter(*(*changed)->findDevice("mn1"), "m"), 20.0);
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20; ++i)
            QVERIFY((*circuit)->at(which, values).ok());
        QVERIFY2(timer.elapsed() < 20 * 50, "turning a knob takes too long for a slider");
    }
    void aResistiveStudyIsSolvedDirectly() {
        const auto circuit =
            generate::makeTunable(kProjects / "resistor-ladder" / "ladder.cir", withModels());
        QVERIFY(circuit.ok());
        generate::Study study;
        study.circuit = *circuit;
        for (const auto& knob : (*circuit)->knobs())
            study.varied.push_back(knob);
        study.count = 50;
        sim::SimulatorPool pool;
        const auto result = generate::runStudy(pool, study);
        QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
        QVERIFY(result->direct);
        QCOMPARE(result->set.graphCount(), std::size_t{50});
        QCOMPARE(result->set.featureWidth, std::size_t{9});
        QVERIFY(result->set.validate().ok());
        study.count = 20; // sample i depends on (seed, i) alone
        const auto part = generate::runStudy(pool, study);
        QVERIFY(std::equal(part->set.y.begin(), part->set.y.end(), result->set.y.begin()));
    }
    void simulatedStudyResumes() {
        sim::SimulatorPool pool;
        if (!pool.version().ok())
            QSKIP("ngspice is not installed");
        const auto circuit =
            generate::makeTunable(kProjects / "two-stage-opamp" / "opamp.cir", withModels());
        QVERIFY(circuit.ok());
        generate::Study study;
        study.circuit = *circuit;
        study.varied = {(*circuit)->knobs()[indexOf(**circuit, "mn1")]};
        study.varied[0].low = 5;
        study.varied[0].high = 50;
        study.count = 300;
        study.measurements["gain"] = "ac max vm(net6)";
        sim::Analysis ac;
        ac.kind = sim::Analysis::Kind::Ac;
        ac.points = 1;
        ac.start = 1;
        ac.stop = 10;
        study.analyses = {ac};
        QTemporaryDir folder;
        const std::filesystem::path journal = folder.filePath("j").toStdString();
        StopSource stop;
        struct StopAfterOne : ProgressSink {
            explicit StopAfterOne(StopSource& s)
                : source(s) {}
            void report(double, const std::string&) override { source.requestStop(); }
            StopSource& source;
        } sink(stop);
        const auto stopped = generate::runStudy(pool, study, journal, stop.token(), sink);
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, std::string("GEN-012"));
        QVERIFY(std::filesystem::exists(journal));
        { // a kill in the middle of a write leaves half a record
            QFile file(QString::fromStdString(journal.string()));
            QVERIFY(file.open(QIODevice::Append));
            file.write("half a rec");
        }
        const auto resumed = generate::runStudy(pool, study, journal);
        QVERIFY2(resumed.ok(), resumed.ok() ? "" : resumed.error().message().c_str());
        QVERIFY(resumed->resumed >= 100);
        QVERIFY(std::filesystem::exists(journal)); // until the caller has saved the set
        const auto again = generate::runStudy(pool, study, journal); // killed before it had
        QCOMPARE(again->resumed, std::size_t{300});
        QVERIFY(again->set.y == resumed->set.y);
        std::filesystem::remove(journal);
        const auto whole = generate::runStudy(pool, study);
        QVERIFY(whole.ok());
        QCOMPARE(whole->set.graphCount(), resumed->set.graphCount());
        QVERIFY(whole->set.y == resumed->set.y);
        QVERIFY(whole->set.graphLabels == resumed->set.graphLabels);
        QCOMPARE(whole->set.graphLabelNames, std::vector<std::string>{"gain"});
        study.seed = 5;
        { // the journal of another study is refused
            StopSource early;
            StopAfterOne other(early);
            study.seed = 6;
            QVERIFY(!generate::runStudy(pool, study, journal, early.token(), other).ok());
            study.seed = 7;
            QCOMPARE(generate::runStudy(pool, study, journal).error().code, std::string("GEN-013"));
        }
    }
    void schematicsHaveKnobsToo() {
        const std::filesystem::path sheet = kProjects / "ltspice-sheet" / "amplifier.asc";
        const auto circuit = generate::makeTunable(sheet, withModels());
        QVERIFY2(circuit.ok(), circuit.ok() ? "" : circuit.error().message().c_str());
        QVERIFY(!(*circuit)->knobs().empty());
        const std::size_t which[] = {0};
        const double value[] = {(*circuit)->knobs()[0].nominal * 1.25};
        const auto changed = (*circuit)->at(which, value);
        QVERIFY2(changed.ok(), changed.ok() ? "" : changed.error().message().c_str());
        const auto& knob = (*circuit)->knobs()[0];
        QVERIFY(!knob.devices.empty());
        QVERIFY((*changed)->deviceCount() == (*circuit)->nominal()->deviceCount());
    }
    void badStudies() {
        sim::SimulatorPool pool;
        generate::Study study;
        QCOMPARE(generate::runStudy(pool, study).error().code, std::string("GEN-010"));
        study.circuit =
            *generate::makeTunable(kProjects / "resistor-ladder" / "ladder.cir", withModels());
        study.varied = {study.circuit->knobs().front()};
        study.varied[0].name = "nothing";
        QCOMPARE(generate::runStudy(pool, study).error().code, std::string("GEN-015"));
        study.varied = {study.circuit->knobs().front()};
        study.varied[0].high = std::nan("");
        QCOMPARE(generate::runStudy(pool, study).error().code, std::string("GEN-015"));
        study.varied = {study.circuit->knobs().front()};
        study.measurements["a b"] = "ac max vm(o1)";
        QCOMPARE(generate::runStudy(pool, study).error().code, std::string("GEN-018"));
        if (!pool.version().ok())
            return;
        study.measurements = {{"gain", "ac max vm(o1)"}}; // no analysis of its kind
        QCOMPARE(generate::runStudy(pool, study).error().code, std::string("SIM-012"));
        study.measurements = {{"gain", "ac max vm(o1);shell id"}};
        QCOMPARE(generate::runStudy(pool, study).error().code, std::string("SIM-010"));
    }
    void opampsAreThePublishedGraphs() {
        sim::SimulatorPool pool;
        if (!pool.version().ok())
            QSKIP("ngspice is not installed");
        for (const auto variant :
             {generate::OpampVariant::TwoStage, generate::OpampVariant::BiasedPmos}) {
            generate::OpampRequest request;
            request.variant = variant;
            request.count = 30;
            const auto made = generate::generateOpamps(pool, request);
            QVERIFY2(made.ok(), made.ok() ? "" : made.error().message().c_str());
            const bool biased = variant == generate::OpampVariant::BiasedPmos;
            QCOMPARE(made->set.nodePtr[1], biased ? 62 : 59);
            QCOMPARE(made->set.edgePtr[1], biased ? 107 : 104);
            QCOMPARE(made->set.graphLabels.size(),
                     biased ? made->set.graphCount() : std::size_t{0});
            QCOMPARE(made->set.featureWidth, std::size_t{15});
            QVERIFY(made->set.validate().ok());
        }
    }
};

QTEST_GUILESS_MAIN(TestStudy)
#include "tst_study.moc"
