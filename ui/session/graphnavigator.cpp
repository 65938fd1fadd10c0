// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/graphnavigator.h"

#include <QTimer>

#include <algorithm>
#include <mutex>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kDrainMs = 100;
constexpr unsigned kMaxHops = 6;
constexpr qsizetype kMaxSteps = 100;
} // namespace

/// Latest positions of a forming layout; written by its thread, drained by the timer.
struct GraphNavigator::Preview {
    std::mutex mutex;
    std::vector<graph::Point> points;
    bool fresh = false;
};

GraphNavigator::GraphNavigator(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_drain(new QTimer(this)) {
    m_drain->setInterval(kDrainMs);
    connect(m_drain, &QTimer::timeout, this, [this] {
        if (!m_preview)
            return;
        std::vector<graph::Point> points;
        {
            const std::lock_guard lock(m_preview->mutex);
            if (!std::exchange(m_preview->fresh, false))
                return;
            points.swap(m_preview->points);
        }
        publish(points, false);
    });
}

GraphNavigator::~GraphNavigator() = default;

void GraphNavigator::setGraph(TerminalGraphPtr graph) {
    m_jobs.abandon(u"picture"_s);
    m_jobs.abandon(u"layout"_s);
    m_drain->stop();
    m_preview.reset();
    m_jobs.release(std::exchange(m_picture, nullptr));
    m_jobs.release(std::exchange(m_kinds, nullptr));
    m_jobs.release(std::exchange(m_graph, std::move(graph)));
    m_focus.clear();
    m_walk.clear();
    m_step = -1;
    m_busy = false;
    m_mode =
        !m_graph || m_graph->nodeCount() <= kWholeByDefault ? Mode::Whole : Mode::Neighbourhood;
    emit pictureChanged();
    emit stateChanged();
    if (!m_graph || m_graph->nodeCount() == 0)
        return;
    setBusy(true);
    JobSpec spec;
    spec.title = tr("Sorting the graph's nodes");
    spec.lane = u"picture"_s;
    spec.quiet = true;
    m_jobs.start<NodeKindsPtr>(
        spec,
        [graph = m_graph](StopToken, ProgressSink&) -> Expected<NodeKindsPtr> {
            return std::make_shared<const std::vector<graph::NodeKind>>(graph::nodeKinds(*graph));
        },
        this,
        [this](Expected<NodeKindsPtr> kinds) {
            setBusy(false);
            if (!kinds)
                return;
            m_kinds = std::move(*kinds);
            if (m_focus.empty())
                focus(firstFocus());
            else
                refresh();
        });
}

std::vector<std::uint32_t> GraphNavigator::firstFocus() const {
    // A signal net is a better start than a rail: the first net of ordinary kind, else node 0.
    for (std::size_t i = m_graph->terminalCount(); i < m_graph->nodeCount(); ++i) {
        if ((*m_kinds)[i] == graph::NodeKind::Net)
            return {static_cast<std::uint32_t>(i)};
    }
    return {0};
}

void GraphNavigator::setMode(Mode mode) {
    if (mode == m_mode || (mode == Mode::Whole && !canShowWhole()))
        return;
    m_mode = mode;
    emit stateChanged();
    refresh();
}

void GraphNavigator::setHops(unsigned hops) {
    hops = std::clamp(hops, 1U, kMaxHops);
    if (hops == m_hops)
        return;
    m_hops = hops;
    emit stateChanged();
    if (m_mode == Mode::Neighbourhood)
        refresh();
}

void GraphNavigator::focus(std::vector<std::uint32_t> nodes, bool remember) {
    if (!m_graph)
        return;
    std::erase_if(nodes, [this](std::uint32_t node) { return node >= m_graph->nodeCount(); });
    if (nodes.empty() || nodes == m_focus)
        return;
    m_focus = std::move(nodes);
    if (remember) {
        m_walk.resize(m_step + 1);
        m_walk.push_back(m_focus);
        if (m_walk.size() > kMaxSteps)
            m_walk.removeFirst();
        m_step = m_walk.size() - 1;
    }
    emit stateChanged();
    if (m_mode == Mode::Neighbourhood || !m_picture)
        refresh();
}

void GraphNavigator::goBack() {
    if (canGoBack())
        focus(m_walk.at(--m_step), false);
    emit stateChanged();
}

void GraphNavigator::goForward() {
    if (canGoForward())
        focus(m_walk.at(++m_step), false);
    emit stateChanged();
}

void GraphNavigator::setBusy(bool busy) {
    if (m_busy == busy)
        return;
    m_busy = busy;
    emit stateChanged();
}

void GraphNavigator::refresh() {
    if (!m_graph || !m_kinds)
        return;
    m_jobs.abandon(u"picture"_s);
    m_jobs.abandon(u"layout"_s);
    m_drain->stop();
    m_preview.reset();
    if (m_mode == Mode::Whole)
        showWhole();
    else
        showPart();
}

void GraphNavigator::showPart() {
    setBusy(true);
    JobSpec spec;
    spec.title = tr("Laying out the neighbourhood");
    spec.lane = u"layout"_s;
    spec.pool = Pool::Layout;
    spec.priority = 1;
    spec.quiet = true;
    m_jobs.start<GraphPicturePtr>(
        spec,
        [graph = m_graph, kinds = m_kinds, seeds = m_focus,
         hops = m_hops](StopToken stop, ProgressSink&) -> Expected<GraphPicturePtr> {
            return neighbourhoodPicture(graph, kinds, seeds, hops, kNeighbours, std::move(stop));
        },
        this,
        [this](Expected<GraphPicturePtr> picture) {
            setBusy(false);
            if (!picture) {
                emit failed(picture.error());
                return;
            }
            m_jobs.release(std::exchange(m_picture, std::move(*picture)));
            emit pictureChanged();
        });
}

void GraphNavigator::showWhole() {
    setBusy(true);
    JobSpec spec;
    spec.title = tr("Preparing the graph");
    spec.lane = u"picture"_s;
    spec.quiet = true;
    m_jobs.start<GraphPicturePtr>(
        spec,
        [graph = m_graph, kinds = m_kinds](StopToken, ProgressSink&) -> Expected<GraphPicturePtr> {
            return wholePicture(graph, kinds);
        },
        this,
        [this](Expected<GraphPicturePtr> picture) {
            if (!picture) {
                setBusy(false);
                emit failed(picture.error());
                return;
            }
            m_jobs.release(std::exchange(m_picture, std::move(*picture)));
            layOut();
        });
}

void GraphNavigator::layOut() {
    m_preview = std::make_shared<Preview>();
    JobSpec spec;
    spec.title = tr("Laying out %L1 nodes").arg(m_graph->nodeCount());
    spec.lane = u"layout"_s;
    spec.pool = Pool::Layout;
    m_drain->start();
    m_jobs.start<std::vector<graph::Point>>(
        spec,
        [graph = m_graph, preview = m_preview](StopToken stop, ProgressSink& progress) {
            const LayoutPreview forward = [preview](std::span<const graph::Point> points) {
                const std::lock_guard lock(preview->mutex);
                preview->points.assign(points.begin(), points.end());
                preview->fresh = true;
            };
            return layoutWhole(*graph, forward, std::move(stop), progress);
        },
        this,
        [this](Expected<std::vector<graph::Point>> points) {
            m_drain->stop();
            m_preview.reset();
            setBusy(false);
            if (!points) {
                emit failed(points.error());
                return;
            }
            publish(*points, true);
        });
}

void GraphNavigator::publish(const std::vector<graph::Point>& points, bool final) {
    if (!m_picture || points.size() != m_picture->size())
        return;
    std::vector<float> x(points.size());
    std::vector<float> y(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        x[i] = points[i].x;
        y[i] = points[i].y;
    }
    emit positionsChanged(x, y, final);
}

} // namespace ohm::ui
