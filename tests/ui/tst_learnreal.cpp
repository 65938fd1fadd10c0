// SPDX-License-Identifier: GPL-3.0-or-later
// The real engine and a shipped backbone behind the window. Skipped without LibTorch.
#include "core/learn/engine.h"
#include "ui/docks/whatifdock.h"
#include "ui/pages/finetunepage.h"
#include "ui/services/commands.h"
#include "ui/session/finetuning.h"
#include "ui/session/voltagedisplay.h"
#include "ui/session/whatif.h"
#include "uitesting.h"

#include <QPushButton>
#include <QSpinBox>
#include <QStandardPaths>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

class TestLearnReal : public QObject {
    Q_OBJECT
    std::unique_ptr<Sandbox> m_box;
    std::unique_ptr<MainWindow> m_window;

    Workbench& bench() { return m_window->bench(); }

private slots:
    void initTestCase() {
        if (!learn::engine())
            QSKIP("This build has no learning engine");
        if (Learning::shippedModels().empty())
            QSKIP("There are no shipped models");
        if (QStandardPaths::findExecutable(u"ngspice"_s).isEmpty())
            QSKIP("ngspice is not installed");
    }
    void init() {
        m_box = std::make_unique<Sandbox>();
        qputenv("XDG_DATA_HOME", m_box->path(u"data"_s).toLocal8Bit());
        m_window = std::make_unique<MainWindow>(m_box->settings());
        m_window->resize(1600, 1000);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QVERIFY(openAndWait(*m_window,
                            QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/resistor-ladder")));
        QVERIFY(bench().prediction.model() != nullptr);
        bench().commands.trigger(u"predict.run"_s);
        QVERIFY(QTest::qWaitFor([&] { return bench().prediction.result() != nullptr; }, 60'000));
    }
    void cleanup() {
        m_window.reset();
        m_box.reset();
    }

    void aBackbonePredictsAPlainSpiceFile() {
        m_window->simulate();
        QTRY_VERIFY_WITH_TIMEOUT(bench().voltages.comparison() != nullptr, 30'000);
        const Comparison& compared = *bench().voltages.comparison();
        qInfo("%zu nets, Acc@100 %.3f, mean error %.2f mV", compared.errors.size(),
              compared.accAt(100), compared.mae * 1e3);
        QCOMPARE(compared.errors.size(), std::size_t(10));
        QVERIFY(compared.accAt(50) >= 0.9);
        QVERIFY(compared.mae < 0.01);
        if (bench().prediction.result()->members > 1)
            QVERIFY(!bench().prediction.result()->values.deviation.empty());
    }

    void theWhatIfPredictionFollows() {
        m_window->showDock(u"whatIfDock"_s);
        WhatIf& whatIf = bench().whatIf;
        QTRY_VERIFY_WITH_TIMEOUT(whatIf.tunable() != nullptr, 30'000);
        QVERIFY(!whatIf.knobs().empty());
        std::vector<double> latencies;
        for (int i = 0; i < 20; ++i) {
            const generate::Knob& knob = whatIf.knobs()[0];
            whatIf.setValue(0, knob.nominal * (1 + 0.005 * (i + 1)), WhatIf::newGesture());
            QVERIFY(QTest::qWaitFor([&] { return !whatIf.isPredicting(); }, 30'000));
            latencies.push_back(whatIf.lastLatency());
        }
        std::sort(latencies.begin(), latencies.end());
        qInfo("84 nodes: median %.1f ms, 90 %% within %.1f ms, slowest %.1f ms", latencies[10],
              latencies[17], latencies.back());
        QVERIFY(bench().prediction.variant() != nullptr);
        // Once the knobs rest, the whole ensemble has answered.
        QTRY_COMPARE_WITH_TIMEOUT(bench().prediction.variant()->members,
                                  bench().prediction.result()->members, 30'000);
    }

    void finetunesOnAHandfulOfSimulations() {
        bench().commands.trigger(u"predict.finetune"_s);
        FinetunePage* page = m_window->workspace()->finetune();
        QTRY_VERIFY_WITH_TIMEOUT(bench().finetuning.tunable() != nullptr, 30'000);
        page->countBox()->setValue(16);
        page->stepsBox()->setValue(6);
        QVERIFY(page->trainButton()->isEnabled());
        StallMeter meter;
        QTest::mouseClick(page->trainButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(bench().finetuning.phase(), Finetuning::Phase::Done, 200'000);
        qInfo("longest stall of the window %lld ms", meter.worst());
        const FinetuneResultPtr& result = bench().finetuning.result();
        QVERIFY(result && result->heldOut > 0 && result->support > 0);
        QVERIFY(std::isfinite(result->before.mae) && std::isfinite(result->after.mae));
        qInfo("%zu samples in %.1f s: held-out MAE %.2f -> %.2f mV", result->support,
              result->seconds, result->before.mae * 1e3, result->after.mae * 1e3);
        const auto kept = bench().finetuning.keep(u"mine"_s);
        QVERIFY2(kept.ok(), kept ? "" : kept.error().message().c_str());
        QTRY_VERIFY_WITH_TIMEOUT(
            bench().prediction.model() && bench().prediction.model()->name == "mine", 30'000);
    }
};

QTEST_MAIN(TestLearnReal)
#include "tst_learnreal.moc"
