// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/designspane.h"

#include "core/base/units.h"
#include "core/parasitics/labels.h"
#include "ui/dialogs/importdialog.h"
#include "ui/pages/exportmenu.h"
#include "ui/pages/pageparts.h"
#include "ui/panes/couplingbar.h"
#include "ui/services/text.h"
#include "widgets/common/emptyhint.h"
#include "widgets/common/icons.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QUrl>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kBins = 30;
constexpr int kMostOverlaid = 8; ///< more colours cannot be told apart
constexpr int kMostUnpaired = 1000;
enum DesignColumn { Name, Nets, Devices, Couplings, Ground, Paired, Lost, kDesignColumns };

} // namespace

DesignsPane::DesignsPane(ParasiticWork& work, QWidget* parent)
    : QWidget(parent)
    , m_work(work) {
    setAcceptDrops(true);
    auto* layout = new QVBoxLayout(this);
    auto* head = new QHBoxLayout;
    m_import = new QPushButton(widgets::themedIcon(u"open"_s), tr("Import"));
    auto* menu = new QMenu(m_import);
    menu->addAction(tr("A folder of designs\u2026"), this, &DesignsPane::chooseFolder);
    menu->addAction(tr("A schematic and its extraction\u2026"), this,
                    [this] { openImportDialog(); });
    menu->addAction(tr("A file of designs\u2026"), this, [this] {
        const QString file = QFileDialog::getOpenFileName(this, tr("Designs"), {},
                                                          tr("Designs with parasitics (*.h5)"));
        if (!file.isEmpty())
            m_work.openDesigns(file);
    });
    m_import->setMenu(menu);
    m_save = new QPushButton(tr("Save\u2026"));
    m_save->setToolTip(tr("Writes all designs into one HDF5 file"));
    auto* hint = new QLabel(tr("SPICE with C lines, DSPF or SPEF; files can be dropped here."));
    head->addWidget(m_import);
    head->addWidget(m_save);
    head->addWidget(hint, 1);
    layout->addLayout(head);
    m_table = new QTableWidget(0, kDesignColumns);
    m_table->setHorizontalHeaderLabels({tr("Design"), tr("Nets"), tr("Devices"), tr("Couplings"),
                                        tr("Ground"), tr("Nets paired"), tr("C lost")});
    styleTable(m_table, tr("Designs"));
    widgets::setEmptyHint(m_table,
                          tr("Designs appear here: import some, or drop a schematic and its "
                             "extraction"));
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(Name, QHeaderView::Stretch);
    m_unpaired = new QTableWidget(0, 3);
    m_unpaired->setHorizontalHeaderLabels({tr("Not in the schematic"), tr("C lost"), tr("Reason")});
    styleTable(m_unpaired, tr("Extracted nets without counterpart"));
    widgets::setEmptyHint(m_unpaired,
                          tr("Extracted nets that are not in the schematic of an imported "
                             "design appear here"));
    m_unpaired->horizontalHeader()->setStretchLastSection(true);
    offerExport(m_table, u"designs"_s);
    offerExport(m_unpaired, u"unpaired-nets"_s);
    m_findings = new QTableWidget(0, 3);
    m_findings->setHorizontalHeaderLabels({tr("Finding"), tr("About"), tr("Where")});
    styleTable(m_findings, tr("Findings of the import"));
    widgets::setEmptyHint(m_findings, tr("What the import found odd appears here"));
    m_findings->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    offerExport(m_findings, u"findings"_s);
    m_quantity = choiceField(tr("Quantity"));
    m_quantity->addItem(tr("couplings"), int(parasitics::Quantity::Coupling));
    m_quantity->addItem(tr("ground capacitances"), int(parasitics::Quantity::Ground));
    m_plot = new widgets::PlotView(tr("Distribution of labels"));
    m_plot->setAxes(tr("log10(C / F)"), tr("share"));
    m_plot->setEmptyText(tr("Import designs to see their labels"));
    auto* plotBox = new QWidget;
    auto* plotLayout = new QVBoxLayout(plotBox);
    auto* row = new QHBoxLayout;
    row->addWidget(new QLabel(tr("Labels: ")));
    row->addWidget(m_quantity);
    row->addStretch(1);
    auto* actions = new widgets::ExportActions([this] { return m_plot->renderable(); }, m_plot);
    row->addWidget(actions->button(tr("Export"), plotBox));
    plotLayout->addLayout(row);
    auto* lower = new QSplitter(Qt::Horizontal);
    m_balance = new QTableWidget(0, parasitics::kClasses + 1);
    styleTable(m_balance, tr("Labels by class"));
    widgets::setEmptyHint(m_balance, tr("Import designs to see how many labels are in each class"));
    m_balance->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_balance->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    offerExport(m_balance, u"class-balance"_s);
    m_labels = new QTabWidget;
    m_labels->setDocumentMode(true);
    m_labels->addTab(m_plot, tr("Distribution"));
    m_labels->addTab(m_balance, tr("Class balance"));
    plotLayout->addWidget(m_labels, 1);
    lower->addWidget(plotBox);
    auto* told = new QSplitter(Qt::Vertical);
    told->addWidget(m_unpaired);
    told->addWidget(m_findings);
    lower->addWidget(told);
    lower->setStretchFactor(0, 3);
    lower->setStretchFactor(1, 2);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_table);
    splitter->addWidget(lower);
    splitter->setStretchFactor(1, 1);
    layout->addWidget(splitter, 1);
    connect(m_save, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getSaveFileName(this, tr("Designs"), u"parasitics.h5"_s,
                                                          tr("Designs with parasitics (*.h5)"));
        if (!file.isEmpty())
            m_work.saveDesigns(file);
    });
    connect(m_quantity, &QComboBox::currentIndexChanged, this, [this] {
        showDistribution();
        showBalance();
    });
    connect(m_table, &QTableWidget::itemSelectionChanged, this, [this] {
        showDistribution();
        showUnpaired();
    });
    connect(&m_work, &ParasiticWork::designsChanged, this, &DesignsPane::showDesigns);
    connect(&m_work, &ParasiticWork::stateChanged, this, [this] {
        m_import->setEnabled(!m_work.isRunning(ParasiticWork::Task::Import));
        showTaken();
    });
    showDesigns();
}

void DesignsPane::chooseFolder() {
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("Folder with schematic.* and extracted.*, or of such folders"));
    if (!folder.isEmpty())
        m_work.import(QStringList{folder});
}

void DesignsPane::openImportDialog(const QStringList& files) {
    if (!m_dialog) {
        m_dialog = new ImportDialog(this);
        connect(m_dialog, &QDialog::accepted, this, [this] { m_work.import(m_dialog->request()); });
        showTaken();
    }
    if (!m_dialog->isVisible())
        m_dialog->forgetNames(); // those of the import before
    if (!files.isEmpty())
        m_dialog->setFiles(files);
    m_dialog->show();
    m_dialog->raise();
    m_dialog->activateWindow();
}

void DesignsPane::showTaken() {
    if (!m_dialog)
        return;
    QStringList names;
    for (const auto& design : *m_work.designs())
        names << qs(design.graph.name);
    m_dialog->setTaken(names);
    m_dialog->setBusy(m_work.isRunning(ParasiticWork::Task::Import));
}

void DesignsPane::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void DesignsPane::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile())
            paths << url.toLocalFile();
    }
    if (paths.size() == 1 && paths.front().endsWith(u".h5"_s))
        m_work.openDesigns(paths.front());
    else if (paths.size() <= 2 && !paths.isEmpty() && QFileInfo(paths.front()).isFile())
        openImportDialog(paths); // which is which is to be seen
    else if (!paths.isEmpty())
        m_work.import(paths);
}

void DesignsPane::showDesigns() {
    const auto& designs = *m_work.designs();
    m_table->setRowCount(static_cast<int>(designs.size()));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto& d = designs[static_cast<std::size_t>(row)];
        const auto ground =
            std::count_if(d.ground.begin(), d.ground.end(), [](float farad) { return farad > 0; });
        const auto count = [](auto n) { return QLocale().toString(static_cast<qlonglong>(n)); };
        m_table->setItem(row, Name, tableCell(qs(d.graph.name), false));
        m_table->setItem(row, Nets, tableCell(count(d.graph.nets), true));
        m_table->setItem(row, Devices, tableCell(count(d.graph.devices), true));
        m_table->setItem(row, Couplings, tableCell(count(d.couplings.size()), true));
        m_table->setItem(row, Ground, tableCell(count(ground), true));
        const auto& imported = m_work.imported();
        const auto item =
            std::find_if(imported.begin(), imported.end(), [&](const parasitics::Imported& i) {
                return i.paired.design.graph.name == d.graph.name;
            });
        const bool known = item != imported.end();
        const auto* report = known ? &item->paired.report : nullptr;
        m_table->setItem(
            row, Paired,
            tableCell(
                known ? tr("%1 of %2").arg(count(report->pairedNets), count(report->extractedNets))
                      : u"\u2013"_s,
                true));
        m_table->setItem(
            row, Lost,
            tableCell(known && report->farad > 0
                          ? u"%1 %"_s.arg(100 * report->faradLost / report->farad, 0, 'f', 2)
                          : u"\u2013"_s,
                      true));
    }
    m_save->setEnabled(!designs.empty());
    showDistribution();
    showBalance();
    showUnpaired();
}

void DesignsPane::showBalance() {
    const auto quantity = static_cast<parasitics::Quantity>(m_quantity->currentData().toInt());
    const auto bound = [&](int k) {
        return capacitanceText(
            parasitics::farads(parasitics::kClassBounds[static_cast<std::size_t>(k)], quantity));
    };
    QStringList titles{tr("Design")};
    for (int c = 0; c < parasitics::kClasses; ++c)
        titles << (c == 0                          ? tr("to %1").arg(bound(0))
                   : c + 1 == parasitics::kClasses ? tr("above %1").arg(bound(c - 1))
                                                   : tr("to %1").arg(bound(c)));
    m_balance->setHorizontalHeaderLabels(titles);
    const auto& designs = *m_work.designs();
    std::vector<std::size_t> all(parasitics::kClasses, 0);
    const auto addRow = [&](const QString& name, const std::vector<std::size_t>& counts) {
        const int row = m_balance->rowCount();
        m_balance->insertRow(row);
        m_balance->setItem(row, 0, tableCell(name, false));
        const std::size_t sum = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
        for (int c = 0; c < parasitics::kClasses; ++c) {
            const std::size_t count = counts[static_cast<std::size_t>(c)];
            m_balance->setItem(row, c + 1,
                               tableCell(count == 0 ? u"\u2013"_s
                                                    : tr("%L1 (%2 %)")
                                                          .arg(count)
                                                          .arg(100.0 * static_cast<double>(count) /
                                                                   static_cast<double>(sum),
                                                               0, 'f', 1),
                                         true));
        }
    };
    m_balance->setRowCount(0);
    for (const auto& d : designs) {
        std::vector<std::size_t> counts(parasitics::kClasses, 0);
        const auto add = [&](float farad) {
            ++counts[static_cast<std::size_t>(
                parasitics::classOf(parasitics::normalized(static_cast<double>(farad), quantity)))];
        };
        if (quantity == parasitics::Quantity::Coupling) {
            for (const auto& c : d.couplings) { // those that are labels
                if (c.farad > parasitics::kLeastCoupling && c.farad < parasitics::kMostCoupling)
                    add(c.farad);
            }
        } else {
            for (const float farad : d.ground) {
                if (farad > 0)
                    add(farad);
            }
        }
        for (std::size_t c = 0; c < all.size(); ++c)
            all[c] += counts[c];
        addRow(qs(d.graph.name), counts);
    }
    if (designs.size() > 1)
        addRow(tr("all"), all);
}

void DesignsPane::showDistribution() {
    const auto quantity = static_cast<parasitics::Quantity>(m_quantity->currentData().toInt());
    QList<int> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows << index.row();
    if (rows.isEmpty()) {
        for (int row = 0; row < m_table->rowCount(); ++row)
            rows << row;
    }
    QVector<widgets::PlotSeries> series;
    for (const int row : rows) {
        const auto& d = (*m_work.designs())[static_cast<std::size_t>(row)];
        std::vector<double> logs;
        if (quantity == parasitics::Quantity::Coupling) {
            for (const auto& c : d.couplings) {
                if (c.farad > 0)
                    logs.push_back(std::log10(static_cast<double>(c.farad)));
            }
        } else {
            for (const float farad : d.ground) {
                if (farad > 0)
                    logs.push_back(std::log10(static_cast<double>(farad)));
            }
        }
        if (logs.empty() || series.size() >= kMostOverlaid)
            continue;
        constexpr double kLow = -19, kHigh = -13;
        QVector<double> counts(kBins, 0);
        for (const double value : logs) {
            const int bin = static_cast<int>((value - kLow) / (kHigh - kLow) * kBins);
            if (bin >= 0 && bin < kBins)
                counts[bin] += 1.0 / static_cast<double>(logs.size());
        }
        widgets::PlotSeries line;
        line.name = qs(d.graph.name);
        line.colour = static_cast<int>(series.size());
        for (int bin = 0; bin < kBins; ++bin) {
            line.x << kLow + (bin + 0.5) * (kHigh - kLow) / kBins;
            line.y << counts[bin];
        }
        series << line;
    }
    m_plot->setSeries(series);
}

void DesignsPane::showFindings(const parasitics::Imported& item) {
    Diagnostics all = item.findings;
    all.insert(all.end(), item.paired.report.findings.begin(), item.paired.report.findings.end());
    m_findings->setRowCount(static_cast<int>(all.size()));
    for (int row = 0; row < m_findings->rowCount(); ++row) {
        const Diagnostic& d = all[static_cast<std::size_t>(row)];
        m_findings->setItem(row, 0, tableCell(u"%1 [%2]"_s.arg(qs(d.text), qs(d.code)), false));
        m_findings->item(row, 0)->setToolTip(qs(d.text));
        m_findings->setItem(row, 1, tableCell(qs(d.object), false));
        const QString file = QFileInfo(qs(d.file)).fileName();
        m_findings->setItem(row, 2,
                            tableCell(d.line > 0 ? u"%1:%2"_s.arg(file).arg(d.line) : file, false));
    }
}

void DesignsPane::showUnpaired() {
    m_unpaired->setRowCount(0);
    m_findings->setRowCount(0);
    const int row = m_table->currentRow() >= 0 ? m_table->currentRow() : 0;
    if (row >= m_table->rowCount())
        return;
    const std::string& name = (*m_work.designs())[static_cast<std::size_t>(row)].graph.name;
    for (const auto& item : m_work.imported()) {
        if (item.paired.design.graph.name != name)
            continue;
        showFindings(item);
        for (const auto& entry : item.paired.report.unpaired) {
            const int at = m_unpaired->rowCount();
            if (at >= kMostUnpaired)
                break;
            m_unpaired->insertRow(at);
            m_unpaired->setItem(at, 0, tableCell(qs(entry.name), false));
            m_unpaired->setItem(at, 1, tableCell(qs(formatSi(entry.farad, "F", 3)), true));
            m_unpaired->setItem(at, 2, tableCell(qs(entry.reason), false));
        }
    }
}

} // namespace ohm::ui
