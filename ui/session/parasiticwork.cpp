// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/parasiticwork.h"

#include "core/base/files.h"
#include "core/learn/engine.h"
#include "core/project/installation.h"
#include "ui/services/text.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

std::filesystem::path folderOf(const QString& folder) {
    return folder.isEmpty() ? project::networkFolder() / "parasitics"
                            : std::filesystem::path(folder.toStdString());
}

/// A name in the folder that no network has yet: "coupling-ohmscape-gai", "...-2", ...
std::filesystem::path freeName(const std::filesystem::path& folder,
                               const learn::ParasiticSpec& spec) {
    const std::string stem = spec.task + "-" + spec.method + "-" + spec.loss;
    std::error_code code;
    for (int number = 1;; ++number) {
        std::filesystem::path path =
            folder / (stem + (number > 1 ? "-" + std::to_string(number) : "") + ".safetensors");
        if (!std::filesystem::exists(path, code))
            return path;
    }
}

/// One report of a training as a line of JSON.
QByteArray logLine(const learn::ParasiticReport& r) {
    QJsonObject line{{u"phase"_s, qs(r.phase)},
                     {u"member"_s, static_cast<double>(r.member)},
                     {u"step"_s, static_cast<double>(r.step)},
                     {u"loss"_s, r.loss},
                     {r.phase == "pretrain" ? u"scattering"_s : u"score"_s, r.otherLoss},
                     {u"seconds"_s, r.seconds}};
    if (r.validation && r.validation->r2)
        line[u"r2"_s] = *r.validation->r2;
    if (r.validationClasses)
        line[u"f1"_s] = r.validationClasses->f1;
    return QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
}

struct Checked {
    learn::ParasiticEvaluation evaluation;
    learn::ParasiticSpec spec;
};

} // namespace

ParasiticWork::ParasiticWork(JobService& jobs, CircuitSession& session, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session) {
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
        return;
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
    run<std::vector<parasitics::Imported>>(
        Task::Import, tr("Importing extractions"), Pool::Cpu,
        [request](StopToken stop, ProgressSink& progress) {
            return parasitics::importDesigns(request, stop, progress);
        },
        [this](std::vector<parasitics::Imported> imported) {
            auto all = std::make_shared<std::vector<parasitics::Design>>(*m_designs);
            for (const auto& item : imported) {
                std::erase_if(*all, [&](const parasitics::Design& d) {
                    return d.graph.name == item.paired.design.graph.name;
                });
                all->push_back(item.paired.design);
            }
            m_imported = std::move(imported);
            m_designs = std::move(all);
            emit designsChanged();
        });
}

void ParasiticWork::openDesigns(const QString& file) {
    run<std::vector<parasitics::Design>>(
        Task::Import, tr("Reading designs"), Pool::Io,
        [file](StopToken, ProgressSink&) { return parasitics::readDesigns(file.toStdString()); },
        [this](std::vector<parasitics::Design> designs) {
            m_designs = std::make_shared<const std::vector<parasitics::Design>>(std::move(designs));
            m_imported.clear();
            emit designsChanged();
        });
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

void ParasiticWork::train(const learn::ParasiticSpec& spec, const QStringList& designs,
                          const QString& folder) {
    learn::ParasiticTraining training;
    training.spec = spec;
    training.designs = named(designs);
    const QPointer<ParasiticWork> self(this);
    const auto log = std::make_shared<QByteArray>(); // of the training's thread
    training.report = [self, log](const learn::ParasiticReport& r) {
        // Called on the training's thread.
        *log += logLine(r);
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
        [training, folder, designs, log,
         keep = m_designs](StopToken stop, ProgressSink& progress) -> Expected<QString> {
            const auto engine = learn::engine();
            if (!engine)
                return engine.failure();
            auto checkpoint = (*engine)->trainParasitics(training, stop, progress);
            if (!checkpoint)
                return checkpoint.failure();
            checkpoint->provenance = {{"designs", designs.join(u',').toStdString()},
                                      {"version", OHMSCAPE_VERSION},
                                      {"engine", (*engine)->description()}};
            std::error_code code;
            const std::filesystem::path path(folder.toStdString());
            std::filesystem::create_directories(path, code);
            const auto file = freeName(path, checkpoint->spec);
            auto written = learn::writeParasiticCheckpoint(*checkpoint, file);
            if (written)
                written = writeFileAtomically(
                    std::filesystem::path(file).replace_extension("jsonl"), log->toStdString());
            if (!written)
                return written.failure();
            return qs(file.string());
        },
        [this](const QString& model) { emit trained(model); });
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
