// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/explore/parasiticlayout.h"
#include "core/learn/annotatednetlist.h"
#include "core/learn/parasiticrun.h"
#include "core/optimize/backannotate.h"
#include "core/parasitics/importing.h"
#include "ui/models/capacitancetable.h"
#include "ui/services/jobservice.h"
#include "ui/session/circuitsession.h"
#include "ui/session/ownruns.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace ohm::ui {

using DesignsPtr = std::shared_ptr<const std::vector<parasitics::Design>>;

/// The background work of the Parasitics page: estimates for the open circuit, imported designs,
/// trainings and comparisons with extractions. Thread: GUI.
class ParasiticWork : public QObject {
    Q_OBJECT
public:
    ParasiticWork(JobService& jobs, CircuitSession& session, QObject* parent = nullptr);
    ~ParasiticWork() override;

    enum class Task : quint8 { Estimate, Measure, Import, Train, Check, Embed };

    // --- the open circuit -----------------------------------------------------------------------
    /// Estimates all capacitances with the networks of a folder (empty: the shipped ones).
    void estimate(double chance);
    void setModelFolder(const QString& folder) { m_folder = folder; }
    /// Simulates the project's benches without and with parasitics.
    void measure(double chance);
    /// Writes the circuit's netlist with the estimates added (no bound: all, switched by a
    /// parameter). Errors: BASE-010, UI-041, those of annotatedNetlist.
    Expected<learn::AnnotatedNetlist> writeNetlist(const QString& path,
                                                   std::optional<learn::Bound> bound) const;
    const AnnotationPtr& annotation() const { return m_annotation; } ///< null until there is one
    netlist::CircuitPtr circuit() const { return m_circuit; }        ///< that it is of
    const optimize::AnnotatedMeasures& measures() const { return m_measures; }

    // --- designs --------------------------------------------------------------------------------
    /// Reads and pairs schematics with extractions, and adds them to the designs; of several those
    /// that fail are told (UI-043), and the others are added all the same.
    void import(const QStringList& paths);
    void import(const parasitics::ImportRequest& request);
    void openDesigns(const QString& file);
    void saveDesigns(const QString& file);
    /// Brings back what the last import replaced, and takes out what it brought.
    void undoImport();
    const DesignsPtr& designs() const { return m_designs; } ///< never null
    const std::vector<parasitics::Imported>& imported() const { return m_imported; }

    // --- learning and checking ------------------------------------------------------------------
    /// Where runs are kept; $OHMSCAPE_RUNS, else $XDG_DATA_HOME/ohmscape/runs.
    void setRunFolder(std::filesystem::path folder) { m_runs = std::move(folder); }
    void setKeepSeconds(double seconds) { m_keepSeconds = seconds; } ///< between snapshots
    /// A training of these very settings on these designs that has not ended.
    std::optional<InterruptedRun> interrupted(const learn::ParasiticSpec& spec,
                                              const QStringList& designs) const;
    /// Trains in a folder of its own among the runs and tests on the designs that it did not train
    /// on; with `from` an interrupted training goes on.
    void train(const learn::ParasiticSpec& spec, const QStringList& designs,
               const std::optional<InterruptedRun>& from = {});
    void setPaused(Task task, bool paused);
    bool isPaused(Task task) const { return m_paused[static_cast<std::size_t>(task)]; }
    void check(const QString& model, const QStringList& designs);
    const learn::ParasiticEvaluation& evaluation() const { return m_evaluation; }
    const learn::ParasiticSpec& checkedSpec() const { return m_checked; }
    const QStringList& checkedDesigns() const { return m_checkedDesigns; }
    /// Lays out what a network's encoder makes of the nets of designs, and what it made of them
    /// before it was trained.
    void embed(const QString& model, const QStringList& designs, const explore::TsneOptions& how);
    struct Embedded {
        explore::ParasiticLayout trained, untrained;
        QStringList designs;
        std::vector<QString> names; ///< [points] "design: net"
    };
    const Embedded& embedded() const { return m_embedded; }

    bool isRunning(Task task) const { return m_running[static_cast<std::size_t>(task)] != 0; }
    void stop(Task task);

signals:
    void annotationChanged();
    void measuresChanged();
    void designsChanged();
    /// An import brought designs of names that were there; `undoImport` brings those back.
    void replaced(const QStringList& names);
    void trainingReported(const QString& phase, double step, double loss, double score);
    void trained(const QString& model);
    void checked();
    void embeddedChanged();
    void stateChanged();
    void failed(const ohm::Error& error);

private:
    template <typename R, typename Work, typename Done>
    void run(Task task, const QString& title, Pool pool, Work work, Done done);
    std::vector<const parasitics::Design*> named(const QStringList& names) const;
    learn::ParasiticRunRequest requestOf(const learn::ParasiticSpec& spec,
                                         const QStringList& designs) const;

    JobService& m_jobs;
    CircuitSession& m_session;
    QString m_folder;
    AnnotationPtr m_annotation;
    netlist::CircuitPtr m_circuit;
    optimize::AnnotatedMeasures m_measures;
    DesignsPtr m_designs = std::make_shared<const std::vector<parasitics::Design>>();
    /// The file of the designs: the one that was opened, or where those that were imported are kept
    /// with the runs that learn from them.
    std::string designsFile() const;
    QString m_opened;                ///< empty once something was imported
    std::uint64_t m_designsHash = 0; ///< of the designs
    /// Before the last import, if that replaced something.
    struct Before {
        DesignsPtr designs;
        std::vector<parasitics::Imported> imported;
        QString opened;
        std::uint64_t hash = 0;
    };
    std::optional<Before> m_before;
    std::filesystem::path m_runs;
    double m_keepSeconds = 2;
    std::vector<parasitics::Imported> m_imported;
    learn::ParasiticEvaluation m_evaluation;
    learn::ParasiticSpec m_checked;
    QStringList m_checkedDesigns;
    Embedded m_embedded;
    JobId m_running[6] = {0, 0, 0, 0, 0, 0};
    bool m_paused[6] = {false, false, false, false, false, false};
};

} // namespace ohm::ui
