// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/comparison.h"
#include "core/runs/curves.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <thread>

using namespace ohm;
using namespace ohm::runs;

namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

/// A finished run as a training leaves it.
void makeRun(const fs::path& folder, const std::string& name, int layers, double accuracy) {
    write(folder / name / "recipe.yaml",
          "name: small\nnetwork: {layers: " + std::to_string(layers) +
              ", hidden: 16}\ndata: ['ladder:1-3:20:seed=1']\nsteps: 40\nseed: 3\n");
    learn::TrainingReport report;
    report.step = report.steps = 40;
    report.seconds = 2.5;
    report.trainLoss = 0.25;
    learn::RegressionMetrics m;
    m.accAt = {{50, accuracy + 0.1}, {100, accuracy}};
    m.mae = 0.01;
    m.mse = 0.001;
    m.r2 = 0.9;
    m.count = 60;
    report.validation = m;
    write(folder / name / "log.jsonl", learn::reportLine(report) + "\n");
    write(folder / name / "result.json", "{\"validation\": " + learn::metricsText(m) + "}");
    write(folder / name / "model.safetensors", "x");
}

} // namespace

class TestRunStore : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    fs::path fresh(const char* name) const { return fs::path(m_dir.path().toStdString()) / name; }

private slots:
    void listsWhatFoldersSay() {
        const fs::path root = fresh("list");
        makeRun(root, "first", 3, 0.5);
        makeRun(root, "second", 5, 0.7);
        write(root / "notes" / "readme.txt", "no run");
        makeRun(root / ".removed", "gone", 3, 0.5);
        write(root / "broken" / "recipe.yaml", "steps: [");
        auto store = RunStore::open(root);
        QVERIFY(store.ok());
        QVERIFY(store->refresh().ok());
        auto all = store->list();
        QVERIFY(all.ok());
        QCOMPARE(all->size(), std::size_t{2});
        const auto run = store->find("second");
        QVERIFY(run.ok());
        QCOMPARE(run->recipe, std::string("small"));
        QCOMPARE(run->seed, 3);
        QCOMPARE(run->stepsDone, 40);
        QVERIFY(run->finished);
        QCOMPARE(run->metrics.at("validation.acc_at_100"), 0.7);
        QCOMPARE(run->metrics.at("seconds"), 2.5);
        // A changed run is read again, a vanished one is not shown.
        makeRun(root, "second", 5, 0.8);
        fs::last_write_time(root / "second" / "result.json",
                            fs::file_time_type::clock::now() + std::chrono::seconds(5));
        fs::remove_all(root / "first");
        QVERIFY(store->refresh().ok());
        all = store->list();
        QCOMPARE(all->size(), std::size_t{1});
        QCOMPARE(all->front().metrics.at("validation.acc_at_100"), 0.8);
    }
    void seedsOfOneFolder() {
        const fs::path root = fresh("nested");
        makeRun(root / "many", "seed-0", 3, 0.5);
        makeRun(root / "many", "seed-1", 3, 0.6);
        auto store = RunStore::open(root);
        QVERIFY(store->refresh().ok());
        QCOMPARE(store->list()->size(), std::size_t{2});
        QCOMPARE(store->find("many/seed-1")->metrics.at("validation.acc_at_100"), 0.6);
        makeRun(fresh("outside"), "far", 3, 0.7); // added by hand, from elsewhere
        QCOMPARE(store->find((fresh("outside") / "far").string())->name, std::string("far"));
        QCOMPARE(store->list()->size(), std::size_t{3});
        // Seeds of elsewhere bear the name of what is around them; a name of two is nobody's.
        const fs::path away = fresh("away");
        makeRun(away / "first", "seed-1", 3, 0.7);
        makeRun(away / "second", "seed-1", 3, 0.9);
        makeRun(away / "deeper", "far", 3, 0.8);
        QCOMPARE(store->find((away / "first" / "seed-1").string())->name,
                 std::string("first/seed-1"));
        QVERIFY(store->find((away / "second" / "seed-1").string()).ok());
        QCOMPARE(store->find("second/seed-1")->metrics.at("validation.acc_at_100"), 0.9);
        QCOMPARE(store->find((away / "deeper" / "far").string())->name, std::string("far"));
        const auto two = store->find("far");
        QVERIFY(!two.ok());
        QCOMPARE(two.error().code, std::string("RUN-005"));
        QVERIFY(two.error().hint.find("deeper") != std::string::npos);
        QCOMPARE(shownName("/x/seed-"), std::string("seed-"));
        QCOMPARE(shownName("/x/seed-1b"), std::string("seed-1b"));
        QCOMPARE(shownName("seed-1"), std::string("seed-1"));
    }
    void whatPeopleSayStays() {
        const fs::path root = fresh("people");
        makeRun(root, "a", 3, 0.5);
        makeRun(root, "b", 5, 0.7);
        {
            auto store = RunStore::open(root);
            QVERIFY(store->refresh().ok());
            QVERIFY(store->setTag(*store->find("a"), "good", true).ok());
            QVERIFY(store->setTag(*store->find("a"), "paper", true).ok());
            QVERIFY(store->setTag(*store->find("a"), "good", false).ok());
            QVERIFY(store->setNote(*store->find("b"), "it's \"odd\"; DROP TABLE runs").ok());
            QVERIFY(store->setBaseline(*store->find("a"), true).ok());
            QVERIFY(store->setBaseline(*store->find("b"), true).ok());
            QVERIFY(store->setRemoved(*store->find("a"), true).ok());
        }
        makeRun(root, "a", 3, 0.6); // and is read again
        auto store = RunStore::open(root);
        QVERIFY(store->refresh().ok());
        QCOMPARE(store->list()->size(), std::size_t{1});
        QCOMPARE(store->list(true)->size(), std::size_t{1});
        const auto a = store->find("a"), b = store->find("b");
        QCOMPARE(a->tags, std::set<std::string>{"paper"});
        QVERIFY(a->removed && !a->baseline && b->baseline);
        QCOMPARE(b->note, std::string("it's \"odd\"; DROP TABLE runs"));
        QVERIFY(store->setRemoved(*a, false).ok());
        QCOMPARE(store->list()->size(), std::size_t{2});
    }
    void comparison() {
        const fs::path root = fresh("compare");
        makeRun(root, "a", 3, 0.5);
        makeRun(root, "b", 5, 0.7);
        auto store = RunStore::open(root);
        QVERIFY(store->refresh().ok());
        QVERIFY(store->setBaseline(*store->find("b"), true).ok());
        const auto c = compare({*store->find("a"), *store->find("b")});
        QVERIFY(c.ok());
        QCOMPARE(c->reference, std::size_t{1});
        QCOMPARE(c->settings.size(), std::size_t{1});
        QCOMPARE(c->settings.front().key, std::string("network.layers"));
        QCOMPARE(c->settings.front().values, (std::vector<std::string>{"3", "5"}));
        const auto at = std::find_if(c->metrics.begin(), c->metrics.end(), [](const auto& m) {
            return m.name == "validation.acc_at_100";
        });
        QVERIFY(at != c->metrics.end());
        QVERIFY(std::fabs(at->differences[0] + 0.2) < 1e-12);
        QCOMPARE(at->differences[1], 0.0);
    }
    /// Runs that differ in their seed alone become one curve with a band.
    void curvesWithSeeds() {
        const fs::path root = fresh("seeds");
        for (int seed = 0; seed < 3; ++seed) {
            const std::string name = "s" + std::to_string(seed);
            makeRun(root, name, 3, 0.5 + 0.1 * seed);
            write(root / name / "recipe.yaml",
                  "name: small\nnetwork: {layers: 3, hidden: 16}\ndata: "
                  "['ladder:1-3:20:seed=1']\nsteps: 40\nseed: " +
                      std::to_string(seed) + "\n");
        }
        makeRun(root, "deep", 9, 0.9);
        std::vector<RunHistory> runs;
        for (const char* name : {"s0", "deep", "s1", "s2"}) {
            const auto read = readHistory(root / name);
            QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
            runs.push_back(*read);
        }
        const RunCurves apart = curvesOf(runs, 100, false);
        QCOMPARE(apart.accAtK.size(), std::size_t{4});
        QVERIFY(apart.accAtK[0].low.empty());
        const RunCurves together = curvesOf(runs, 100, true);
        QCOMPARE(together.accAtK.size(), std::size_t{2});
        const RunCurve& band = together.accAtK[0];
        QCOMPARE(band.name, std::string("small, 3 seeds"));
        QCOMPARE(band.runs, (std::vector<std::string>{"s0", "s1", "s2"}));
        QCOMPARE(band.x, (std::vector<double>{50, 100}));
        QVERIFY(std::fabs(band.mean[1] - 0.6) < 1e-12);
        QCOMPARE(band.low[1], 0.5);
        QCOMPARE(band.high[1], 0.7);
        QCOMPARE(together.accAtK[1].name, std::string("deep"));
        // Between the measured K, over the steps.
        const double half = curvesOf(runs, 71, false).accuracy[1].mean[0];
        QVERIFY(half > 0.9 && half < 1.0);
        // A seed that has got less far does not end the others' curve.
        runs[3].log.clear();
        const RunCurves fewer = curvesOf(runs, 100, true);
        QVERIFY(std::fabs(fewer.accuracy[0].mean[0] - 0.55) < 1e-12);
        // Another start is no matter of the seed.
        runs[2].family += "other.safetensors 1234\n";
        QCOMPARE(curvesOf(runs, 100, true).accAtK.size(), std::size_t{3});
        QVERIFY(toCsv(together).find("\"small, 3 seeds\",100,0.6,0.5,0.7") != std::string::npos);
        QCOMPARE(readHistory(root / "none").error().code, std::string("LEARN-015"));
    }
    /// Several writers at once lose nothing.
    void manyWriters() {
        const fs::path root = fresh("many");
        for (int i = 0; i < 8; ++i)
            makeRun(root, "run" + std::to_string(i), i + 1, 0.1 * i);
        std::atomic<int> failures{0};
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t)
                threads.emplace_back([&, t] {
                    auto store = RunStore::open(root);
                    const auto read = store ? store->refresh() : Expected<void>(store.failure());
                    if (!read) {
                        qWarning("%s", read.error().message().c_str());
                        ++failures;
                        return;
                    }
                    for (int i = 0; i < 8; ++i) {
                        const auto run = store->find("run" + std::to_string(i));
                        if (!run || !store->setTag(*run, "t" + std::to_string(t), true))
                            ++failures;
                    }
                });
        }
        QCOMPARE(failures.load(), 0);
        auto store = RunStore::open(root);
        const auto all = store->list();
        QCOMPARE(all->size(), std::size_t{8});
        for (const auto& run : *all)
            QCOMPARE(run.tags.size(), std::size_t{4});
    }
    void badStores() {
        const fs::path foreign = fresh("foreign");
        write(foreign / "runs.sqlite", std::string(4096, 'x'));
        auto store = RunStore::open(foreign);
        QVERIFY(!store.ok());
        QCOMPARE(store.error().code, std::string("RUN-001"));
        write(fresh("file"), "a file");
        QCOMPARE(RunStore::open(fresh("file") / "sub").error().code, std::string("RUN-001"));
        const fs::path newer = fresh("newer");
        {
            fs::create_directories(newer);
            auto database = Database::open(newer / "runs.sqlite");
            QVERIFY(database->run("PRAGMA user_version = 99").ok());
        }
        QCOMPARE(RunStore::open(newer).error().code, std::string("RUN-003"));
        auto empty = RunStore::open(fresh("empty"));
        QCOMPARE(empty->find("nothing").error().code, std::string("RUN-002"));
        QVERIFY(empty->list()->empty());
    }
};

QTEST_GUILESS_MAIN(TestRunStore)
#include "tst_runstore.moc"
