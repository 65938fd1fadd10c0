// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingjudgepane.h"

#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using optimize::Calibration;
using optimize::Claim;

namespace {

constexpr int kLaterMs = 400;
constexpr std::size_t kWindow = 25; ///< latest claims of a spec that "right" is taken over
constexpr std::size_t kMany = 200;  ///< claims that fill ten ranges of probability
constexpr int kColumns = 7;

enum Column : int { Spec, Designs, Said, Came, Right, Error, Verdict };

QString percent(double share) {
    return QString::number(100 * share, 'f', 0);
}

std::pair<QString, QString> verdictOf(const Calibration& c) {
    switch (c.verdict()) {
    case Calibration::Verdict::TooFew:
        return {SizingJudgePane::tr("too few to tell"), u"note"_s};
    case Calibration::Verdict::Fits:
        return {SizingJudgePane::tr("as it says"), u"ok"_s};
    case Calibration::Verdict::TooSure:
        return {SizingJudgePane::tr("too sure"), u"warning"_s};
    case Calibration::Verdict::TooDoubtful:
        break;
    }
    return {SizingJudgePane::tr("too doubtful"), u"warning"_s};
}

} // namespace

SizingJudgePane::SizingJudgePane(SizingRuns& runs, QWidget* parent)
    : QWidget(parent)
    , m_runs(runs)
    , m_claim(choiceField(tr("What the judge says of a design")))
    , m_reliability(new widgets::PlotView(tr("Reliability")))
    , m_right(new widgets::PlotView(tr("Told rightly")))
    , m_table(new QTableWidget(0, kColumns))
    , m_note(new QLabel) {
    m_claim->addItems({tr("meets the spec"), tr("is better than the reference")});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    auto* head = new QHBoxLayout;
    auto* label = new QLabel(tr("The judge says that a design"));
    label->setBuddy(m_claim);
    head->addWidget(label);
    head->addWidget(m_claim);
    head->addStretch(1);
    layout->addLayout(head);
    m_note->setWordWrap(true);
    layout->addWidget(m_note);

    m_reliability->setAxes(tr("probability it said, %"), tr("came true, %"));
    m_reliability->setYRange(0, 104);
    m_reliability->setLegendAt(Qt::AlignTop | Qt::AlignLeft);
    m_right->setAxes(tr("simulated designs"), tr("told rightly, %"));
    m_right->setYRange(0, 104);
    m_right->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    auto* plots = new QWidget;
    auto* row = new QHBoxLayout(plots);
    row->setContentsMargins(0, 0, 0, 0);
    for (const auto& [title, view] : {std::pair{tr("Reliability"), m_reliability},
                                      std::pair{tr("Told rightly, latest 25"), m_right}}) {
        auto* actions =
            new widgets::ExportActions([view = view] { return view->renderable(); }, view);
        row->addWidget(titledPane(title, view, actions->button(tr("Export this plot"))));
    }
    styleTable(m_table, tr("Judge by spec"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setHorizontalHeaderLabels({tr("Spec"), tr("Designs"), tr("Said, %"),
                                        tr("Came true, %"), tr("Right, %"), tr("Off by, %"),
                                        tr("In the mean")});
    const std::array<QString, kColumns> tips{
        tr("Choose a row to see its plot"),
        tr("Designs that the judge chose and that could be simulated"),
        tr("Mean of its probabilities"),
        tr("Share that the simulation confirmed, with its 95 % interval"),
        tr("Share told rightly when a probability above a half counts as yes"),
        tr("Expected calibration error: how far probability and outcome lie apart, over ranges of "
           "probability"),
        tr("Too sure: more was promised than came true; too doubtful: less. Whether it knows one "
           "design from another is told by what is right")};
    for (int c = 0; c < kColumns; ++c) {
        m_table->horizontalHeaderItem(c)->setToolTip(tips[static_cast<std::size_t>(c)]);
        m_table->horizontalHeaderItem(c)->setTextAlignment(
            Qt::AlignVCenter | (c == Spec || c == Verdict ? Qt::AlignLeft : Qt::AlignRight));
    }
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto* exports = new widgets::ExportActions(
        [this] { return tableRenderable(m_table, tr("judge")); }, m_table);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(plots);
    splitter->addWidget(
        titledPane(tr("By spec"), m_table, exports->button(tr("Export the table"))));
    splitter->setSizes({3000, 2000});
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    layout->addWidget(splitter, 1);

    m_later.setSingleShot(true);
    m_later.setInterval(kLaterMs);
    connect(&m_later, &QTimer::timeout, this, &SizingJudgePane::redraw);
    connect(&runs, &SizingRuns::updated, this, [this](int run) {
        if (run == m_runs.chosen() && !m_later.isActive())
            m_later.start();
    });
    connect(&runs, &SizingRuns::ended, this, &SizingJudgePane::redraw);
    connect(&runs, &SizingRuns::chosenChanged, this, &SizingJudgePane::redraw);
    connect(m_claim, &QComboBox::currentIndexChanged, this, &SizingJudgePane::redraw);
    connect(m_table, &QTableWidget::currentCellChanged, this, [this] {
        if (!m_filling)
            showPlots();
    });
    redraw();
}

void SizingJudgePane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_rows.empty()) // icons of the other theme
        fillTable();
}

std::vector<SizingJudgePane::Row> SizingJudgePane::collect() const {
    std::vector<Row> rows{{tr("all specs"), {}, {}}};
    const SizingRun* run = m_runs.current();
    if (!run || !m_runs.problem())
        return rows;
    for (const auto& spec : m_runs.problem()->specs)
        rows.push_back({qs(spec.name), {}, {}});
    for (const auto& r : run->history) {
        for (const auto& of : r.claims) {
            const auto row = std::find_if(rows.begin() + 1, rows.end(), [&](const Row& known) {
                return known.name == qs(of.spec);
            });
            if (row == rows.end())
                continue; // a spec that was taken away since
            for (const Claim& c : m_claim->currentIndex() == 0 ? of.meets : of.better) {
                for (Row* into : {&rows.front(), &*row}) {
                    into->claims.push_back(c);
                    into->place.push_back(static_cast<double>(r.sims));
                }
            }
        }
    }
    return rows;
}

QString SizingJudgePane::emptyText() const {
    const SizingRun* run = m_runs.current();
    if (!run)
        return tr("How far the judge's probabilities can be believed, once a sizing with BagNet or "
                  "Gaussian processes runs.");
    const QString name = qs(run->options.algorithm.name);
    const bool bagnet = name.startsWith(u"bagnet"_s);
    if (!bagnet && !name.startsWith(u"bayes"_s))
        return tr("%1 has no judge: BagNet and the Gaussian processes say a probability before "
                  "they simulate.")
            .arg(qs(optimize::algorithmTitle(run->options.algorithm.name)));
    if (!bagnet && m_claim->currentIndex() == 1)
        return tr("Gaussian processes say whether a design meets a spec, not whether it is better "
                  "than another.");
    if (bagnet && m_claim->currentIndex() == 0 && !run->options.algorithm.meetsHeads)
        return tr("The original BagNet compares designs only; choose \"is better than the "
                  "reference\".");
    if (run->history.size() > 1)
        return tr("This session was simulated before probabilities were kept. What it simulates "
                  "from now on is shown here.");
    return tr("The first designs are random. The judge chooses those that follow, and says what it "
              "expects of them.");
}

void SizingJudgePane::redraw() {
    m_later.stop();
    m_rows = collect();
    const SizingRun* run = m_runs.current();
    const bool any = !m_rows.front().claims.empty();
    m_note->setText(
        any ? tr("%1: probabilities of the designs that the judge chose, said before each was "
                 "simulated. Tinted along the line: the 95 % interval of what came.")
                  .arg(run->title)
            : QString());
    m_note->setVisible(any);
    fillTable();
    showPlots();
}

void SizingJudgePane::fillTable() {
    m_filling = true;
    const int before = std::max(0, m_table->currentRow());
    const bool any = !m_rows.front().claims.empty();
    m_table->setRowCount(any ? static_cast<int>(m_rows.size()) : 0);
    for (int r = 0; r < m_table->rowCount(); ++r) {
        const Row& row = m_rows[static_cast<std::size_t>(r)];
        const Calibration c = optimize::calibrationOf(row.claims);
        const bool some = c.count > 0;
        const auto [word, icon] = verdictOf(c);
        const QStringList texts{
            row.name,
            QString::number(c.count),
            some ? percent(c.said) : u"\u2014"_s,
            some ? tr("%1 (%2 to %3)")
                       .arg(percent(c.came.rate), percent(c.came.low), percent(c.came.high))
                 : u"\u2014"_s,
            some ? percent(c.right) : u"\u2014"_s,
            some ? percent(c.error) : u"\u2014"_s,
            word};
        for (int column = 0; column < kColumns; ++column) {
            auto* cell = tableCell(texts[column], column != Spec && column != Verdict);
            if (column == Verdict)
                cell->setIcon(widgets::themedIcon(icon));
            m_table->setItem(r, column, cell);
        }
    }
    if (any)
        m_table->setCurrentCell(std::min(before, m_table->rowCount() - 1), 0);
    m_filling = false;
}

void SizingJudgePane::showPlots() {
    const auto chosen = static_cast<std::size_t>(std::max(0, m_table->currentRow()));
    const Row& row = m_rows[std::min(chosen, m_rows.size() - 1)];
    m_reliability->setEmptyText(emptyText());
    m_right->setEmptyText(emptyText());
    if (m_rows.front().claims.empty()) {
        m_reliability->setSeries({});
        m_right->setSeries({});
        return;
    }
    const std::size_t ranges = row.claims.size() < kMany ? 5 : 10;
    const Calibration c = optimize::calibrationOf(row.claims, ranges);
    widgets::PlotSeries ideal, came;
    ideal.name = tr("as it says");
    ideal.x = {0, 100};
    ideal.y = {0, 100};
    ideal.dashed = true;
    ideal.colour = 1;
    came.name = tr("%1 came true").arg(row.name);
    came.markers = true;
    came.colour = 0;
    // As steps: bars would hide what is drawn over them.
    widgets::PlotSeries share;
    share.name = tr("how often it said so, %");
    share.colour = 7;
    std::vector<double> shares(ranges);
    for (const auto& bin : c.bins) {
        came.x << 100 * bin.said;
        came.y << 100 * bin.came.rate;
        came.low << 100 * bin.came.low;
        came.high << 100 * bin.came.high;
        shares[static_cast<std::size_t>(std::lround(bin.low * static_cast<double>(ranges)))] =
            100.0 * static_cast<double>(bin.count) / static_cast<double>(c.count);
    }
    for (std::size_t i = 0; i < ranges; ++i) {
        for (const std::size_t edge : {i, i + 1}) {
            share.x << 100.0 * static_cast<double>(edge) / static_cast<double>(ranges);
            share.y << shares[i];
        }
    }
    share.low.fill(0, share.y.size());
    share.high = share.y;
    m_reliability->setSeries({share, ideal, came});

    QVector<widgets::PlotSeries> right;
    const auto curve = [](const Row& of, std::size_t window) {
        widgets::PlotSeries series;
        series.name = of.name;
        std::size_t sum = 0;
        const auto good = [&](std::size_t i) {
            return (of.claims[i].said > 0.5) == of.claims[i].came ? std::size_t{1} : 0;
        };
        for (std::size_t i = 0; i < of.claims.size(); ++i) {
            sum += good(i);
            if (i >= window)
                sum -= good(i - window);
            if (i + 1 < of.claims.size() && of.place[i + 1] == of.place[i])
                continue; // the iteration goes on
            series.x << of.place[i];
            series.y << 100.0 * static_cast<double>(sum) /
                            static_cast<double>(std::min(i + 1, window));
        }
        series.markers = series.x.size() == 1;
        return series;
    };
    const std::size_t specs = std::max<std::size_t>(1, m_rows.size() - 1);
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
        if (r > 0 && chosen > 0 && r != chosen)
            continue;
        auto series = curve(m_rows[r], r == 0 ? kWindow * specs : kWindow);
        // Specs are coloured as in the other charts.
        series.colour = r == 0 ? static_cast<int>(m_rows.size()) - 1 : static_cast<int>(r) - 1;
        series.dashed = r == 0;
        right << series;
    }
    m_right->setSeries(right);
}

} // namespace ohm::ui
