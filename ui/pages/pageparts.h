// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/curves.h"
#include "widgets/common/exportview.h"
#include "widgets/plot/plotview.h"

#include <QString>
#include <QStyledItemDelegate>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableView;
class QTableWidgetItem;
class QWidget;

namespace ohm::widgets {
class MessageBar;
}

namespace ohm::ui {

/// The frame that pages share: messages above, a form at the side, the rest beside it. Thread: GUI.
void framePage(QWidget* page, widgets::MessageBar* bar, QWidget* side, QWidget* main);

/// A box for a whole number, with a name for screen readers.
QSpinBox* spinField(const QString& name, int low, int high, int value);

/// A box of choices, with a name for screen readers, that does not grow with its longest entry.
QComboBox* choiceField(const QString& name);

/// The losses of regressions on graphs and maps; the data of an entry is its deep::LossKind.
QComboBox* lossField();
/// The threshold of such a loss, 0.007 at first, up to `most` in the label's unit.
QDoubleSpinBox* thresholdField(const QString& name, double most, const QString& tip);

/// "Start anew", beside the button that goes on with an interrupted training.
QPushButton* makeAnewButton();
/// A label of several lines whose text can be taken along.
QLabel* makeFiguresLabel();

class Datasets;
class Trainings;

/// The shipped networks, the user's own and those of finished runs; keeps what is chosen. The data
/// of an entry is its file.
void fillNetworks(QComboBox* box, const Trainings& trainings);
/// Sets that need no file, so that there is something to look at on a first day, then the datasets
/// of the Data page; keeps what is chosen. The data of an entry is a file or a request.
void fillData(QComboBox* box, const Datasets& datasets);

/// The curves of runs as a chart draws them; a run has the same colour in each.
QVector<widgets::PlotSeries> runSeries(const std::vector<runs::RunCurve>& curves, bool markers);

/// What is visible of a table, for the export menu: as a picture in the colours of print, and every
/// row with its headings as CSV.
widgets::Renderable tableRenderable(QTableView* view, const QString& name);

/// Draws a bar behind numbers: the cell's `Qt::UserRole` is its length, 0 to 1. Thread: GUI.
class BarDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

/// A cell of a small table; numbers stand at the right.
QTableWidgetItem* tableCell(const QString& text, bool right);

/// A view under its title, a button (of an export menu, say) at the title's right.
QWidget* titledPane(const QString& title, QWidget* view, QWidget* button);

/// The look that tables of a page share: rows are selected, nothing is edited in place.
void styleTable(QTableView* view, const QString& name);

} // namespace ohm::ui
