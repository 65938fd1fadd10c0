// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingrunpane.h"

#include "ui/pages/pageparts.h"
#include "ui/pages/sizingsettings.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDir>
#include <QFormLayout>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kMostSeeds = 20;
constexpr int kDefaultBudget = 2000;
} // namespace

QVector<int> parseSeeds(const QString& text) {
    QVector<int> seeds;
    for (const QString& part : text.split(u',', Qt::SkipEmptyParts)) {
        const QStringList ends = part.trimmed().split(u'-');
        bool good = ends.size() <= 2, last = true;
        const int from = ends.front().trimmed().toInt(&last);
        good = good && last;
        const int to = ends.back().trimmed().toInt(&last);
        if (!good || !last || from < 0 || to < from || to - from >= kMostSeeds)
            return {};
        for (int seed = from; seed <= to; ++seed) {
            if (!seeds.contains(seed))
                seeds << seed;
        }
    }
    return seeds.size() > kMostSeeds ? QVector<int>() : seeds;
}

QString durationText(double seconds) {
    if (!(seconds >= 0) || seconds > 1e8)
        return QStringLiteral("\u2014");
    const auto whole = static_cast<qint64>(std::llround(seconds));
    if (whole < 60)
        return SizingRunPane::tr("%1 s").arg(whole);
    if (whole < 3600)
        return SizingRunPane::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return SizingRunPane::tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

SizingRunPane::SizingRunPane(SizingRuns& runs, QWidget* parent)
    : QWidget(parent)
    , m_runs(runs)
    , m_algorithm(choiceField(tr("Algorithm")))
    , m_budget(spinField(tr("Most simulated designs"), 20, 1000000, kDefaultBudget))
    , m_seed(spinField(tr("Seed"), 0, 1000000, 0))
    , m_target(spinField(tr("Designs that must meet every spec"), 1, 10000, 20))
    , m_stagnation(spinField(tr("Iterations without progress"), 0, 100000, 0))
    , m_minutes(spinField(tr("Most minutes"), 0, 100000, 0))
    , m_start(new QPushButton(widgets::themedIcon(u"play"_s), tr("Start")))
    , m_pause(new QPushButton(widgets::themedIcon(u"pause"_s), tr("Pause")))
    , m_stop(new QPushButton(widgets::themedIcon(u"stop"_s), tr("Stop")))
    , m_compare(new QPushButton(tr("Compare algorithms\u2026")))
    , m_more(new QPushButton(widgets::themedIcon(u"settings"_s), QString()))
    , m_settings(new SizingSettings(this))
    , m_status(new QLabel) {
    for (const std::string& name : optimize::algorithmNames())
        m_algorithm->addItem(qs(optimize::algorithmTitle(name)), qs(name));
    m_algorithm->setCurrentIndex(std::max(0, m_algorithm->findData(u"bayes"_s)));
    m_algorithm->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_stagnation->setSpecialValueText(tr("never"));
    m_minutes->setSpecialValueText(tr("no limit"));
    m_target->setToolTip(
        tr("The session ends when so many designs meet every spec. At 20 it is the "
           "best 20 that must."));
    m_stagnation->setToolTip(
        tr("The session ends when the mean cost of the best 20 has not fallen for so many "
           "iterations."));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    auto* choice = new QHBoxLayout;
    choice->addWidget(m_algorithm, 1);
    choice->addWidget(m_more);
    form->addRow(tr("Algorithm"), choice);
    m_more->setToolTip(tr("Algorithm settings\u2026"));
    m_more->setAccessibleName(tr("Algorithm settings"));
    m_more->setAutoDefault(false);
    layout->addLayout(form);
    auto* grid = new QGridLayout;
    const auto cell = [&](int row, int column, const QString& text, QSpinBox* box) {
        auto* label = new QLabel(text);
        label->setBuddy(box);
        grid->addWidget(label, row, 2 * column);
        grid->addWidget(box, row, 2 * column + 1);
    };
    cell(0, 0, tr("Seed"), m_seed);
    cell(0, 1, tr("Meeting all"), m_target);
    cell(1, 0, tr("Most designs"), m_budget);
    cell(1, 1, tr("Most minutes"), m_minutes);
    cell(2, 0, tr("No progress"), m_stagnation);
    grid->addWidget(m_compare, 2, 2, 1, 2);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    layout->addLayout(grid);
    auto* buttons = new QHBoxLayout;
    for (QPushButton* b : {m_start, m_pause, m_stop})
        buttons->addWidget(b);
    layout->addLayout(buttons);
    m_status->setWordWrap(true);
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_status->setAccessibleName(tr("How far the sizing is"));
    m_status->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_status->setMinimumHeight(fontMetrics().lineSpacing() * 3);
    layout->addWidget(m_status);

    connect(m_start, &QPushButton::clicked, this, &SizingRunPane::startRequested);
    connect(m_pause, &QPushButton::clicked, this, [this] { m_runs.setPaused(!m_runs.isPaused()); });
    connect(m_stop, &QPushButton::clicked, this, [this] { m_runs.stopAll(); });
    connect(m_compare, &QPushButton::clicked, this, [this] { compareDialog()->show(); });
    connect(m_more, &QPushButton::clicked, m_settings, &QDialog::show);
    connect(m_settings, &SizingSettings::changed, this, &SizingRunPane::showState);
    connect(m_algorithm, &QComboBox::currentIndexChanged, this, [this] {
        m_settings->setAlgorithm(algorithm());
        showState();
    });
    connect(m_seed, &QSpinBox::valueChanged, this, &SizingRunPane::showState);
    for (QSpinBox* box : {m_budget, m_target, m_stagnation, m_minutes})
        connect(box, &QSpinBox::valueChanged, this, [this] { m_runs.setCriteria(options()); });
    connect(&m_runs, &SizingRuns::listChanged, this, &SizingRunPane::showState);
    connect(&m_runs, &SizingRuns::updated, this, &SizingRunPane::showState);
    connect(&m_runs, &SizingRuns::chosenChanged, this, &SizingRunPane::showState);
    m_settings->setAlgorithm(algorithm());
    showState();
}

QString SizingRunPane::algorithm() const {
    return m_algorithm->currentData().toString();
}

int SizingRunPane::seed() const {
    return m_seed->value();
}

optimize::SessionOptions SizingRunPane::optionsFor(const QString& algorithm, int seed) const {
    optimize::SessionOptions o;
    o.algorithm.name = ss(algorithm);
    o.algorithm.seed = static_cast<std::uint64_t>(seed);
    m_settings->applyTo(o.algorithm);
    o.mostSims = static_cast<std::size_t>(m_budget->value());
    o.target = static_cast<std::size_t>(m_target->value());
    o.stagnation = static_cast<std::size_t>(m_stagnation->value());
    o.mostSeconds = 60.0 * m_minutes->value();
    return o;
}

void SizingRunPane::setReady(bool ready) {
    m_ready = ready;
    showState();
}

QDialog* SizingRunPane::compareDialog() {
    if (m_dialog)
        return m_dialog;
    m_dialog = new QDialog(this);
    m_dialog->setWindowTitle(tr("Compare algorithms"));
    auto* layout = new QVBoxLayout(m_dialog);
    auto* text = new QLabel(tr("One session per algorithm and seed runs after the other; their "
                               "curves are drawn over each other."));
    text->setWordWrap(true);
    layout->addWidget(text);
    m_algorithms = new QListWidget;
    m_algorithms->setAccessibleName(tr("Algorithms to compare"));
    for (int i = 0; i < m_algorithm->count(); ++i) {
        auto* item = new QListWidgetItem(m_algorithm->itemText(i), m_algorithms);
        item->setData(Qt::UserRole, m_algorithm->itemData(i));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        const QString name = m_algorithm->itemData(i).toString();
        item->setCheckState(name == u"evo"_s || name == u"bayes"_s ? Qt::Checked : Qt::Unchecked);
    }
    layout->addWidget(m_algorithms);
    m_seeds = new QLineEdit(u"0"_s);
    m_seeds->setAccessibleName(tr("Seeds"));
    m_seeds->setPlaceholderText(tr("such as 0-2 or 0, 5"));
    auto* form = new QFormLayout;
    form->addRow(tr("Seeds"), m_seeds);
    layout->addLayout(form);
    auto* missing = new QLabel(tr("The graph network of the settings is not there."));
    missing->setObjectName(u"missing"_s);
    missing->setWordWrap(true);
    layout->addWidget(missing);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto* queue = buttons->addButton(tr("Queue sessions"), QDialogButtonBox::AcceptRole);
    queue->setObjectName(u"queue"_s);
    layout->addWidget(buttons);
    const auto chosen = [this] {
        QStringList names;
        for (int i = 0; i < m_algorithms->count(); ++i) {
            if (m_algorithms->item(i)->checkState() == Qt::Checked)
                names << m_algorithms->item(i)->data(Qt::UserRole).toString();
        }
        return names;
    };
    const auto count = [this, queue, chosen, missing] {
        const auto sessions = chosen().size() * parseSeeds(m_seeds->text()).size();
        const QStringList names = chosen();
        const bool usable = std::all_of(names.begin(), names.end(), [this](const QString& name) {
            return m_settings->isUsableFor(name);
        });
        queue->setEnabled(sessions > 0 && m_ready && usable);
        missing->setVisible(!usable);
        queue->setText(sessions > 0 ? tr("Queue %n session(s)", nullptr, static_cast<int>(sessions))
                                    : tr("Queue sessions"));
    };
    connect(m_algorithms, &QListWidget::itemChanged, m_dialog, count);
    connect(m_seeds, &QLineEdit::textChanged, m_dialog, count);
    connect(m_settings, &SizingSettings::changed, m_dialog, count);
    connect(buttons, &QDialogButtonBox::rejected, m_dialog, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, m_dialog, [this, chosen] {
        m_dialog->accept();
        emit compareRequested(chosen(), parseSeeds(m_seeds->text()));
    });
    count();
    return m_dialog;
}

QListWidget* SizingRunPane::comparedAlgorithms() {
    compareDialog();
    return m_algorithms;
}

QLineEdit* SizingRunPane::comparedSeeds() {
    compareDialog();
    return m_seeds;
}

/// What is left, and by when.
QString SizingRunPane::outlook(const SizingRun& run) const {
    const optimize::Outlook& ahead = run.history.back().outlook;
    QStringList parts;
    if (ahead.simsLeft)
        parts << tr("about %n more design(s) to the target", nullptr,
                    static_cast<int>(std::min<std::size_t>(*ahead.simsLeft, 1'000'000'000)));
    parts << tr("%n design(s) left in the budget", nullptr, static_cast<int>(ahead.budgetLeft));
    if (ahead.secondsLeft)
        parts << tr("about %1 left").arg(durationText(*ahead.secondsLeft));
    else if (ahead.mostSecondsLeft)
        parts << tr("at most %1 left").arg(durationText(*ahead.mostSecondsLeft));
    if (run.options.stagnation > 0)
        parts << tr("no progress for %1 of %2 iterations")
                     .arg(ahead.withoutProgress)
                     .arg(run.options.stagnation);
    return parts.join(u"; "_s) + u'.';
}

void SizingRunPane::showState() {
    const bool running = m_runs.isRunning();
    const SizingRun* run = m_runs.current();
    const QString folder = m_runs.folderOf(options());
    const bool goesOn = m_ready && !folder.isEmpty() && QDir(folder).exists();
    m_start->setText(goesOn ? tr("Go on") : running ? tr("Queue") : tr("Start"));
    const auto same = std::find_if(m_runs.runs().begin(), m_runs.runs().end(), [&](const auto& r) {
        return r.folder == folder && r.isActive();
    });
    const bool usable = m_settings->isUsableFor(algorithm());
    m_start->setEnabled(m_ready && usable && same == m_runs.runs().end());
    m_start->setToolTip(!m_ready  ? tr("The set-up is not complete yet.")
                        : !usable ? tr("The graph network of the settings is not there.")
                        : goesOn  ? tr("Goes on with this session where it was.")
                                  : tr("Simulates designs until the criteria are met."));
    m_compare->setEnabled(m_ready);
    const bool stopping =
        running && m_runs.runs()[m_runs.running()].state == SizingRun::State::Stopping;
    m_pause->setEnabled(running && !stopping);
    m_pause->setText(m_runs.isPaused() ? tr("Resume") : tr("Pause"));
    m_pause->setIcon(widgets::themedIcon(m_runs.isPaused() ? u"play"_s : u"pause"_s));
    m_stop->setEnabled(running && !stopping);
    QString text;
    if (run && !run->history.empty()) {
        const auto& r = run->history.back();
        text = tr("%1 designs simulated (%2 failed), %3 judged, %4 meet every spec; mean cost of "
                  "the best 20 %5; %6.")
                   .arg(r.sims)
                   .arg(r.failures)
                   .arg(r.queries)
                   .arg(r.meetingAll)
                   .arg(r.meanCost, 0, 'g', 4)
                   .arg(durationText(r.seconds));
        if (r.accuracy >= 0)
            text += u' ' + tr("The judge is right in %1 %, %2 % pass.")
                               .arg(100 * r.accuracy, 0, 'f', 0)
                               .arg(100 * r.acceptance, 0, 'f', 1);
        if (run->isActive())
            text += u' ' + outlook(*run);
        else
            text += u' ' + run->outcome;
    } else if (run && run->state == SizingRun::State::Failed) {
        text = run->outcome;
    } else if (running) {
        text = tr("Simulating the first designs.");
    } else if (m_ready) {
        text = tr("Nothing has been simulated in this window yet.");
    }
    m_status->setText(text);
}

} // namespace ohm::ui
