// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/importing.h"

#include <QDialog>
#include <QStringList>

class QCheckBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ohm::ui {

/// Asks for a schematic and the extraction of its layout, and for what the files do not say
/// themselves: names of cells and rails, what couplings to supplies count as. Not modal; `accepted`
/// tells that `request` is to be imported. Thread: GUI.
class ImportDialog : public QDialog {
    Q_OBJECT
public:
    explicit ImportDialog(QWidget* parent = nullptr);

    /// Fills in two files, in either order: names and suffixes tell which is the extraction.
    void setFiles(const QStringList& paths);
    parasitics::ImportRequest request() const;

    QLineEdit* schematicEdit() const { return m_schematic; }
    QLineEdit* extractionEdit() const { return m_extraction; }
    QLineEdit* groundEdit() const { return m_ground; }
    QCheckBox* suppliesBox() const { return m_supplies; }
    QLabel* note() const { return m_note; }
    QPushButton* importButton() const { return m_import; }

private:
    QLineEdit* addFile(QFormLayout* form, const QString& label, const QString& title);
    void guessExtraction(); ///< beside the schematic
    void check();

    QLineEdit* m_schematic = nullptr;
    QLineEdit* m_extraction = nullptr;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_top = nullptr;
    QLineEdit* m_extractedTop = nullptr;
    QLineEdit* m_ground = nullptr;
    QLineEdit* m_supply = nullptr;
    QCheckBox* m_supplies = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_import = nullptr;
};

} // namespace ohm::ui
