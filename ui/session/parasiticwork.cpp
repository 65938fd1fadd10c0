// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/parasiticwork.h"

#include "core/base/files.h"
#include "core/learn/engine.h"
#include "core/project/installation.h"
#include "core/runs/runstore.h"
#include "ui/services/text.h"
#include "ui/session/jobend.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QPointer>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

std::filesystem::path folderOf(const QString& folder) {
    return folder.isEmpty() ? project::networkFolder() / "parasitics"
                            : std::filesystem::path(folder.toStdString());
}

constexpr const char* kPrefix = "parasitics-";

/// FNV-1a of what networks learn from.
std::uint64_t hashOf(const std::vector<parasitics::Design>& designs) {
    std::uint64_t hash = 1469598103934665603ull;
    const auto mix = [&](const void* bytes, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 1099511628211ull;
    };
    for (const auto& design : designs) {
        mix(design.graph.name.data(), design.graph.name.size() + 1);
        mix(design.graph.netStats.data(), design.graph.netStats.size() * sizeof(float));
        mix(design.ground.data(), design.ground.size() * sizeof(float));
        for (const auto& coupling : design.couplings)
            mix(&coupling.farad, sizeof(coupling.farad));
    }
    return hash;
}

struct Checked {
    learn::ParasiticEvaluation evaluation;
    learn::ParasiticSpec spec;
};

} // namespace

ParasiticWork::ParasiticWork(JobService& jobs, CircuitSession& session, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_runs(runs::RunStore::defaultFolder()) {
    connect(&m_session, &CircuitSession::circuitChanged, this, [this] {
        // The numbers of nets mean nothing in another circuit.
        stop(Task::Estimate);
        stop(Task::Measure);
        m_annotation.reset();
        m_circuit.reset();
        m_measures = {};
        emit annotationChanged();
        emit measuresChanged();
    });
}

ParasiticWork::~ParasiticWork() {
    for (const JobId job : m_running) {
        if (job != 0)
            m_jobs.stop(job);
    }
}

void ParasiticWork::stop(Task task) {
    if (isRunning(task))
        m_jobs.stop(m_running[static_cast<std::size_t>(task)]);
}

void ParasiticWork::setPaused(Task task, bool paused) {
    if (!isRunning(task) || isPaused(task) == paused)
        return;
    m_paused[static_cast<std::size_t>(task)] = paused;
    m_jobs.setPaused(m_running[static_cast<std::size_t>(task)], paused);
    emit stateChanged();
}

template <typename R, typename Work, typename Done>
void ParasiticWork::run(Task task, const QString& title, Pool pool, Work work, Done done) {
    JobId& slot = m_running[static_cast<std::size_t>(task)];
    if (slot != 0)
        return emit failed({"UI-044",
                            ss(tr("\u201c%1\u201d was not begun").arg(title)),
                            "work of the same kind is still going on",
                            {},
                            "Wait for it, or stop it in the list of jobs, and try again"});
    slot = m_jobs.start<R>(
        {title, pool, {}}, std::move(work), this,
        [this, task, done = std::move(done)](Expected<R> result) {
            m_running[static_cast<std::size_t>(task)] = 0;
            m_paused[static_cast<std::size_t>(task)] = false;
            if (result)
                done(std::move(*result));
            emit stateChanged();
            if (!result && result.error().code != "UI-002" && result.error().code != "LEARN-012" &&
                result.error().code != "PAR-002" && result.error().code != "EXPL-003")
                emit failed(result.error());
        });
    emit stateChanged();
}

void ParasiticWork::estimate(double chance) {
    const netlist::CircuitPtr circuit = m_session.circuit();
    if (!circuit)
        return;
    run<learn::Annotation>(
        Task::Estimate, tr("Estimating parasitics"), Pool::Torch,
        [circuit, chance, folder = folderOf(m_folder)](
            StopToken stop, ProgressSink&) -> Expected<learn::Annotation> {
            const auto models = learn::loadParasiticModels(folder);
            if (!models)
                return models.failure();
            learn::AnnotationOptions options;
            options.chance = chance;
            return learn::annotate(*circuit, *models, options, stop);
        },
        [this, circuit](learn::Annotation annotation) {
            m_annotation = std::make_shared<const learn::Annotation>(std::move(annotation));
            m_circuit = circuit;
            emit annotationChanged();
        });
}

void ParasiticWork::measure(double chance) {
    if (!m_session.isProject())
        return emit failed({"UI-040",
                            "Measurements need a project with benches",
                            {},
                            {},
                            "Open a project whose project.yaml has benches and measurements"});
    run<optimize::AnnotatedMeasures>(
        Task::Measure, tr("Measuring with parasitics"), Pool::Torch,
        [project = m_session.project(), chance, folder = folderOf(m_folder)](
            StopToken stop, ProgressSink& progress) -> Expected<optimize::AnnotatedMeasures> {
            const auto problem = optimize::problemOf(project);
            if (!problem)
                return problem.failure();
            const auto models = learn::loadParasiticModels(folder);
            if (!models)
                return models.failure();
            learn::AnnotationOptions options;
            options.chance = chance;
            return optimize::measureAnnotated(
                *problem, *models, options,
                std::make_shared<sim::SimulatorPool>(sim::PoolOptions{}), stop, progress);
        },
        [this](optimize::AnnotatedMeasures measures) {
            m_measures = std::move(measures);
            emit measuresChanged();
        });
}

Expected<learn::AnnotatedNetlist>
ParasiticWork::writeNetlist(const QString& path, std::optional<learn::Bound> bound) const {
    if (!m_annotation)
        return fail("UI-041", "There are no estimates to write", {}, {}, "Press Estimate first");
    const std::filesystem::path file(path.toStdString());
    learn::AnnotatedNetlistOptions how;
    how.bound = bound;
    how.folder = std::filesystem::absolute(file).parent_path();
    if (const auto& loaded = m_session.loaded(); loaded && loaded->schematic)
        how.source = loaded->schematic->netlistText;
    auto netlist = learn::annotatedNetlist(*m_circuit, *m_annotation, how);
    if (!netlist)
        return netlist;
    const auto written = writeFileAtomically(file, netlist->text);
    if (!written)
        return written.failure();
    return netlist;
}

void ParasiticWork::import(const QStringList& paths) {
    parasitics::ImportRequest request;
    for (const QString& path : paths)
        request.paths.emplace_back(path.toStdString());
    import(request);
}

void ParasiticWork::import(const parasitics::ImportRequest& request) {
    struct Read {
        std::vector<parasitics::Imported> designs;
        std::vector<parasitics::FailedImport> failed;
    };
    run<Read>(
        Task::Import, tr("Importing extractions"), Pool::Cpu,
        [request](StopToken stop, ProgressSink& progress) -> Expected<Read> {
            Read read;
            auto designs = parasitics::importDesigns(request, stop, progress, &read.failed);
            if (!designs)
                return designs.failure();
            read.designs = std::move(*designs);
            return read;
        },
        [this](Read read) {
            Before before{m_designs, m_imported, m_opened, m_designsHash};
            QStringList replacedNames;
            m_opened.clear();
            auto all = std::make_shared<std::vector<parasitics::Design>>(*m_designs);
            for (const auto& item : read.designs) {
                const std::string& name = item.paired.design.graph.name;
                if (std::erase_if(*all, [&](const parasitics::Design& d) {
                        return d.graph.name == name;
                    }) > 0)
                    replacedNames << qs(name);
                all->push_back(item.paired.design);
            }
            for (auto& item : read.designs) { // reports of earlier imports stay
                std::erase_if(m_imported, [&](const parasitics::Imported& i) {
                    return i.paired.design.graph.name == item.paired.design.graph.name;
                });
                m_imported.push_back(std::move(item));
            }
            m_designsHash = hashOf(*all);
            m_designs = std::move(all);
            m_before.reset();
            if (!replacedNames.isEmpty())
                m_before = std::move(before);
            emit designsChanged();
            if (!replacedNames.isEmpty())
                emit replaced(replacedNames);
            if (read.failed.empty())
                return;
            Error error{"UI-043",
                        ss(tr("%n design(s) could not be imported; the others were", nullptr,
                              static_cast<int>(read.failed.size()))),
                        {},
                        {},
                        {}};
            for (const auto& [name, why] : read.failed)
                error.detail += (error.detail.empty() ? "" : "\n") + name + ": " + why.message();
            if (!replacedNames.isEmpty())
                error.detail += "\n" + ss(tr("Replaced: %1").arg(replacedNames.join(u", "_s)));
            emit failed(error);
        });
}

void ParasiticWork::openDesigns(const QString& file) {
    run<std::vector<parasitics::Design>>(
        Task::Import, tr("Reading designs"), Pool::Io,
        [file](StopToken, ProgressSink&) { return parasitics::readDesigns(file.toStdString()); },
        [this, file](std::vector<parasitics::Design> designs) {
            m_before.reset();
            m_opened = QFileInfo(file).absoluteFilePath();
            m_designs = std::make_shared<const std::vector<parasitics::Design>>(std::move(designs));
            m_imported.clear();
            emit designsChanged();
        });
}

void ParasiticWork::undoImport() {
    if (!m_before || isRunning(Task::Import))
        return;
    m_designs = std::move(m_before->designs);
    m_imported = std::move(m_before->imported);
    m_opened = std::move(m_before->opened);
    m_designsHash = m_before->hash;
    m_before.reset();
    emit designsChanged();
}

void ParasiticWork::saveDesigns(const QString& file) {
    run<bool>(
        Task::Import, tr("Writing designs"), Pool::Io,
        [file, designs = m_designs](StopToken, ProgressSink&) -> Expected<bool> {
            const auto written = parasitics::writeDesigns(*designs, file.toStdString());
            if (!written)
                return written.failure();
            return true;
        },
        [](bool) {});
}

std::vector<const parasitics::Design*> ParasiticWork::named(const QStringList& names) const {
    std::vector<const parasitics::Design*> out;
    for (const auto& design : *m_designs) {
        if (names.contains(qs(design.graph.name)))
            out.push_back(&design);
    }
    return out;
}

std::string ParasiticWork::designsFile() const {
    if (!m_opened.isEmpty())
        return ss(m_opened);
    // A hidden folder: it holds no run.
    return (m_runs / ".designs" / (std::to_string(m_designsHash) + ".h5")).string();
}

learn::ParasiticRunRequest ParasiticWork::requestOf(const learn::ParasiticSpec& spec,
                                                    const QStringList& designs) const {
    learn::ParasiticRunRequest request;
    request.data = designsFile();
    request.command = "the Parasitics page of ohmscape";
    request.training.spec = spec;
    request.training.designs = named(designs);
    for (const auto& design : *m_designs) {
        if (!designs.contains(qs(design.graph.name)))
            request.tests.push_back({design.graph.name, {&design}});
    }
    return request;
}

std::optional<InterruptedRun> ParasiticWork::interrupted(const learn::ParasiticSpec& spec,
                                                         const QStringList& designs) const {
    if (designs.isEmpty())
        return {};
    return interruptedRun(m_runs, kPrefix, learn::parasiticRecipeText(requestOf(spec, designs)),
                          "log.jsonl");
}

void ParasiticWork::train(const learn::ParasiticSpec& spec, const QStringList& designs,
                          const std::optional<InterruptedRun>& from) {
    learn::ParasiticRunRequest request = requestOf(spec, designs);
    request.folder = from ? from->folder : freeRunFolder(m_runs, kPrefix);
    request.keepSeconds = m_keepSeconds;
    const QPointer<ParasiticWork> self(this);
    request.training.report = [self](const learn::ParasiticReport& r) {
        // Called on the training's thread.
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [self, phase = qs(r.phase), step = static_cast<double>(r.step), loss = r.loss,
             score = r.validation && r.validation->r2 ? *r.validation->r2
                     : r.validationClasses            ? r.validationClasses->f1
                                                      : r.otherLoss] {
                if (self)
                    emit self->trainingReported(phase, step, loss, score);
            },
            Qt::QueuedConnection);
    };
    run<QString>(
        Task::Train, tr("Training on parasitics"), Pool::Train,
        [request, keep = m_designs](StopToken stop,
                                    ProgressSink& progress) mutable -> Expected<QString> {
            std::error_code code;
            if (const std::filesystem::path file(request.data);
                !std::filesystem::exists(file, code)) { // reports will want to read them
                std::filesystem::create_directories(file.parent_path(), code);
                const auto written = parasitics::writeDesigns(*keep, file);
                if (!written)
                    return written.failure();
            }
            request.inputs[request.data] = runs::fileHash(request.data);
            const auto result = learn::runParasiticTraining(request, stop, progress);
            if (!result)
                return result.failure();
            return qs((request.folder / "model.safetensors").string());
        },
        [this](const QString& model) { emit trained(model); });
    if (const JobId job = m_running[static_cast<std::size_t>(Task::Train)]; job != 0)
        whenOver(m_jobs, job, this, [this] { emit stateChanged(); }); // what it kept is there
}

void ParasiticWork::check(const QString& model, const QStringList& designs) {
    run<Checked>(
        Task::Check, tr("Comparing with extractions"), Pool::Torch,
        [model, list = named(designs), keep = m_designs](StopToken stop,
                                                         ProgressSink&) -> Expected<Checked> {
            const auto checkpoint = learn::readParasiticCheckpoint(model.toStdString());
            if (!checkpoint)
                return checkpoint.failure();
            const auto engine = learn::engine();
            if (!engine)
                return engine.failure();
            auto loaded = (*engine)->loadParasitics(*checkpoint);
            if (!loaded)
                return loaded.failure();
            auto evaluation = learn::evaluateParasitics(**loaded, list, stop);
            if (!evaluation)
                return evaluation.failure();
            return Checked{std::move(*evaluation), checkpoint->spec};
        },
        [this, designs](Checked checked_) {
            m_evaluation = std::move(checked_.evaluation);
            m_checked = checked_.spec;
            m_checkedDesigns.clear();
            for (const auto& design : *m_designs) {
                if (designs.contains(qs(design.graph.name)))
                    m_checkedDesigns << qs(design.graph.name);
            }
            emit checked();
        });
}

void ParasiticWork::embed(const QString& model, const QStringList& designs,
                          const explore::TsneOptions& how) {
    run<Embedded>(
        Task::Embed, tr("Laying out the encoder's embedding"), Pool::Torch,
        [model, how, list = named(designs),
         keep = m_designs](StopToken stop, ProgressSink& progress) -> Expected<Embedded> {
            const auto checkpoint = learn::readParasiticCheckpoint(model.toStdString());
            if (!checkpoint)
                return checkpoint.failure();
            const auto engine = learn::engine();
            if (!engine)
                return engine.failure();
            Embedded out;
            for (const bool trained : {true, false}) {
                auto loaded = (*engine)->loadParasitics(
                    trained ? *checkpoint : explore::untrainedEncoder(*checkpoint, how.seed));
                if (!loaded)
                    return loaded.failure();
                auto layout = explore::layOutParasitics(**loaded, list, how, stop, progress);
                if (!layout)
                    return layout.failure();
                (trained ? out.trained : out.untrained) = std::move(*layout);
            }
            for (const auto* design : list)
                out.designs << qs(design->graph.name);
            for (std::size_t i = 0; i < out.trained.net.size(); ++i) {
                const std::size_t d = out.trained.design[i];
                out.names.push_back(out.designs[static_cast<qsizetype>(d)] + u": "_s +
                                    qs(list[d]->graph.netNames[out.trained.net[i]]));
            }
            return out;
        },
        [this](Embedded embedded) {
            m_embedded = std::move(embedded);
            emit embeddedChanged();
        });
}

} // namespace ohm::ui
