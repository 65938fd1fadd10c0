// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/split.h"
#include "ui/services/jobservice.h"
#include "ui/services/learning.h"
#include "ui/session/prediction.h"
#include "ui/session/simulation.h"
#include "ui/session/voltagedisplay.h"

#include <QObject>
#include <QVector>

#include <memory>
#include <optional>
#include <vector>

class QTimer;

namespace ohm::ui {

class CircuitSession;

/// What the user asks of a finetuning. A plain value.
struct FinetuneSetup {
    std::filesystem::path start; ///< checkpoint to go on from
    QString startName;

    enum class Source { Simulate, File } source = Source::Simulate;
    std::vector<generate::Knob> varied; ///< with the ranges to draw from
    std::size_t count = 24;             ///< samples to simulate
    std::filesystem::path file;         ///< dataset
    bool choose = false;             ///< the support set is `chosen`, else `fraction` of the rest
    std::vector<std::size_t> chosen; ///< samples of the file
    double fraction = 1;

    double validationShare = 0.15; ///< of all samples
    double testShare = 0.3;        ///< held out: before and after are compared on them
    int steps = 120;
    double rate = 3e-5;
    QString freeze = QStringLiteral("none"); ///< as in learn::Recipe
    int k = 100;
    std::uint64_t seed = 0;
};

/// The range of a knob within `spread` (0.3 = 30 %) of its present value and within its own ends;
/// its own range where `spread` is 0 or the value is 0.
std::pair<double, double> rangeAround(const generate::Knob& knob, double spread);
/// "0-4, 9" as sample numbers below `count`; nothing if it cannot be understood.
std::optional<std::vector<std::size_t>> parseSamples(const QString& text, std::size_t count);

/// Which sample serves what. Errors: DATA-020 nothing left to train on.
Expected<dataset::Split> splitFor(const FinetuneSetup& setup, const dataset::GraphSet& set);
/// The recipe of a finetuning: that of the starting network with the setup's essentials.
learn::Recipe recipeFor(const FinetuneSetup& setup, const learn::Checkpoint& start,
                        std::size_t support);

/// What it led to. Immutable. Thread: any (const).
struct FinetuneResult {
    learn::Checkpoint checkpoint;
    learn::RegressionMetrics before, after; ///< on the held-out samples
    std::size_t support = 0, validation = 0, heldOut = 0;
    double seconds = 0;
    /// On the open circuit; null where it was not predicted or simulated.
    PredictionPtr circuitBefore, circuitAfter;
    ComparisonPtr errorsBefore, errorsAfter;
};
using FinetuneResultPtr = std::shared_ptr<const FinetuneResult>;

/// Collects samples around the open circuit, or from a file, trains the network on some of them and
/// measures it before and after on others. Everything runs in the background. Thread: GUI.
class Finetuning : public QObject {
    Q_OBJECT
public:
    enum class Phase { Idle, Collecting, Training, Done };

    Finetuning(JobService& jobs, CircuitSession& session, Simulation& simulation,
               Prediction& prediction, QObject* parent = nullptr);
    ~Finetuning() override;

    Phase phase() const { return m_phase; }
    bool isBusy() const { return m_phase == Phase::Collecting || m_phase == Phase::Training; }
    bool isPaused() const { return m_paused; }

    /// Knobs of the open circuit, looked for when first asked (`knobsReady`).
    void findKnobs();
    const TunablePtr& tunable() const { return m_tunable; }

    /// The samples that would serve this setup; null until they are collected.
    const std::shared_ptr<const dataset::GraphSet>& samples() const { return m_samples; }
    const std::map<std::string, std::size_t>& failures() const { return m_failures; }
    double samplesPerSecond() const { return m_rate; }
    /// Simulates or reads the samples; `thenTrain` goes on by itself.
    void collect(const FinetuneSetup& setup, bool thenTrain = false);
    /// True if `samples` are those of this setup's source.
    bool hasSamplesFor(const FinetuneSetup& setup) const;
    void train(const FinetuneSetup& setup);
    void setPaused(bool paused);
    void stop();

    const QVector<learn::TrainingReport>& reports() const { return m_reports; }
    /// On the validation samples, before the first step; empty without any.
    const std::optional<learn::RegressionMetrics>& startValidation() const { return m_start; }
    const FinetuneResultPtr& result() const { return m_result; }
    const FinetuneSetup& setup() const { return m_setup; }

    /// Shows the circuit as predicted by the finetuned network, or by the former one.
    void showAfter(bool after);
    bool isAfterShown() const;
    /// Saves into the user's models and uses it from now on. Errors: UI-023 the name is taken or
    /// no file name, BASE-010.
    Expected<std::filesystem::path> keep(const QString& name);
    void discard();

signals:
    void phaseChanged(); ///< also paused
    void knobsReady();
    void samplesChanged();
    void reported(); ///< further reports
    void resultChanged();
    void failed(const ohm::Error& error);

private:
    struct Inbox;
    void setPhase(Phase phase);
    void drain();
    QString sourceKey(const FinetuneSetup& setup) const;
    void forgetResult();

    JobService& m_jobs;
    CircuitSession& m_session;
    Simulation& m_simulation;
    Prediction& m_prediction;
    Phase m_phase = Phase::Idle;
    bool m_paused = false;
    bool m_looking = false;
    TunablePtr m_tunable;
    std::shared_ptr<const dataset::GraphSet> m_samples;
    QString m_samplesKey;
    std::map<std::string, std::size_t> m_failures;
    double m_rate = 0;
    FinetuneSetup m_setup;
    JobId m_job = 0;
    quint64 m_generation = 0;
    std::shared_ptr<Inbox> m_inbox;
    QTimer* m_drain;
    QVector<learn::TrainingReport> m_reports;
    std::optional<learn::RegressionMetrics> m_start;
    FinetuneResultPtr m_result;
};

} // namespace ohm::ui
