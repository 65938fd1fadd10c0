// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/prediction.h"

#include "core/graph/features.h"
#include "ui/services/settings.h"
#include "ui/services/text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr auto kEnsemble = "ensemble:"; ///< in place of a folder
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double at(const std::vector<double>& values, netlist::NetId net) {
    return net < values.size() ? values[net] : kNaN;
}
} // namespace

double PredictedCircuit::voltage(netlist::NetId net) const {
    return at(values.voltages, net);
}
double PredictedCircuit::deviation(netlist::NetId net) const {
    return at(values.deviation, net);
}

std::vector<bool> drivenNets(const netlist::Circuit& circuit) {
    std::vector<bool> driven(circuit.netCount());
    std::vector<std::pair<netlist::NetId, netlist::NetId>> sources;
    for (std::size_t i = 0; i < circuit.deviceCount(); ++i) {
        const auto device = static_cast<netlist::DeviceId>(i);
        const auto nets = circuit.deviceNets(device);
        if (circuit.deviceKind(device) == netlist::DeviceKind::VoltageSource && nets.size() >= 2)
            sources.emplace_back(nets[0], nets[1]);
    }
    if (const auto ground = circuit.ground())
        driven[*ground] = true;
    // Sources are few and hang in short chains.
    for (bool grown = true; grown;) {
        grown = false;
        for (const auto& [plus, minus] : sources) {
            if (driven[plus] == driven[minus])
                continue;
            driven[plus] = driven[minus] = true;
            grown = true;
        }
    }
    return driven;
}

/// Loaded on the first call, by whichever worker thread asks first.
struct Prediction::Slot {
    std::mutex mutex;
    PredictorPtr predictor;
    std::function<Expected<PredictorPtr>()> load;
    std::filesystem::path path; ///< empty: a network on trial
    QString name;

    Expected<PredictionPtr> predict(const netlist::CircuitPtr& circuit, StopToken stop) {
        const std::lock_guard lock(mutex);
        if (!predictor) {
            Expected<PredictorPtr> loaded = load();
            if (!loaded)
                return loaded.failure();
            predictor = std::move(*loaded);
        }
        if (stop.stopRequested())
            return fail("UI-002", "Stopped.");
        Expected<learn::CircuitPrediction> values = predictor->predict(*circuit, std::move(stop));
        if (!values)
            return values.failure();
        auto made = std::make_shared<PredictedCircuit>();
        made->circuit = circuit;
        made->values = std::move(*values);
        made->driven = drivenNets(*circuit);
        made->model = name;
        made->members = predictor->members();
        return PredictionPtr(std::move(made));
    }
};

Prediction::Prediction(JobService& jobs, Settings& settings, Learning learning, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_settings(settings)
    , m_learning(std::move(learning)) {}

Prediction::~Prediction() = default;

void Prediction::setCircuit(netlist::CircuitPtr circuit, const QString& name, bool again) {
    m_jobs.abandon(u"predict"_s);
    ++m_run;
    if (std::exchange(m_job, 0) != 0)
        emit runningChanged();
    const bool wanted = again && m_wanted;
    m_wanted = false;
    m_waiting = false;
    m_jobs.release(std::exchange(m_circuit, std::move(circuit)));
    m_name = name;
    m_stale = false;
    m_schema =
        m_circuit ? QLatin1String(graph::schemaName(graph::naturalSchema(*m_circuit))) : QString();
    m_jobs.release(std::exchange(m_variant, nullptr));
    m_jobs.release(std::exchange(m_variantNominal, nullptr));
    m_jobs.release(std::exchange(m_result, nullptr));
    emit resultChanged();
    if (!again)
        m_trial.reset();
    modelMayHaveChanged();
    if (!m_circuit)
        return;
    if (!m_modelsKnown)
        refreshModels();
    if (wanted)
        run();
}

// --- networks
// -----------------------------------------------------------------------------------

void Prediction::refreshModels() {
    if (m_listing)
        return;
    m_listing = true;
    std::vector<std::filesystem::path> folders;
    for (const auto& folder : {Learning::shippedModels(), Learning::ownModels()})
        if (!folder.empty())
            folders.push_back(folder);
    struct Listing {
        std::vector<learn::ModelInfo> models;
        Diagnostics findings;
    };
    JobSpec spec;
    spec.title = tr("Looking for models");
    spec.lane = u"models"_s;
    spec.pool = Pool::Io;
    spec.quiet = true;
    m_jobs.start<Listing>(
        spec,
        [list = m_learning.listModels, folders,
         files = m_files](StopToken, ProgressSink&) -> Expected<Listing> {
            Listing made;
            made.models = list(folders, made.findings);
            // A file alone is listed by its folder.
            for (const std::filesystem::path& file : files) {
                Diagnostics ignored;
                for (learn::ModelInfo& model : list({file.parent_path()}, ignored))
                    if (model.path == file &&
                        std::none_of(made.models.begin(), made.models.end(),
                                     [&](const auto& known) { return known.path == file; }))
                        made.models.push_back(std::move(model));
            }
            return made;
        },
        this,
        [this](Expected<Listing> listing) {
            m_listing = false;
            m_modelsKnown = true;
            if (listing) {
                m_models = std::move(listing->models);
                m_findings = std::move(listing->findings);
                addEnsembles();
            }
            emit modelsChanged();
            modelMayHaveChanged();
            if (std::exchange(m_waiting, false))
                run();
        });
}

void Prediction::addEnsembles() {
    for (const char* schema : {"resistive", "analog"}) {
        learn::ModelInfo together;
        together.path = std::filesystem::path(kEnsemble) / schema;
        together.task = "node";
        together.featureSchema = schema;
        const std::vector<std::filesystem::path> files = filesOf(together);
        if (files.size() < 2)
            continue;
        together.name = ss(tr("Ensemble of %L1").arg(files.size()));
        for (const learn::ModelInfo& model : m_models) {
            if (std::find(files.begin(), files.end(), model.path) == files.end())
                continue;
            together.architecture += (together.architecture.empty() ? "" : "; ") + model.name;
            together.trainedOn = model.trainedOn;
        }
        m_models.insert(m_models.begin(), std::move(together));
    }
}

bool Prediction::fits(const learn::ModelInfo& model) const {
    return model.task == "node" && qs(model.featureSchema) == m_schema;
}

const learn::ModelInfo* Prediction::model() const {
    if (m_schema.isEmpty())
        return nullptr;
    const std::filesystem::path chosen = toPath(m_settings.predictionModel(m_schema));
    const learn::ModelInfo* best = nullptr;
    const std::filesystem::path shipped = Learning::shippedModels();
    const auto rank = [&](const learn::ModelInfo& info) {
        return isEnsemble(info) ? 2 : info.path.parent_path() == shipped ? 1 : 0;
    };
    for (const learn::ModelInfo& info : m_models) {
        if (info.path == chosen)
            return &info; // even one that does not fit: it says so itself
        if (fits(info) && (best == nullptr || rank(info) > rank(*best)))
            best = &info;
    }
    return best;
}

bool Prediction::isEnsemble(const learn::ModelInfo& model) {
    return model.path.parent_path() == kEnsemble;
}

std::vector<std::filesystem::path> Prediction::filesOf(const learn::ModelInfo& model) const {
    if (!isEnsemble(model))
        return {model.path};
    std::vector<std::filesystem::path> files;
    for (const learn::ModelInfo& other : m_models)
        if (other.path.parent_path() == Learning::shippedModels() && other.task == model.task &&
            other.featureSchema == model.featureSchema)
            files.push_back(other.path);
    return files;
}

void Prediction::choose(const std::filesystem::path& path) {
    if (m_schema.isEmpty())
        return;
    m_settings.setPredictionModel(m_schema, fromPath(path));
    m_trial.reset();
    modelMayHaveChanged();
}

void Prediction::addFile(const std::filesystem::path& path) {
    m_files.push_back(path);
    if (!m_schema.isEmpty())
        m_settings.setPredictionModel(m_schema, fromPath(path));
    m_trial.reset();
    refreshModels();
}

void Prediction::tryOut(const learn::Checkpoint& checkpoint, const QString& name) {
    m_trial = std::make_shared<Slot>();
    m_trial->name = name;
    m_trial->load = [make = m_learning.make, checkpoint] {
        return make(std::vector<learn::Checkpoint>{checkpoint});
    };
    m_lastModel.clear();
    modelMayHaveChanged();
}

void Prediction::endTrial() {
    if (!m_trial)
        return;
    m_trial.reset();
    modelMayHaveChanged();
}

QString Prediction::modelName() const {
    if (m_trial)
        return m_trial->name;
    const learn::ModelInfo* used = model();
    return used ? shownText(used->name) : QString();
}

void Prediction::modelMayHaveChanged() {
    const learn::ModelInfo* used = model();
    const QString now = m_trial ? u"trial:"_s + m_trial->name
                        : used  ? fromPath(used->path)
                                : QString();
    if (now == m_lastModel)
        return;
    m_lastModel = now;
    emit modelChanged();
    if (m_wanted)
        run();
}

std::shared_ptr<Prediction::Slot> Prediction::slot() const {
    if (m_trial)
        return m_trial;
    const learn::ModelInfo* used = model();
    if (!used)
        return nullptr;
    if (!m_slot || m_slot->path != used->path) {
        m_slot = std::make_shared<Slot>();
        m_slot->path = used->path;
        m_slot->name = shownText(used->name);
        m_slot->load = [load = m_learning.load, files = filesOf(*used)] { return load(files); };
    }
    return m_slot;
}

Prediction::Function Prediction::function() const {
    const std::shared_ptr<Slot> used = slot();
    if (!used)
        return nullptr;
    return [used](const netlist::CircuitPtr& circuit, StopToken stop) {
        return used->predict(circuit, std::move(stop));
    };
}

Prediction::Function Prediction::quickFunction() const {
    const learn::ModelInfo* used = model();
    if (m_trial || !used || !isEnsemble(*used))
        return function();
    const std::filesystem::path file = filesOf(*used).front();
    if (!m_quick || m_quick->path != file) {
        m_quick = std::make_shared<Slot>();
        m_quick->path = file;
        m_quick->name = shownText(file.stem().string());
        m_quick->load = [load = m_learning.load, file] {
            return load(std::vector<std::filesystem::path>{file});
        };
    }
    return [used = m_quick](const netlist::CircuitPtr& circuit, StopToken stop) {
        return used->predict(circuit, std::move(stop));
    };
}

// --- predicting
// ---------------------------------------------------------------------------------

void Prediction::run() {
    if (!m_circuit)
        return;
    m_wanted = true;
    if (!m_modelsKnown) {
        m_waiting = true;
        refreshModels();
        return;
    }
    const Function predict = function();
    if (!predict) {
        Error error;
        error.code = "UI-021";
        error.text = "There is no model that predicts circuits of this kind.";
        error.detail = "feature schema: " + ss(m_schema);
        error.hint = "Train one, or put a checkpoint into " + Learning::ownModels().string() + ".";
        emit failed(error);
        return;
    }
    if (m_circuit->terminalCount() > kMaxTerminals) {
        Error error;
        error.code = "UI-020";
        error.text = "This circuit is too large to be predicted here.";
        error.detail = std::to_string(m_circuit->terminalCount()) + " terminals";
        error.hint = "Open one of its subcircuits instead.";
        emit failed(error);
        return;
    }
    JobSpec spec;
    spec.title = tr("Predicting the voltages of %1").arg(m_name);
    spec.lane = u"predict"_s;
    spec.pool = Pool::Torch;
    const bool wasRunning = isRunning();
    m_job = m_jobs.start<PredictionPtr>(
        spec,
        [predict, circuit = m_circuit](StopToken stop, ProgressSink&) {
            return predict(circuit, std::move(stop));
        },
        this,
        [this, run = ++m_run](Expected<PredictionPtr> result) {
            if (run != m_run)
                return; // its circuit is gone or it was started anew
            m_job = 0;
            emit runningChanged();
            if (!result) {
                if (result.error().code != "UI-002" && result.error().code != "LEARN-012")
                    emit failed(result.error());
                return;
            }
            m_jobs.release(std::exchange(m_result, std::move(*result)));
            m_stale = false;
            emit resultChanged();
        });
    if (!wasRunning)
        emit runningChanged();
}

void Prediction::stop() {
    m_waiting = false;
    if (m_job != 0)
        m_jobs.stop(m_job);
}

void Prediction::markStale() {
    if (!m_result || m_stale)
        return;
    m_stale = true;
    emit resultChanged();
}

void Prediction::showVariant(PredictionPtr variant, PredictionPtr nominal) {
    if (!variant && !m_variant)
        return;
    m_variantNominal = std::move(nominal);
    m_jobs.release(std::exchange(m_variant, std::move(variant)));
    emit resultChanged();
}

} // namespace ohm::ui
