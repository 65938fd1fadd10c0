// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/embeddingpage.h"

#include "core/base/units.h"
#include "core/dataset/statistics.h"
#include "ui/pages/exportmenu.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/datasets.h"
#include "ui/session/samplelink.h"
#include "ui/session/trainings.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/palette.h"
#include "widgets/scatter/scatterview.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileInfo>
#include <QFormLayout>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <map>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostRows = 500; ///< of the table of points

QString number(double value) {
    return std::isfinite(value) ? qs(formatSi(value, "", 4)) : u"\u2013"_s;
}

} // namespace

EmbeddingPage::EmbeddingPage(JobService& jobs, Datasets& datasets, Trainings& trainings,
                             CircuitSession& session, SelectionHub& hub, SampleLink& link,
                             QWidget* parent)
    : QWidget(parent)
    , m_datasets(datasets)
    , m_trainings(trainings)
    , m_session(session)
    , m_hub(hub)
    , m_link(link)
    , m_embedding(jobs)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"embeddingPage"_s);
    auto* side = buildSide();
    framePage(this, m_bar, side, buildMain());
    connect(&m_embedding, &Embedding::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_embedding, &Embedding::stateChanged, this, &EmbeddingPage::showState);
    connect(&m_embedding, &Embedding::tableChanged, this, [this] {
        m_scatter->setPoints({});
        m_besideScatter->setPoints({});
        m_besideScatter->parentWidget()->setVisible(m_embedding.beside() != nullptr);
        showSelection();
        showState();
    });
    connect(&m_embedding, &Embedding::layoutChanged, this, [this] {
        const bool first = m_scatter->count() != m_embedding.layout().size() / 2;
        m_scatter->setPoints(m_embedding.layout());
        if (m_embedding.beside())
            m_besideScatter->setPoints(m_embedding.layout());
        if (first) {
            showColours();
            takeSelection(); // of the circuit that is open
        }
        showState();
    });
    connect(&m_hub, &SelectionHub::selectionChanged, this, &EmbeddingPage::takeSelection);
    connect(&m_session, &CircuitSession::graphReady, this, &EmbeddingPage::showState);
    connect(&m_session, &CircuitSession::circuitChanged, this, &EmbeddingPage::showState);
    connect(&m_datasets, &Datasets::changed, this, &EmbeddingPage::fillChoices);
    connect(&m_trainings, &Trainings::changed, this, &EmbeddingPage::fillChoices);
    fillChoices();
    showState();
    showSelection();
}

QWidget* EmbeddingPage::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    auto* form = new QFormLayout;
    m_model = choiceField(tr("Network"));
    form->addRow(tr("Network"), m_model);
    m_beside = choiceField(tr("Network beside it"));
    m_beside->addItem(tr("none"), QString());
    m_beside->setToolTip(tr("Another network on the same layout, e.g. the same one finetuned: what "
                            "it predicts and where it is wrong, before and after"));
    form->addRow(tr("Beside it"), m_beside);
    m_data = choiceField(tr("Data"));
    form->addRow(tr("Data"), m_data);
    m_level = choiceField(tr("A point is"));
    m_level->addItem(tr("a labelled net"),
                     static_cast<int>(explore::EmbeddingRequest::Level::Outputs));
    m_level->addItem(tr("any node"), static_cast<int>(explore::EmbeddingRequest::Level::Nodes));
    m_level->addItem(tr("a circuit"), static_cast<int>(explore::EmbeddingRequest::Level::Graphs));
    form->addRow(tr("A point is"), m_level);
    m_layer = spinField(tr("Layer"), -1, 1000, -1);
    m_layer->setSpecialValueText(tr("last"));
    m_layer->setToolTip(tr("After which block of the network; 0 is its input layer"));
    form->addRow(tr("Layer"), m_layer);
    m_most = spinField(tr("Points at most"), 10, 1'000'000, 10'000);
    m_most->setToolTip(tr("Whole circuits are left out evenly until this many points remain"));
    form->addRow(tr("Points at most"), m_most);
    m_method = choiceField(tr("Method"));
    m_method->addItem(tr("t-SNE"), false);
    m_method->addItem(tr("principal components"), true);
    form->addRow(tr("Method"), m_method);
    m_perplexity = spinField(tr("Perplexity"), 1, 1000, 30);
    m_perplexity->setToolTip(tr("How many neighbours of a point count"));
    form->addRow(tr("Perplexity"), m_perplexity);
    m_exaggeration = spinField(tr("Exaggeration"), 1, 100, 12);
    m_exaggeration->setToolTip(tr("How many times stronger attraction is in the first steps: more "
                                  "keeps clusters together"));
    form->addRow(tr("Exaggeration"), m_exaggeration);
    m_steps = spinField(tr("Steps"), 1, 1'000'000, 1000);
    form->addRow(tr("Steps"), m_steps);
    m_seed = spinField(tr("Seed"), 0, 1'000'000'000, 0);
    form->addRow(tr("Seed"), m_seed);
    m_circuit = new QCheckBox(tr("With the open circuit"));
    m_circuit->setToolTip(tr("Its nets among those of the data: select a net on the schematic and "
                             "see which it is taken for alike with"));
    form->addRow(m_circuit);
    layout->addLayout(form);
    m_start = new QPushButton(widgets::themedIcon(u"play"_s), tr("Start"));
    layout->addWidget(m_start);
    auto* row = new QHBoxLayout;
    m_pause = new QPushButton(widgets::themedIcon(u"pause"_s), tr("Pause"));
    m_restart = new QPushButton(tr("Go on from here"));
    m_restart->setToolTip(tr("The same number of steps again, beginning with this layout"));
    row->addWidget(m_pause);
    row->addWidget(m_restart);
    layout->addLayout(row);
    layout->addStretch(1);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 38);
    connect(m_method, &QComboBox::currentIndexChanged, this, [this] {
        for (QWidget* w : {static_cast<QWidget*>(m_perplexity), static_cast<QWidget*>(m_steps),
                           static_cast<QWidget*>(m_seed), static_cast<QWidget*>(m_exaggeration)})
            w->setEnabled(!m_method->currentData().toBool());
    });
    connect(m_start, &QPushButton::clicked, this, [this] {
        m_bar->dismiss();
        if (m_embedding.isRunning())
            m_embedding.stop();
        else
            m_embedding.start(setup());
    });
    connect(m_pause, &QPushButton::clicked, this,
            [this] { m_embedding.setPaused(!m_embedding.isPaused()); });
    connect(m_restart, &QPushButton::clicked, this, [this] { m_embedding.restart(); });
    return side;
}

QWidget* EmbeddingPage::buildPicture() {
    m_scatter = new widgets::ScatterView(tr("Embedding"));
    m_scatter->setEmptyText(
        tr("Choose a network and data on the left and press Start. Each point is then a net, a "
           "node or a circuit as the network sees it; points that it takes for alike lie "
           "together."));
    m_besideScatter = new widgets::ScatterView(tr("Embedding, the other network"));
    auto* both = new QSplitter(Qt::Horizontal);
    both->setChildrenCollapsible(false);
    for (widgets::ScatterView* view : {m_scatter, m_besideScatter}) {
        const bool beside = view == m_besideScatter;
        widgets::ScatterView* other = beside ? m_scatter : m_besideScatter;
        view->setDescription([this, beside](int p) { return describe(p, beside); });
        view->setCsv([this, beside] {
            const auto table = beside ? m_embedding.beside() : m_embedding.table();
            return table && m_embedding.layout().size() == 2 * table->count
                       ? QByteArray::fromStdString(explore::toCsv(*table, m_embedding.layout()))
                       : QByteArray();
        });
        auto* exports = new widgets::ExportActions([view] { return view->renderable(); }, view);
        connect(exports, &widgets::ExportActions::failed, this,
                [this](const Error& error) { m_bar->showError(error); });
        auto* holder = new QWidget;
        auto* grid = new QGridLayout(holder); // the button lies upon the picture's corner
        grid->setContentsMargins(0, 0, 0, 0);
        grid->addWidget(view, 0, 0);
        grid->addWidget(exports->button(tr("Copy or export this picture")), 0, 0,
                        Qt::AlignBottom | Qt::AlignLeft);
        both->addWidget(holder);
        holder->setVisible(!beside);
        connect(view, &widgets::ScatterView::viewChanged, this,
                [view, other] { other->follow(*view); });
        connect(view, &widgets::ScatterView::selectionChanged, this, [this, view, other] {
            other->setSelection(view->selection());
            showSelection();
            tellSelection();
        });
        connect(view, &widgets::ScatterView::activated, this, &EmbeddingPage::openCircuit);
    }
    return both;
}

QWidget* EmbeddingPage::buildMain() {
    m_colour = new QComboBox;
    m_colour->setAccessibleName(tr("Colour"));
    for (const auto& [id, text] :
         {std::pair{u"label"_s, tr("label")}, std::pair{u"predicted"_s, tr("prediction")},
          std::pair{u"error"_s, tr("error of the prediction")},
          std::pair{u"kind"_s, tr("kind of node")}, std::pair{u"topology"_s, tr("circuit")},
          std::pair{u"split"_s, tr("split of the training")}})
        m_colour->addItem(text, id);
    m_quality = new QLabel;
    m_quality->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    QWidget* picture = buildPicture();
    auto* header = new QHBoxLayout;
    header->addWidget(new QLabel(tr("Colour by")));
    header->addWidget(m_colour);
    header->addWidget(m_quality, 1);
    m_pointsTitle = new QLabel;
    m_points = new QTableWidget(0, 7);
    m_points->setAccessibleName(tr("Points"));
    m_points->setHorizontalHeaderLabels({tr("Point"), tr("Circuit"), tr("Number"), tr("Kind"),
                                         tr("Label"), tr("Predicted"), tr("Distance")});
    m_points->verticalHeader()->hide();
    m_points->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_points->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_points->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_points->setToolTip(tr("Double-click to open the circuit"));
    offerExport(m_points, u"embedding-points"_s);
    auto* upper = new QWidget;
    auto* upperLayout = new QVBoxLayout(upper);
    upperLayout->addLayout(header);
    upperLayout->addWidget(picture, 1);
    auto* lower = new QWidget;
    auto* lowerLayout = new QVBoxLayout(lower);
    lowerLayout->addWidget(m_pointsTitle);
    lowerLayout->addWidget(m_points, 1);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(upper);
    splitter->addWidget(lower);
    splitter->setStretchFactor(0, 4);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    connect(m_colour, &QComboBox::currentIndexChanged, this, &EmbeddingPage::showColours);
    connect(m_points, &QTableWidget::cellDoubleClicked, this,
            [this](int row) { openCircuit(m_points->item(row, 0)->data(Qt::UserRole).toInt()); });
    return splitter;
}

void EmbeddingPage::fillChoices() {
    fillNetworks(m_model, m_trainings);
    fillNetworks(m_beside, m_trainings);
    fillData(m_data, m_datasets);
    showState();
}

EmbeddingSetup EmbeddingPage::setup() const {
    EmbeddingSetup s;
    s.model = m_model->currentData().toString();
    s.beside = m_beside->currentData().toString();
    s.data = m_data->currentData().toString();
    s.request.level = static_cast<explore::EmbeddingRequest::Level>(m_level->currentData().toInt());
    s.request.layer = m_layer->value();
    s.request.most = static_cast<std::size_t>(m_most->value());
    s.pca = m_method->currentData().toBool();
    s.tsne.perplexity = m_perplexity->value();
    s.tsne.steps = m_steps->value();
    s.tsne.exaggeration = m_exaggeration->value();
    if (m_circuit->isChecked() && m_circuit->isEnabled())
        s.circuit = m_session.graph();
    s.tsne.seed = static_cast<std::uint64_t>(m_seed->value());
    return s;
}

void EmbeddingPage::showState() {
    const bool running = m_embedding.isRunning();
    m_start->setText(running ? tr("Stop") : tr("Start"));
    m_start->setIcon(widgets::themedIcon(running ? u"stop"_s : u"play"_s));
    m_start->setEnabled(running || m_model->count() > 0);
    m_pause->setEnabled(running);
    m_pause->setText(m_embedding.isPaused() ? tr("Resume") : tr("Pause"));
    m_restart->setEnabled(m_embedding.canRestart());
    m_circuit->setEnabled(m_session.graph() != nullptr);
    QStringList parts;
    if (const auto table = m_embedding.table())
        parts << tr("%L1 points").arg(table->count);
    if (m_embedding.step() > 0)
        parts << tr("step %L1").arg(m_embedding.step());
    if (std::isfinite(m_embedding.divergence()))
        parts << tr("KL divergence %1").arg(m_embedding.divergence(), 0, 'f', 3);
    if (std::isfinite(m_embedding.kept()))
        parts << tr("neighbours kept %1 %").arg(m_embedding.kept() * 100, 0, 'f', 0);
    m_quality->setText(parts.join(u" \u00b7 "_s));
    m_quality->setToolTip(
        tr("The divergence says how well the layout tells near from far (0 is "
           "perfect); neighbours kept is the share of each point's ten nearest that "
           "are among its ten nearest in the picture."));
}

QString EmbeddingPage::quality() const {
    return m_quality->text();
}

void EmbeddingPage::showColours() {
    const auto table = m_embedding.table();
    if (!table || m_scatter->count() != table->count)
        return;
    const QString by = m_colour->currentData().toString();
    const bool dark = widgets::isDark(palette());
    widgets::ScatterLegend legend;
    legend.title = m_colour->currentText();
    QVector<QRgb> colours(static_cast<qsizetype>(table->count));
    // The same points in the same order, or there is something wrong with the set.
    const auto other = m_embedding.beside();
    const auto beside = other && other->count == table->count ? other : nullptr;
    QVector<QRgb> besideColours(colours.size());
    if (by == u"kind"_s || by == u"topology"_s || by == u"split"_s) {
        std::map<QString, int> classes;
        const auto nameOf = [&](std::size_t i) -> QString {
            if (table->graph[i] == m_embedding.circuitGraph())
                return tr("the open circuit");
            if (by == u"kind"_s)
                return qs(table->kindName(i));
            if (by == u"topology"_s)
                return qs(dataset::topologyName(table->topology[i]));
            switch (m_embedding.partOf(static_cast<std::size_t>(table->graph[i]))) {
            case learn::Part::Training:
                return tr("training");
            case learn::Part::Validation:
                return tr("validation");
            case learn::Part::Test:
                return tr("test");
            default:
                return tr("no part");
            }
        };
        std::vector<QString> names(table->count);
        for (std::size_t i = 0; i < table->count; ++i) {
            names[i] = nameOf(i);
            classes.emplace(names[i], 0);
        }
        int next = 0;
        for (auto& [name, colour] : classes) {
            colour = next++;
            legend.classes.emplace_back(name, widgets::seriesColour(colour, dark));
        }
        for (std::size_t i = 0; i < table->count; ++i)
            colours[static_cast<qsizetype>(i)] =
                widgets::seriesColour(classes[names[i]], dark).rgb();
        besideColours = colours;
    } else {
        const auto value = [&](const explore::EmbeddingTable& of, std::size_t i) {
            const double label = static_cast<double>(of.label[i]);
            const double predicted = static_cast<double>(of.predicted[i]);
            return by == u"label"_s       ? label
                   : by == u"predicted"_s ? predicted
                                          : std::fabs(predicted - label);
        };
        // One scale for both, so that the colours can be compared.
        legend.low = INFINITY;
        legend.high = -INFINITY;
        for (const auto* of : {table.get(), beside.get()}) {
            for (std::size_t i = 0; of && i < of->count; ++i) {
                if (std::isfinite(value(*of, i))) {
                    legend.low = std::min(legend.low, value(*of, i));
                    legend.high = std::max(legend.high, value(*of, i));
                }
            }
        }
        const QRgb none = widgets::semanticColour(widgets::Semantic::Muted, dark).rgb();
        const double span = legend.high - legend.low;
        const auto paint = [&](const explore::EmbeddingTable& of, QVector<QRgb>& out) {
            for (std::size_t i = 0; i < of.count; ++i) {
                const double v = value(of, i);
                const double at = span > 0 ? (v - legend.low) / span : 0.5;
                out[static_cast<qsizetype>(i)] =
                    std::isfinite(v) ? widgets::rampColour(at, dark).rgb() : none;
            }
        };
        paint(*table, colours);
        if (beside)
            paint(*beside, besideColours);
        if (!(legend.low <= legend.high)) {
            legend.classes.emplace_back(tr("no point has one"), QColor(none));
            legend.low = legend.high = 0;
        }
    }
    if (beside) {
        const auto titled = [&](const QString& model) {
            widgets::ScatterLegend named = legend;
            named.title = u"%1: %2"_s.arg(QFileInfo(model).completeBaseName(), legend.title);
            return named;
        };
        m_besideScatter->setColours(besideColours, titled(m_embedding.setup().beside));
        legend = titled(m_embedding.setup().model);
    }
    m_scatter->setColours(colours, legend);
}

QString EmbeddingPage::describe(int point, bool beside) const {
    const auto table = beside ? m_embedding.beside() : m_embedding.table();
    const auto i = static_cast<std::size_t>(point);
    if (!table || i >= table->count)
        return {};
    QString text = tr("circuit %L1, %2")
                       .arg(table->graph[i])
                       .arg(qs(dataset::topologyName(table->topology[i])));
    if (table->node[i] >= 0)
        text += u'\n' + tr("node %1, %2").arg(table->node[i]).arg(qs(table->kindName(i)));
    if (std::isfinite(table->label[i]))
        text += u'\n' + tr("label %1").arg(number(static_cast<double>(table->label[i])));
    if (std::isfinite(table->predicted[i]))
        text += u'\n' + tr("predicted %1").arg(number(static_cast<double>(table->predicted[i])));
    return text;
}

void EmbeddingPage::showSelection() {
    const auto table = m_embedding.table();
    QVector<int> rows = m_scatter->selection();
    QVector<double> distances(rows.size(), std::nan(""));
    const auto near = m_embedding.neighbours();
    if (rows.isEmpty() || !table) {
        m_pointsTitle->setText(
            tr("Click a point to see it with its nearest neighbours; Shift and drag "
               "draws a lasso around many."));
        rows.clear();
    } else if (rows.size() == 1 && near) {
        const auto p = static_cast<std::size_t>(rows.first());
        distances = {0};
        for (std::size_t k = 0; k < near->k; ++k) {
            rows << near->index[p * near->k + k];
            distances << std::sqrt(static_cast<double>(near->squared[p * near->k + k]));
        }
        m_pointsTitle->setText(
            tr("The point and its %1 nearest neighbours in the network's space:").arg(near->k));
    } else {
        m_pointsTitle->setText(
            rows.size() > kMostRows
                ? tr("%L1 points; the first %L2:").arg(rows.size()).arg(kMostRows)
                : tr("%L1 points:").arg(rows.size()));
        rows.resize(std::min<qsizetype>(rows.size(), kMostRows));
    }
    m_points->setRowCount(static_cast<int>(rows.size()));
    for (int row = 0; row < static_cast<int>(rows.size()); ++row) {
        const auto i = static_cast<std::size_t>(rows[row]);
        const QString cells[] = {table->node[i] < 0 ? tr("circuit")
                                                    : tr("node %1").arg(table->node[i]),
                                 qs(dataset::topologyName(table->topology[i])),
                                 QString::number(table->graph[i]),
                                 qs(table->kindName(i)),
                                 number(static_cast<double>(table->label[i])),
                                 number(static_cast<double>(table->predicted[i])),
                                 number(distances.value(row, std::nan("")))};
        for (int c = 0; c < 7; ++c)
            m_points->setItem(row, c, new QTableWidgetItem(cells[c]));
        m_points->item(row, 0)->setData(Qt::UserRole, rows[row]);
    }
}

void EmbeddingPage::openCircuit(int point) {
    const auto table = m_embedding.table();
    const auto set = m_embedding.set();
    const auto i = static_cast<std::size_t>(point);
    if (!table || !set || i >= table->count)
        return;
    const std::int32_t g = table->graph[i];
    if (g == m_embedding.circuitGraph()) {
        if (!circuitIsOpen())
            return;
        emit circuitRequested();
        if (const auto id = objectOf(table->node[i]))
            m_hub.reveal(*id, SelectionSource::Program);
        return;
    }
    const auto opened = m_link.open(set, static_cast<std::size_t>(g),
                                    sampleName(m_embedding.setup().data), {table->node[i]});
    if (!opened)
        m_bar->showError(opened.error());
}

bool EmbeddingPage::circuitIsOpen() const {
    const auto graph = m_embedding.setup().circuit;
    return graph && m_session.circuit() == graph->circuitPtr();
}

std::optional<ObjectId> EmbeddingPage::objectOf(int node) const {
    const auto graph = m_embedding.setup().circuit;
    const auto n = static_cast<std::uint32_t>(node);
    if (!graph || node < 0 || n >= graph->nodeCount())
        return std::nullopt;
    return graph->isNet(n) ? ObjectId{ObjectKind::Net, graph->netOf(n)}
                           : ObjectId{ObjectKind::Terminal, n};
}

/// What is selected here lights up on the schematic, as far as it belongs to the open circuit.
void EmbeddingPage::tellSelection() {
    const auto table = m_embedding.table();
    if (!table)
        return;
    const bool open = circuitIsOpen();
    const qint64 sample = m_link.openGraph(m_embedding.set());
    if (!open && sample < 0)
        return;
    QVector<int> nodes;
    QVector<ObjectId> ids;
    for (const int point : m_scatter->selection()) {
        const auto i = static_cast<std::size_t>(point);
        if (open && table->graph[i] == m_embedding.circuitGraph()) {
            if (const auto id = objectOf(table->node[i]))
                ids << *id;
        } else if (table->graph[i] == sample) {
            nodes << table->node[i];
        }
    }
    m_telling = true;
    if (open)
        m_hub.select(ids, SelectionSource::Program);
    else
        m_link.select(nodes);
    m_telling = false;
}

/// What is selected elsewhere in the open circuit is selected here.
void EmbeddingPage::takeSelection() {
    const auto table = m_embedding.table();
    if (m_telling || !table || m_scatter->count() != table->count)
        return;
    std::int64_t graph = m_link.openGraph(m_embedding.set());
    QVector<int> nodes;
    if (circuitIsOpen()) {
        graph = m_embedding.circuitGraph();
        const auto terminals = m_embedding.setup().circuit;
        for (const ObjectId id : m_hub.selection()) {
            if (id.kind == ObjectKind::Net)
                nodes << static_cast<int>(terminals->nodeOfNet(id.index));
            else if (id.kind == ObjectKind::Terminal)
                nodes << static_cast<int>(id.index);
        }
    } else {
        nodes = m_link.selectedNodes();
    }
    if (graph < 0)
        return;
    QVector<int> points;
    for (std::size_t i = 0; i < table->count; ++i) {
        const bool whole = table->node[i] < 0 && !nodes.isEmpty();
        if (table->graph[i] == graph && (whole || nodes.contains(table->node[i])))
            points << static_cast<int>(i);
    }
    m_scatter->setSelection(points);
    m_besideScatter->setSelection(points);
    showSelection();
}

void EmbeddingPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_scatter)
        showColours(); // each theme has its own
}

void EmbeddingPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!m_embedding.isRunning())
        fillChoices();
}

} // namespace ohm::ui
