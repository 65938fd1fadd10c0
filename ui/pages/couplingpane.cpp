// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/couplingpane.h"

#include "core/base/units.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/graph/graphview.h"

#include <QBoxLayout>
#include <QLabel>
#include <QSpinBox>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unordered_map>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kRing = 110; ///< points between rings, at least
constexpr double kApart = 46; ///< points between neighbours on a ring, at least

} // namespace

CouplingPane::CouplingPane(QWidget* parent)
    : QWidget(parent) {
    m_view = new widgets::GraphView;
    m_view->setAccessibleName(tr("Couplings around the selection"));
    m_view->setPlaceholder(tr("The couplings of a net appear here once they are estimated."));
    m_hops = spinField(tr("Couplings to follow from the selection"), 1, 4, 1);
    m_hops->setToolTip(m_hops->accessibleName());
    m_summary = new QLabel;
    m_summary->setWordWrap(true);
    auto* exporter = new widgets::ExportActions(
        [this] {
            widgets::Renderable made;
            made.name = u"couplings"_s;
            made.size = m_view->drawingSize();
            made.paint = [this](QPainter& painter, const QRectF& target) {
                m_view->render(painter, target, true);
            };
            return made;
        },
        this);
    connect(exporter, &widgets::ExportActions::failed, this, &CouplingPane::failed);
    m_export = exporter->button(tr("Export"));
    auto* head = new QHBoxLayout;
    head->addWidget(m_summary, 1);
    head->addWidget(new QLabel(tr("Hops")));
    head->addWidget(m_hops);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(head);
    layout->addWidget(m_view, 1);
    connect(m_hops, &QSpinBox::valueChanged, this, [this] {
        draw();
        emit hopsChanged();
    });
    const auto netOf = [this](std::uint32_t node) { return m_part.nets[node]; };
    connect(m_view, &widgets::GraphView::nodeClicked, this,
            [this, netOf](std::uint32_t node, Qt::KeyboardModifiers) {
                if (node < m_part.nets.size())
                    emit netClicked(netOf(node));
            });
    connect(m_view, &widgets::GraphView::nodeDoubleClicked, this,
            [this, netOf](std::uint32_t node) {
                if (node < m_part.nets.size())
                    emit centreRequested(netOf(node));
            });
    connect(m_view, &widgets::GraphView::linkClicked, this,
            [this](int link, Qt::KeyboardModifiers modifiers) {
                // What is clicked may be drawn anew because of it.
                const CouplingLines::Line line = m_lines.lines[static_cast<std::size_t>(link)];
                emit couplingClicked(line, modifiers);
            });
    draw();
}

void CouplingPane::setTooltips(std::function<QString(const CouplingLines::Line&)> text) {
    m_view->setLinkTooltipProvider([this, text = std::move(text)](int link) {
        return text(m_lines.lines[static_cast<std::size_t>(link)]);
    });
}

int CouplingPane::hops() const {
    return m_hops->value();
}

void CouplingPane::setIndex(netlist::CircuitPtr circuit,
                            std::shared_ptr<const CouplingIndex> index) {
    m_circuit = std::move(circuit);
    m_index = std::move(index);
    m_centre.clear();
    draw();
}

void CouplingPane::setCentre(std::vector<netlist::NetId> nets) {
    if (nets == m_centre)
        return;
    m_centre = std::move(nets);
    draw();
}

void CouplingPane::setLeast(double farad) {
    if (farad == m_least)
        return;
    m_least = farad;
    draw();
}

/// Rings of a tree: every net has the angle between those of the nets reached from it.
void CouplingPane::place(std::vector<float>& x, std::vector<float>& y) const {
    const std::size_t n = m_part.nets.size();
    std::vector<double> inside(n, 0), turn(n, 0), begin(n, 0);
    std::vector<double> ring(static_cast<std::size_t>(m_hops->maximum()) + 1, 0);
    double whole = 0;
    for (std::size_t i = n; i-- > 0;) { // every net stands after the one it was reached from
        ring[m_part.hop[i]] += 1;
        (m_part.by[i] == i ? whole : inside[m_part.by[i]]) += std::max(inside[i], 1.0);
    }
    // Several centres stand in a ring of their own.
    std::vector<double> radius(ring.size(), ring[0] > 1 ? kRing / 3 : 0);
    for (std::size_t r = 0; r < ring.size(); ++r)
        radius[r] = std::max(r > 0 ? radius[r - 1] + kRing : radius[0],
                             ring[r] > 1 ? ring[r] * kApart / (2 * std::numbers::pi) : 0);
    x.resize(n);
    y.resize(n);
    std::vector<double> used(n, 0);
    double at = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t from = m_part.by[i];
        const double share = std::max(inside[i], 1.0);
        if (from == i) {
            turn[i] = 2 * std::numbers::pi * share / whole;
            begin[i] = at;
            at += turn[i];
        } else {
            turn[i] = turn[from] * share / inside[from];
            begin[i] = begin[from] + used[from];
            used[from] += turn[i];
        }
        const double angle = begin[i] + turn[i] / 2 - std::numbers::pi / 2;
        x[i] = static_cast<float>(radius[m_part.hop[i]] * std::cos(angle));
        y[i] = static_cast<float>(radius[m_part.hop[i]] * std::sin(angle));
    }
}

void CouplingPane::draw() {
    m_part = {};
    m_lines = {};
    if (m_index && !m_centre.empty())
        m_part = m_index->around(m_centre, m_hops->value(), m_least, kMostNets);
    if (m_part.nets.empty()) {
        m_view->setScene(nullptr);
        m_summary->setText(m_index ? tr("Select a net, or a row, to see what it couples to.")
                                   : QString());
        return;
    }
    const auto& entries = m_index->annotation()->entries;
    auto scene = std::make_shared<widgets::GraphScene>();
    using Kind = widgets::GraphScene::Kind;
    scene->kinds = {Kind{tr("selected net"), 1, Kind::Marker::Disc, 8},
                    Kind{tr("coupled net"), 0, Kind::Marker::Disc, 6}};
    place(scene->x, scene->y);
    std::unordered_map<netlist::NetId, std::uint32_t> node;
    for (std::uint32_t i = 0; i < m_part.nets.size(); ++i) {
        node[m_part.nets[i]] = i;
        scene->kind.push_back(m_part.hop[i] == 0 ? 0 : 1);
    }
    std::vector<double> ground(m_part.nets.size(), 0), strongest(m_part.nets.size(), 0);
    for (const std::uint32_t i : m_part.entries) {
        if (entries[i].toGround())
            ground[node[entries[i].a]] = entries[i].farad;
    }
    m_lines = couplingLines(*m_index->annotation(), m_part.entries, m_part.entries.size());
    std::vector<widgets::Link<std::uint32_t>> links;
    for (const auto& line : m_lines.lines) {
        const std::uint32_t a = node[line.a], b = node[line.b];
        links.push_back({a, b, line.strength});
        if (m_part.hop[a] == 0)
            strongest[b] = std::max(strongest[b], line.farad);
        if (m_part.hop[b] == 0)
            strongest[a] = std::max(strongest[a], line.farad);
    }
    const auto name = [circuit = m_circuit, nets = m_part.nets](std::uint32_t i) {
        return qs(circuit->netName(nets[i]));
    };
    scene->label = name;
    m_view->setTooltipProvider([name, ground, strongest](std::uint32_t i) {
        QStringList lines{name(i)};
        if (strongest[i] > 0)
            lines << tr("to the selection: %1").arg(qs(formatSi(strongest[i], "F", 3)));
        if (ground[i] > 0)
            lines << tr("to ground: %1").arg(qs(formatSi(ground[i], "F", 3)));
        return lines.join(u'\n');
    });
    m_view->setScene(scene);
    m_view->setLinks(std::move(links));
    m_view->fit();
    QString text = tr("%1 couplings of %2 nets").arg(m_lines.lines.size()).arg(m_part.nets.size());
    if (!m_lines.lines.empty())
        text += tr(", %1 to %2")
                    .arg(qs(formatSi(m_lines.low, "F", 2)), qs(formatSi(m_lines.high, "F", 2)));
    if (m_part.left > 0)
        text += tr("; %1 more nets are not drawn").arg(m_part.left);
    m_summary->setText(text);
}

} // namespace ohm::ui
