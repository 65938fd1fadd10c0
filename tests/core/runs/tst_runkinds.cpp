// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that are no trainings: sizings, deep networks, estimators; and lists of the first version.
#include "core/base/files.h"
#include "core/learn/runfolder.h"
#include "core/learn/tensorfile.h"
#include "core/runs/comparison.h"
#include "core/runs/curves.h"
#include "core/runs/runstore.h"
#include "core/runs/sizingrun.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace ohm;
using namespace ohm::runs;

namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

optimize::IterationReport report(std::size_t sims, double best, std::size_t met) {
    optimize::IterationReport r;
    r.iteration = sims / 10;
    r.sims = sims;
    r.queries = 3 * sims;
    r.failures = 1;
    r.bestCost = best;
    r.meanCost = best + 1;
    r.meetingAll = met;
    r.meeting = {met, 2 * met};
    r.acceptance = 0.5;
    r.seconds = 2;
    return r;
}

SizingRun sizing(std::uint64_t seed) {
    SizingRun run;
    run.problem = "amp";
    run.project = "/projects/amp";
    run.algorithm = "evo";
    run.seed = seed;
    run.initial = 10;
    run.perIteration = 5;
    run.budget = 40;
    run.stored = 30;
    run.command = "ohmscape-cli optimize amp";
    run.version = "9.9";
    run.ending = "the budget of simulations is spent";
    run.finished = true;
    run.inputs = {{"/projects/amp/project.yaml", "00ff"}};
    run.variables = {{"w", "m", 1e-6, 1e-4, 0, true, 2e-6},
                     {"cc", "F", 1e-13, 1e-11, 1e-13, false, std::nullopt}};
    run.specs = {{"gain", "", 100, std::nullopt, 1, 250, true},
                 {"power", "W", std::nullopt, 1e-3, 2, 2e-3, false}};
    run.history = {report(10, 5, 0), report(20 + seed, 3, 1), report(30, 1 + double(seed), 2)};
    run.bestCost = 1;
    return run;
}

void makeSizing(const fs::path& folder, std::uint64_t seed) {
    write(folder / "session.jsonl", "{\"ohmscape-session\": 1}\n");
    QVERIFY(writeSizingRun(sizing(seed), folder).ok());
}

void makeDeep(const fs::path& folder, int layers, double pearson) {
    fs::create_directories(folder);
    learn::TensorFile file;
    file.about = R"({"kind":"deep-congestion","version":1,"network":{"block":"gsr","layers":)" +
                 std::to_string(layers) +
                 R"(,"seed":7},"features":["a","b"],"label":"sum","provenance":{"epochs":"2",)"
                 R"("loss":"mse","best_epoch":"2","command":"x"}})";
    file.arrays = {{"weights", {2}, {1, 2}}};
    QVERIFY(learn::writeTensorFile(file, folder / "model.safetensors").ok());
    write(folder / "epochs.jsonl",
          "{\"epoch\":1,\"loss\":0.5,\"pearson\":null}\n"
          "{\"epoch\":2,\"loss\":0.25,\"pearson\":0.4}\n{\"epoch\":3,\"lo");
    write(folder / "result.json",
          R"({"seed":7,"best_epoch":2,"test":{"mse":0.1,"pearson":)" + std::to_string(pearson) +
              R"(},"validation":null,"settings":{"data":"d.h5","rate":0.001}})");
}

} // namespace

class TestRunKinds : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    fs::path fresh(const char* name) const { return fs::path(m_dir.path().toStdString()) / name; }

private slots:
    void sizingsAreRuns() {
        const fs::path root = fresh("sizings");
        makeSizing(root / "amp-1234" / "evo-seed0", 0);
        auto store = RunStore::open(root);
        QVERIFY(store.ok() && store->refresh().ok());
        const auto run = store->find("amp-1234/evo-seed0");
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message().c_str());
        QVERIFY(run->kind == RunKind::Sizing && run->finished);
        QCOMPARE(run->recipe, std::string("amp, evo"));
        QCOMPARE(run->steps, 40);
        QCOMPARE(run->stepsDone, 30);
        QCOMPARE(run->metrics.at("best_cost"), 1.0);
        QCOMPARE(run->metrics.at("queries"), 90.0);
        QCOMPARE(run->metrics.at("designs_met"), 2.0);
        // One that lies elsewhere is entered by who made it, and read again when it changes.
        const fs::path far = fresh("far") / "session";
        makeSizing(far, 1);
        registerRun(far, root);
        QCOMPARE(store->find("session")->seed, 1);
        SizingRun changed = sizing(1);
        changed.history.push_back(report(40, 0, 9));
        QVERIFY(writeSizingRun(changed, far).ok());
        fs::last_write_time(far / kSizingFile,
                            fs::file_time_type::clock::now() + std::chrono::seconds(5));
        QVERIFY(store->refresh().ok());
        QCOMPARE(store->find("session")->metrics.at("designs_met"), 9.0);
        fs::remove_all(far);
        QCOMPARE(store->list()->size(), std::size_t{1});
    }
    void aSizingReadsBack() {
        const fs::path folder = fresh("back") / "s";
        makeSizing(folder, 3);
        const auto read = readSizingRun(folder);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        const SizingRun made = sizing(3);
        QCOMPARE(read->command, made.command);
        QCOMPARE(read->inputs, made.inputs);
        QCOMPARE(read->variables[0].best, made.variables[0].best);
        QVERIFY(!read->variables[1].best && read->variables[0].logarithmic);
        QVERIFY(read->specs[0].met && !read->specs[1].met && !read->specs[0].max);
        QCOMPARE(read->specs[1].best, made.specs[1].best);
        QVERIFY(read->judged.empty());
        QCOMPARE(read->history.size(), std::size_t{3});
        QCOMPARE(read->history[1].meeting, made.history[1].meeting);
        QCOMPARE(read->settings(), made.settings());
        QCOMPARE(read->settings().at("specs.power.weight"), std::string("2"));
        QVERIFY(!read->settings().contains("specs.gain.max"));
        // Damaged: no run. Without a record: what the store says.
        write(folder / kSizingFile, "{\"ohmscape-sizing\": 1}");
        QCOMPARE(readSizingRun(folder).error().code, std::string("LEARN-015"));
        fs::remove(folder / kSizingFile);
        write(folder / "session.jsonl",
              "{\"ohmscape-session\":1,\"problem\":\"amp\",\"algorithm\":\"evo\",\"seed\":4}\n"
              "{\"iteration\":0,\"designs\":[{\"x\":[1]},{\"x\":[2]}]}\n{\"iteration\":1,\"de");
        const auto bare = readSizingRun(folder);
        QVERIFY(bare.ok());
        QCOMPARE(bare->stored, std::size_t{2});
        QCOMPARE(factsOf(folder)->metrics.at("sims"), 2.0);
        QVERIFY(!factsOf(folder)->finished);
    }
    /// What a judge said, and how it works: other ways of choosing are no other seeds.
    void judgesReadBack() {
        const fs::path folder = fresh("judge") / "s";
        SizingRun made = sizing(3);
        made.algorithm = "bagnet-fc";
        made.pool = 480;
        made.designsPerStep = 12;
        optimize::SpecClaims said{"gain", {}, {}};
        for (int i = 0; i < 10; ++i) {
            said.meets.push_back({0.75, i < 6});
            said.better.push_back({0.1, i < 2});
        }
        made.history[1].claims = {said};
        made.judged = judgedOf(made.history);
        QCOMPARE(made.judged.size(), std::size_t{2});
        QVERIFY(!made.judged[0].better && made.judged[1].better);
        write(folder / "session.jsonl", "{\"ohmscape-session\": 1}\n");
        QVERIFY(writeSizingRun(made, folder).ok());
        const auto read = readSizingRun(folder);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(read->judged.size(), std::size_t{2});
        const optimize::Calibration& c = read->judged[0].figures;
        QCOMPARE(read->judged[0].spec, std::string("gain"));
        QCOMPARE(c.count, std::size_t{10});
        QCOMPARE(c.came.passing, std::size_t{6});
        QCOMPARE(c.came.high, made.judged[0].figures.came.high);
        QCOMPARE(c.bins.size(), std::size_t{1});
        QCOMPARE(c.bins[0].came.rate, 0.6);
        QCOMPARE(read->settings().at("pool"), std::string("480"));
        QCOMPARE(read->settings().at("designs_per_step"), std::string("12"));
        const fs::path other = fresh("judge") / "t";
        made.pool = 0;
        made.seed = 4;
        write(other / "session.jsonl", "{\"ohmscape-session\": 1}\n");
        QVERIFY(writeSizingRun(made, other).ok());
        QCOMPARE(curvesOf({*readHistory(folder), *readHistory(other)}, 100, true).cost.size(),
                 std::size_t{2});
    }
    /// Seeds as one curve: between two iterations the last cost holds.
    void sizingCurves() {
        std::vector<RunHistory> runs;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            const fs::path folder = fresh("curves") / std::to_string(seed);
            makeSizing(folder, seed);
            const auto read = readHistory(folder);
            QVERIFY(read.ok());
            runs.push_back(*read);
        }
        const RunCurves curves = curvesOf(runs, 100, true);
        QCOMPARE(curves.cost.size(), std::size_t{1});
        QVERIFY(curves.loss.empty() && curves.accuracy.empty() && curves.accAtK.empty());
        const RunCurve& cost = curves.cost.front();
        QCOMPARE(cost.name, std::string("amp, evo, 2 seeds"));
        QCOMPARE(cost.x, (std::vector<double>{10, 20, 21, 30}));
        QCOMPARE(cost.mean, (std::vector<double>{5, 4, 3, 1.5}));
        QCOMPARE(cost.low, (std::vector<double>{5, 3, 3, 1}));
        QCOMPARE(cost.high, (std::vector<double>{5, 5, 3, 2}));
        // Of one that goes on nobody knows yet what comes after its last point.
        auto going = runs;
        going[0].series["cost"].erase(std::prev(going[0].series["cost"].end()));
        const double last = going[0].series["cost"].rbegin()->first;
        const auto past = [&](bool goesOn) {
            going[0].goesOn = goesOn;
            const RunCurve c = curvesOf(going, 100, true).cost.front();
            return c.x.back() > last && c.low.back() != c.high.back();
        };
        QVERIFY(past(false));
        QVERIFY(!past(true));
        QCOMPARE(curvesOf(runs, 100, false).cost.size(), std::size_t{2});
        QVERIFY(toCsv(curves).find("designs_met,\"amp, evo, 2 seeds\",30,2,2,2") !=
                std::string::npos);
    }
    void deepRuns() {
        const fs::path root = fresh("deep");
        makeDeep(root / "a", 4, 0.3);
        makeDeep(root / "more" / "b", 8, 0.5);
        auto store = RunStore::open(root);
        QVERIFY(store.ok() && store->refresh().ok());
        const auto a = store->find("a"), b = store->find("more/b");
        QVERIFY(a.ok() && b.ok());
        QVERIFY(a->kind == RunKind::Deep && a->finished);
        QCOMPARE(a->recipe, std::string("gsr, 4 layers"));
        QCOMPARE(a->metrics.at("test.pearson"), 0.3);
        const auto c = compare({*a, *b});
        QVERIFY(c.ok());
        QCOMPARE(c->settings.size(), std::size_t{1});
        QCOMPARE(c->settings[0].key, std::string("network.layers"));
        QCOMPARE(settingsOf(a->folder)->at("data"), std::string("d.h5"));
        QCOMPARE(settingsOf(a->folder)->at("rate"), std::string("0.001"));
        const auto history = readHistory(a->folder);
        QVERIFY(history.ok());
        const RunCurves curves = curvesOf({*history}, 100, true);
        QCOMPARE(curves.loss.front().x, (std::vector<double>{1, 2}));
        QCOMPARE(curves.pearson.front().mean, (std::vector<double>{0.4}));
        write(root / "a" / "model.safetensors", "broken");
        QCOMPARE(factsOf(root / "a").error().code, std::string("LEARN-015"));
    }
    void estimators() {
        const fs::path folder = fresh("estimators") / "gcl";
        fs::create_directories(folder);
        learn::TensorFile file;
        file.about = R"({"spec":{"method":"sage","task":"coupling","steps":300},"provenance":{}})";
        file.arrays = {{"w", {1}, {1}}};
        QVERIFY(learn::writeTensorFile(file, folder / "model.safetensors").ok());
        write(folder / "result.json",
              R"({"seed":2,"parameters":9,"test":{"ram":{"values":{"r2":0.8,"decades":[]}}}})");
        write(folder / "log.jsonl",
              "{\"phase\":\"pretrain\",\"step\":9,\"loss\":3}\n"
              "{\"phase\":\"train\",\"member\":0,\"step\":20,\"loss\":0.5}\n");
        QVERIFY(kindOf(folder) == RunKind::Parasitics);
        const auto facts = factsOf(folder);
        QVERIFY2(facts.ok(), facts.ok() ? "" : facts.error().message().c_str());
        QCOMPARE(facts->recipe, std::string("sage, coupling"));
        QCOMPARE(facts->metrics.at("test.ram.r2"), 0.8);
        QCOMPARE(curvesOf({*readHistory(folder)}, 100, true).loss.front().x,
                 (std::vector<double>{20}));
        // Another program's folder is none of ours.
        write(fresh("foreign") / "result.json", "{\"x\": 1}");
        write(fresh("foreign") / "model.safetensors", "x");
        QVERIFY(!kindOf(fresh("foreign")));
        QCOMPARE(factsOf(fresh("foreign")).error().code, std::string("LEARN-015"));
    }
    /// An estimator while it is trained, stopped, taken up and killed; as the list sees it.
    void statesOfATraining() {
        const fs::path root = fresh("states"), folder = root / "parasitics-1";
        const std::string settings = "kind: parasitics\nname: \"sage, ground\"\ndata: \"d.h5\"\n"
                                     "method: \"sage\"\nsteps: 100\nmembers: 2\nseed: 5\n";
        auto store = RunStore::open(root);
        QVERIFY(store.ok());
        const auto found = [&] {
            if (!store->refresh().ok())
                return RunRecord{};
            const auto run = store->find("parasitics-1");
            return run ? *run : RunRecord{};
        };
        const auto line = [](int member, int step, double r2) {
            return "{\"phase\":\"train\",\"member\":" + std::to_string(member) +
                   ",\"step\":" + std::to_string(step) +
                   ",\"loss\":0.5,\"validation_mse\":0.02,\"r2\":" + std::to_string(r2) +
                   ",\"seconds\":" + std::to_string(step) + "}";
        };
        {
            auto run = learn::RunFolder::open(folder, settings, "log.jsonl");
            QVERIFY2(run.ok(), run.ok() ? "" : run.error().message().c_str());
            QVERIFY(found().attempts.state == learn::RunState::Unknown); // nobody has begun
            QVERIFY(run->begin(0).ok());
            QVERIFY(run->append(line(0, 20, 0.1)).ok());
            const RunRecord live = found();
            QVERIFY(live.kind == RunKind::Parasitics && !live.finished);
            QVERIFY(live.attempts.state == learn::RunState::Running);
            QCOMPARE(live.recipe, std::string("sage, ground"));
            QCOMPARE(live.seed, std::int64_t{5});
            QCOMPARE(live.steps, std::int64_t{200});
            QCOMPARE(live.stepsDone, std::int64_t{20});
            QCOMPARE(learn::RunFolder::open(folder, settings, "log.jsonl").error().code,
                     std::string("LEARN-014"));
            run->failed({"LEARN-012", "The training was stopped", {}, {}, {}}, true);
        }
        QVERIFY(found().attempts.state == learn::RunState::Stopped);
        {
            auto run = learn::RunFolder::open(folder, settings, "log.jsonl");
            QVERIFY(run.ok() && run->begin(1).ok()); // the one line stays
            QVERIFY(run->append(line(1, 60, 0.3)).ok());
            QCOMPARE(found().stepsDone, std::int64_t{160});
            QVERIFY(found().attempts.state == learn::RunState::Running);
            run->failed({"LEARN-011", "The loss is not finite", "step 61", {}, {}}, false);
        }
        const RunRecord failed = found();
        QVERIFY(failed.attempts.state == learn::RunState::Failed);
        QCOMPARE(failed.attempts.why, std::string("The loss is not finite: step 61"));
        QCOMPARE(failed.attempts.code, std::string("LEARN-011"));
        QVERIFY(!failed.attempts.goingOnHelps());
        QCOMPARE(failed.attempts.resumed, 1);
        // A process that is gone without a word, in the middle of a line.
        {
            std::ofstream(folder / "attempts.jsonl", std::ios::app)
                << "{\"begin\":1,\"from\":2}\n{\"en";
        }
        QVERIFY(found().attempts.state == learn::RunState::Killed);
        QVERIFY(found().attempts.goingOnHelps());
        QCOMPARE(found().attempts.resumed, 2);
        {
            auto run = learn::RunFolder::open(folder, settings, "log.jsonl");
            QVERIFY(run.ok() && run->begin(2).ok());
            write(folder / "model.safetensors", "x");
            QVERIFY(run->finish(R"({"seed":5,"parameters":9,"test":{"ram":{"values":{"r2":0.8},)"
                                R"("coverage_90":0.9}}})")
                        .ok());
        }
        const RunRecord done = found();
        QVERIFY(done.finished && done.attempts.state == learn::RunState::Finished);
        QCOMPARE(done.attempts.attempts, 4);
        QCOMPARE(done.metrics.at("test.ram.r2"), 0.8);
        QCOMPARE(done.metrics.at("test.ram.coverage_90"), 0.9);
        QCOMPARE(settingsOf(folder)->at("method"), std::string("sage"));
        // Of the first member alone.
        const RunCurves curves = curvesOf({*readHistory(folder)}, 100, true);
        QCOMPARE(curves.score.front().x, (std::vector<double>{20}));
        QCOMPARE(curves.validation.front().mean, (std::vector<double>{0.02}));
        QVERIFY(toCsv(curves).find("score,\"parasitics-1\",20,0.1") != std::string::npos);
    }
    /// What fails before it begins has failed: it is neither at work nor to be continued.
    void failsAtOnce() {
        const fs::path root = fresh("at-once"), folder = root / "deep-1";
        const std::string settings = "kind: deep\nname: \"gsr\"\nsteps: 10\nseed: 1\n";
        const auto state = [&] { return learn::attemptsOf(folder); };
        {
            auto run = learn::RunFolder::open(folder, settings);
            QVERIFY(run.ok());
            // A snapshot that is none, say.
            run->failed({"LEARN-003", "The file is damaged", "no header", {}, {}}, false);
        }
        QVERIFY(state().state == learn::RunState::Failed);
        QCOMPARE(state().why, std::string("The file is damaged: no header"));
        QCOMPARE(state().attempts, 1);
        // A log that cannot be kept: there is a folder of its name.
        fs::create_directories(folder / "epochs.jsonl");
        {
            auto run = learn::RunFolder::open(folder, settings);
            QVERIFY(run.ok());
            QVERIFY(!run->begin(0).ok());
            QVERIFY(state().state == learn::RunState::Failed); // before the folder is let go
            QVERIFY(!state().why.empty());
        }
        QVERIFY(state().state == learn::RunState::Failed);
        QCOMPARE(state().attempts, 2);
        // A log that contradicts the snapshot.
        fs::remove(folder / "epochs.jsonl");
        {
            auto run = learn::RunFolder::open(folder, settings);
            QVERIFY(run.ok() && !run->begin(3).ok());
        }
        QVERIFY(state().state == learn::RunState::Failed);
        // Then it works, and is no failure any more.
        {
            auto run = learn::RunFolder::open(folder, settings);
            QVERIFY(run.ok() && run->begin(0).ok());
            QVERIFY(state().state == learn::RunState::Running);
            run->failed({"LEARN-012", "The training was stopped", {}, {}, {}}, true);
        }
        QVERIFY(state().state == learn::RunState::Stopped);
        // Where no folder can be made there is no run.
        write(root / "file", "x");
        QCOMPARE(learn::RunFolder::open(root / "file" / "deep-2", settings).error().code,
                 std::string("BASE-010"));
    }
    /// A list made by the first version goes on, with what people said.
    void listOfTheFirstVersion() {
        const fs::path root = fresh("old");
        fs::create_directories(root);
        {
            auto database = Database::open(root / "runs.sqlite");
            QVERIFY(database.ok());
            for (const char* sql :
                 {"CREATE TABLE runs(folder TEXT PRIMARY KEY, name TEXT NOT NULL, recipe TEXT NOT "
                  "NULL, seed INTEGER, steps INTEGER, done INTEGER, finished INTEGER, changed "
                  "INTEGER, note TEXT NOT NULL DEFAULT '', baseline INTEGER NOT NULL DEFAULT 0, "
                  "removed INTEGER NOT NULL DEFAULT 0)",
                  "CREATE TABLE metrics(folder TEXT, name TEXT, value REAL, PRIMARY KEY(folder, "
                  "name))",
                  "CREATE TABLE tags(folder TEXT, tag TEXT, PRIMARY KEY(folder, tag))",
                  "PRAGMA user_version = 1"})
                QVERIFY(database->run(sql).ok());
            QVERIFY(database
                        ->run("INSERT INTO runs VALUES(?, 'a', 'small', 0, 40, 40, 1, 1, 'mine', "
                              "1, 0)",
                              {fs::weakly_canonical(root / "a").string()})
                        .ok());
        }
        makeSizing(root / "s", 0);
        write(root / "a" / "recipe.yaml", "name: small\nsteps: 40\ndata: ['ladder:1-3:20']\n");
        auto store = RunStore::open(root);
        QVERIFY2(store.ok(), store.ok() ? "" : store.error().message().c_str());
        QVERIFY(store->refresh().ok());
        const auto a = store->find("a");
        QVERIFY(a.ok());
        QVERIFY(a->note == "mine" && a->baseline && a->kind == RunKind::Training);
        QVERIFY(store->find("s")->kind == RunKind::Sizing);
        QVERIFY(RunStore::open(root).ok());
    }
};

QTEST_GUILESS_MAIN(TestRunKinds)
#include "tst_runkinds.moc"
