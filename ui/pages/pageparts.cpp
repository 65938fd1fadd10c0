// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pageparts.h"

#include "core/deep/loss.h"
#include "core/learn/predictor.h"
#include "ui/services/learning.h"
#include "ui/services/text.h"
#include "ui/session/datasets.h"
#include "ui/session/trainings.h"
#include "widgets/common/csvwriter.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/palette.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QCoreApplication>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QTableWidgetItem>

#include <algorithm>

namespace ohm::ui {

namespace {

const std::pair<const char*, const char*> kRequests[] = {
    {"ladder:2-10:300:seed=4", QT_TRANSLATE_NOOP("PageParts", "300 ladders, made now")},
    {"bridge:300:seed=4", QT_TRANSLATE_NOOP("PageParts", "300 bridges, made now")},
    {"opamp:200:seed=4", QT_TRANSLATE_NOOP("PageParts", "200 op-amps, simulated")}};

} // namespace

void framePage(QWidget* page, widgets::MessageBar* bar, QWidget* side, QWidget* main) {
    auto* splitter = new QSplitter(Qt::Horizontal, page);
    splitter->addWidget(side);
    splitter->addWidget(main);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(splitter, 1);
}

QSpinBox* spinField(const QString& name, int low, int high, int value) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setValue(value);
    box->setGroupSeparatorShown(true);
    box->setAccessibleName(name);
    return box;
}

QComboBox* choiceField(const QString& name) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(18);
    return box;
}

QComboBox* lossField() {
    QComboBox* box = choiceField(QCoreApplication::translate("ohm::ui", "Loss"));
    for (const auto& [name, kind] :
         {std::pair{QT_TRANSLATE_NOOP("ohm::ui", "mean square"), deep::LossKind::Mse},
          std::pair{QT_TRANSLATE_NOOP("ohm::ui", "MPGD"), deep::LossKind::Mpgd},
          std::pair{QT_TRANSLATE_NOOP("ohm::ui", "shrinkage"), deep::LossKind::Shrinkage}})
        box->addItem(QCoreApplication::translate("ohm::ui", name), int(kind));
    return box;
}

QDoubleSpinBox* thresholdField(const QString& name, double most, const QString& tip) {
    auto* box = new QDoubleSpinBox;
    box->setDecimals(4);
    box->setRange(0, most);
    box->setSingleStep(0.001);
    box->setValue(0.007);
    box->setAccessibleName(name);
    box->setToolTip(tip);
    return box;
}

QPushButton* makeAnewButton() {
    auto* button = new QPushButton(QCoreApplication::translate("ohm::ui", "Start anew"));
    button->setToolTip(QCoreApplication::translate(
        "ohm::ui", "Leaves the interrupted training where it is and begins another"));
    return button;
}

QLabel* makeFiguresLabel() {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

void fillNetworks(QComboBox* box, const Trainings& trainings) {
    const QString chosen = box->currentData().toString();
    // What a page puts before the networks stays.
    while (box->count() > 0 && !box->itemData(box->count() - 1).toString().isEmpty())
        box->removeItem(box->count() - 1);
    Diagnostics findings;
    for (const auto& info :
         learn::listModels({Learning::shippedModels(), Learning::ownModels()}, findings)) {
        box->addItem(qs(info.name), qs(info.path.string()));
        box->setItemData(box->count() - 1, qs(info.architecture + "; " + info.trainedOn),
                         Qt::ToolTipRole);
    }
    for (const TrainingRun& run : trainings.runs()) {
        if (run.state != TrainingRun::State::Finished)
            continue;
        box->addItem(QCoreApplication::translate("PageParts", "run %1").arg(run.name),
                     qs((run.folder / "model.safetensors").string()));
    }
    box->setCurrentIndex(std::max(0, box->findData(chosen)));
}

void fillData(QComboBox* box, const Datasets& datasets) {
    const QString chosen = box->currentData().toString();
    const bool had = box->count() > 0;
    // What a page puts before the sets stays.
    while (box->count() > 0 && !box->itemData(box->count() - 1).toString().isEmpty())
        box->removeItem(box->count() - 1);
    for (const auto& [request, text] : kRequests)
        box->addItem(QCoreApplication::translate("PageParts", text), QString::fromLatin1(request));
    for (const QString& file : datasets.files())
        box->addItem(QFileInfo(file).fileName(), file);
    box->setCurrentIndex(std::max(0, had ? box->findData(chosen) : 0));
}

QVector<widgets::PlotSeries> runSeries(const std::vector<runs::RunCurve>& curves, bool markers) {
    QVector<widgets::PlotSeries> all;
    for (const runs::RunCurve& c : curves) {
        widgets::PlotSeries s;
        s.name = qs(c.name);
        s.x = QVector<double>(c.x.begin(), c.x.end());
        s.y = QVector<double>(c.mean.begin(), c.mean.end());
        s.low = QVector<double>(c.low.begin(), c.low.end());
        s.high = QVector<double>(c.high.begin(), c.high.end());
        s.markers = markers;
        s.colour = static_cast<int>(c.place);
        s.dashed = c.place >= widgets::kSeriesColours;
        all << s;
    }
    return all;
}

widgets::Renderable tableRenderable(QTableView* view, const QString& name) {
    widgets::Renderable made;
    made.name = name;
    if (!view->model() || view->model()->rowCount() == 0)
        return made;
    made.size = view->viewport()->size();
    made.paint = [view](QPainter& painter, const QRectF& target) {
        painter.save();
        const QRect area = view->viewport()->rect();
        painter.translate(target.topLeft());
        painter.scale(target.width() / std::max(1, area.width()),
                      target.height() / std::max(1, area.height()));
        painter.setFont(widgets::inPixels(view->font()));
        painter.setPen(Qt::black);
        const QAbstractItemModel* model = view->model();
        for (int row = std::max(0, view->rowAt(0)); row < model->rowCount(); ++row) {
            const int y = view->rowViewportPosition(row);
            if (y > area.bottom())
                break;
            for (int column = 0; column < model->columnCount(); ++column) {
                if (view->isColumnHidden(column))
                    continue;
                const QRect box(view->columnViewportPosition(column) + 4, y,
                                view->columnWidth(column) - 8, view->rowHeight(row));
                const QModelIndex index = model->index(row, column);
                const QVariant side = index.data(Qt::TextAlignmentRole);
                painter.drawText(box, side.isValid() ? side.toInt() : int(Qt::AlignVCenter),
                                 painter.fontMetrics().elidedText(index.data().toString(),
                                                                  Qt::ElideRight, box.width()));
            }
        }
        painter.restore();
    };
    made.csv = [view] {
        widgets::CsvWriter writer;
        const QAbstractItemModel* model = view->model();
        for (int row = -1; row < model->rowCount(); ++row) {
            QStringList cells;
            for (int column = 0; column < model->columnCount(); ++column) {
                if (!view->isColumnHidden(column))
                    cells << (row < 0 ? model->headerData(column, Qt::Horizontal)
                                      : model->index(row, column).data())
                                 .toString();
            }
            writer.row(cells);
        }
        return writer.bytes();
    };
    return made;
}

void BarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
    const QVariant length = index.data(Qt::UserRole);
    if (length.isValid() && !(option.state & QStyle::State_Selected)) {
        QRectF bar = QRectF(option.rect).adjusted(2, 3, -2, -3);
        bar.setWidth(bar.width() * std::clamp(length.toDouble(), 0.0, 1.0));
        painter->fillRect(bar, widgets::semanticTint(widgets::Semantic::Warning,
                                                     widgets::isDark(option.palette)));
    }
    QStyledItemDelegate::paint(painter, option, index);
}

QTableWidgetItem* tableCell(const QString& text, bool right) {
    auto* item = new QTableWidgetItem(text);
    item->setTextAlignment(Qt::AlignVCenter | (right ? Qt::AlignRight : Qt::AlignLeft));
    return item;
}

QWidget* titledPane(const QString& title, QWidget* view, QWidget* button) {
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    auto* head = new QHBoxLayout;
    auto* label = new QLabel(title);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    head->addWidget(label, 1);
    head->addWidget(button);
    layout->addLayout(head);
    layout->addWidget(view, 1);
    return box;
}

void styleTable(QTableView* view, const QString& name) {
    view->setAccessibleName(name);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setShowGrid(false);
    view->setAlternatingRowColors(true);
    view->setWordWrap(false);
    view->setTabKeyNavigation(false);
    view->verticalHeader()->hide();
    view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view->verticalHeader()->setDefaultSectionSize(view->fontMetrics().height() + 6);
    view->horizontalHeader()->setHighlightSections(false);
}

} // namespace ohm::ui
