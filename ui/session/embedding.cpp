// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/embedding.h"

#include "core/explore/pca.h"
#include "core/generate/request.h"
#include "core/graph/features.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFrameMs = 50;
constexpr std::size_t kListed = 10; ///< neighbours of a point that are listed
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Loaded {
    std::shared_ptr<const dataset::GraphSet> set;
    std::shared_ptr<const explore::EmbeddingTable> table;
    std::shared_ptr<const explore::EmbeddingTable> beside; ///< may be null
    std::shared_ptr<const explore::Neighbours> neighbours;
    std::vector<learn::Part> parts; ///< of each graph
    std::int64_t circuit = -1;
};

/// The open circuit after the graphs of the set; its nets have no labels.
Expected<void> append(dataset::GraphSet& set, const graph::TerminalGraph& graph) {
    const auto schema =
        set.featureWidth == 9 ? graph::FeatureSchema::Resistive : graph::FeatureSchema::Analog;
    const auto features = graph::nodeFeatures(graph, schema);
    if (features.columns != set.featureNames || graph.nodeCount() == 0)
        return fail("UI-032", "The open circuit cannot stand beside this data", {}, {},
                    "Choose data of the same features, or leave the circuit out");
    const std::vector<std::int32_t> edges(graph.edges().begin(), graph.edges().end());
    const std::vector<float> none(graph.nodeCount(), std::numeric_limits<float>::quiet_NaN());
    set.append(features.values, edges, features.outputMask, none, 0);
    if (!set.graphLabels.empty())
        set.graphLabels.insert(set.graphLabels.end(), set.graphLabelNames.size(), none.front());
    return {};
}

std::vector<learn::Part> partsOf(const dataset::GraphSet& set,
                                 const learn::Checkpoint& checkpoint) {
    std::vector<learn::Part> parts(set.graphCount(), learn::Part::All);
    for (const auto part : {learn::Part::Training, learn::Part::Validation, learn::Part::Test}) {
        const auto graphs = learn::graphsOf(set, checkpoint, part);
        if (!graphs)
            continue; // none set aside
        for (const std::size_t g : *graphs)
            parts[g] = part;
    }
    return parts;
}

/// What another network makes of the same points.
Expected<std::shared_ptr<const explore::EmbeddingTable>>
embedBeside(const QString& path, learn::Engine& engine, const dataset::GraphSet& set,
            const explore::EmbeddingRequest& request, const StopToken& stop, ProgressSink& sink) {
    if (path.isEmpty())
        return std::shared_ptr<const explore::EmbeddingTable>();
    const auto checkpoint = learn::readCheckpoint(path.toStdString());
    if (!checkpoint)
        return checkpoint.failure();
    const auto model = engine.load(*checkpoint);
    if (!model)
        return model.failure();
    explore::EmbeddingRequest wanted = request;
    wanted.layer = std::min<int>(wanted.layer, static_cast<int>(checkpoint->spec.layers));
    auto table = explore::embed(**model, set, wanted, stop, sink);
    if (!table)
        return table.failure();
    return std::make_shared<const explore::EmbeddingTable>(std::move(*table));
}

Expected<Loaded> load(const EmbeddingSetup& setup, const StopToken& stop, ProgressSink& sink) {
    const auto checkpoint = learn::readCheckpoint(setup.model.toStdString());
    if (!checkpoint)
        return checkpoint.failure();
    auto set = generate::loadOrGenerate(setup.data.toStdString(), stop, sink);
    if (!set)
        return set.failure();
    std::vector<learn::Part> parts = partsOf(*set, *checkpoint);
    explore::EmbeddingRequest request = setup.request;
    if (setup.circuit) {
        if (const auto added = append(*set, *setup.circuit); !added)
            return added.failure();
        request.always = static_cast<std::int64_t>(set->graphCount()) - 1;
        parts.push_back(learn::Part::All);
    }
    const auto engine = learn::engine();
    if (!engine)
        return engine.failure();
    const auto model = (*engine)->load(*checkpoint);
    if (!model)
        return model.failure();
    auto table = explore::embed(**model, *set, request, stop, sink);
    if (!table)
        return table.failure();
    const auto beside = embedBeside(setup.beside, **engine, *set, request, stop, sink);
    if (!beside)
        return beside.failure();
    auto neighbours = explore::nearestNeighbours(table->points(), kListed, 0, stop, sink);
    if (!neighbours)
        return neighbours.failure();
    return Loaded{std::make_shared<const dataset::GraphSet>(std::move(*set)),
                  std::make_shared<const explore::EmbeddingTable>(std::move(*table)),
                  *beside,
                  std::make_shared<const explore::Neighbours>(std::move(*neighbours)),
                  std::move(parts),
                  request.always};
}

} // namespace

Embedding::Embedding(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_divergence(kNone)
    , m_kept(kNone) {
    m_timer.setInterval(kFrameMs);
    connect(&m_timer, &QTimer::timeout, this, &Embedding::takeFrame);
}

Embedding::~Embedding() {
    stop();
}

void Embedding::start(const EmbeddingSetup& setup) {
    stop();
    m_setup = setup;
    m_tsne.reset();
    m_table.reset();
    m_neighbours.reset();
    m_beside.reset();
    m_parts.clear();
    m_circuitGraph = -1;
    m_layout.clear();
    m_step = 0;
    m_divergence = m_kept = kNone;
    emit tableChanged();
    const int run = ++m_run;
    m_frame.reset(); // an older layout is not taken up any more
    m_job = m_jobs.start<Loaded>(
        {tr("Embedding"), Pool::Torch, u"embedding"_s},
        [setup](StopToken stop, ProgressSink& sink) { return load(setup, stop, sink); }, this,
        [this, run](Expected<Loaded> loaded) {
            if (run != m_run)
                return;
            m_job = 0;
            if (!loaded) {
                emit stateChanged();
                if (loaded.error().code != "UI-002")
                    emit failed(loaded.error());
                return;
            }
            m_set = loaded->set;
            m_table = loaded->table;
            m_beside = loaded->beside;
            m_neighbours = loaded->neighbours;
            m_parts = std::move(loaded->parts);
            m_circuitGraph = loaded->circuit;
            emit tableChanged();
            layOut(false);
        });
    emit stateChanged();
}

learn::Part Embedding::partOf(std::size_t graph) const {
    return graph < m_parts.size() ? m_parts[graph] : learn::Part::All;
}

void Embedding::layOut(bool again) {
    auto frame = std::make_shared<Frame>();
    m_frame = frame;
    auto table = m_table;
    const EmbeddingSetup setup = m_setup;
    auto tsne = again ? m_tsne : nullptr;
    m_tsne.reset();
    using Result = std::shared_ptr<explore::Tsne>;
    m_job = m_jobs.start<Result>(
        {setup.pca ? tr("Principal components") : tr("t-SNE"), Pool::Cpu, u"layout"_s},
        [frame, table, setup, tsne](StopToken stop, ProgressSink& sink) -> Expected<Result> {
            const auto show = [&](const std::vector<float>& layout, int step, double divergence) {
                const std::lock_guard lock(frame->mutex);
                frame->layout = layout;
                frame->step = step;
                frame->divergence = divergence;
                frame->fresh = true;
            };
            if (setup.pca) {
                const auto pca = explore::fitPca(table->points(), 2);
                if (!pca)
                    return pca.failure();
                show(explore::project(*pca, table->points()), 0, kNone);
                return Result();
            }
            Result t = tsne;
            if (t) {
                t->restart();
            } else {
                auto made = explore::Tsne::create(table->points(), setup.tsne, stop, sink);
                if (!made)
                    return made.failure();
                t = std::make_shared<explore::Tsne>(std::move(*made));
            }
            auto shown = std::chrono::steady_clock::now() - std::chrono::seconds(1);
            while (!t->finished() && !stop.shouldStop()) {
                t->step();
                const auto now = std::chrono::steady_clock::now();
                if (now - shown >= std::chrono::milliseconds(kFrameMs)) {
                    show(t->layout(), t->stepsDone(), t->divergence());
                    shown = now;
                }
                sink.report(static_cast<double>(t->stepsDone()) / t->options().steps, "t-SNE");
            }
            show(t->layout(), t->stepsDone(), t->divergence());
            return t;
        },
        this,
        [this, frame](Expected<Result> done) {
            if (frame != m_frame)
                return;
            m_job = 0;
            m_paused = false;
            takeFrame();
            m_timer.stop();
            if (done)
                m_tsne = *done;
            else if (done.error().code != "UI-002")
                emit failed(done.error());
            emit stateChanged();
            if (done)
                finish();
        });
    m_timer.start();
    emit stateChanged();
}

void Embedding::finish() {
    auto table = m_table;
    const auto layout = m_layout;
    m_jobs.start<double>(
        {tr("Neighbours kept"), Pool::Cpu, u"layout-quality"_s, -1, true},
        [table, layout](StopToken stop, ProgressSink&) {
            return explore::neighbourPreservation(table->points(), {layout, table->count, 2}, 10,
                                                  5000, 0, stop);
        },
        this,
        [this](Expected<double> kept) {
            if (kept) {
                m_kept = *kept;
                emit stateChanged();
            }
        });
}

void Embedding::takeFrame() {
    if (!m_frame)
        return;
    {
        const std::lock_guard lock(m_frame->mutex);
        if (!m_frame->fresh)
            return;
        m_frame->fresh = false;
        m_layout = m_frame->layout;
        m_step = m_frame->step;
        m_divergence = m_frame->divergence;
    }
    emit layoutChanged();
}

void Embedding::setPaused(bool paused) {
    if (m_job == 0 || m_paused == paused)
        return;
    m_paused = paused;
    m_jobs.setPaused(m_job, paused);
    emit stateChanged();
}

void Embedding::stop() {
    if (m_job == 0)
        return;
    m_jobs.setPaused(m_job, false);
    m_jobs.stop(m_job);
    m_paused = false;
}

bool Embedding::canRestart() const {
    return m_job == 0 && m_tsne != nullptr;
}

void Embedding::restart() {
    if (canRestart())
        layOut(true);
}

} // namespace ohm::ui
