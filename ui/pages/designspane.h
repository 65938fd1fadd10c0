// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/parasiticwork.h"

#include <QWidget>

class QComboBox;
class QPushButton;
class QTabWidget;
class QTableWidget;

namespace ohm::widgets {
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

class ImportDialog;

/// Designs whose layout was extracted: import, how the names paired, their labels overlaid and
/// how many are in each class.
/// Thread: GUI.
class DesignsPane : public QWidget {
    Q_OBJECT
public:
    DesignsPane(ParasiticWork& work, QWidget* parent);

    QPushButton* importButton() const { return m_import; }
    QTableWidget* table() const { return m_table; }
    QTableWidget* unpaired() const { return m_unpaired; }
    QTableWidget* findings() const { return m_findings; }
    widgets::PlotView* distribution() const { return m_plot; }
    QComboBox* quantityBox() const { return m_quantity; }
    QTableWidget* balance() const { return m_balance; }
    /// Null until it was opened.
    ImportDialog* importDialog() const { return m_dialog; }
    void openImportDialog(const QStringList& files = {});

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void showDesigns();
    void showTaken(); ///< in the dialog: names that are there, and whether an import is at work
    void showDistribution();
    void showBalance();
    void showUnpaired();
    void showFindings(const parasitics::Imported& item);
    void chooseFolder();

    ParasiticWork& m_work;
    QPushButton* m_import = nullptr;
    QPushButton* m_save = nullptr;
    QTableWidget* m_table = nullptr;
    QTableWidget* m_unpaired = nullptr;
    QTableWidget* m_findings = nullptr;
    QComboBox* m_quantity = nullptr;
    QTabWidget* m_labels = nullptr; ///< distribution and balance
    QTableWidget* m_balance = nullptr;
    ImportDialog* m_dialog = nullptr;
    widgets::PlotView* m_plot = nullptr;
};

} // namespace ohm::ui
