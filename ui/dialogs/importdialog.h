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

    /// Fills in two files, in either order: names and suffixes tell which is the extraction. What
    /// was named for other files is forgotten.
    void setFiles(const QStringList& paths);
    /// Clears what belongs to one design alone: its name and the tops. Rails stay.
    void forgetNames();
    /// Names of designs that are there: the note tells when one will be replaced.
    void setTaken(const QStringList& names);
    void setBusy(bool busy); ///< an import is at work: no other one is begun
    parasitics::ImportRequest request() const;

    QLineEdit* schematicEdit() const { return m_schematic; }
    QLineEdit* extractionEdit() const { return m_extraction; }
    QLineEdit* nameEdit() const { return m_name; }
    QLineEdit* topEdit() const { return m_top; }
    QLineEdit* extractedTopEdit() const { return m_extractedTop; }
    QLineEdit* groundEdit() const { return m_ground; }
    QCheckBox* suppliesBox() const { return m_supplies; }
    QLabel* note() const { return m_note; }
    QPushButton* importButton() const { return m_import; }

private:
    QLineEdit* addFile(QFormLayout* form, const QString& label, const QString& title);
    void guessExtraction(); ///< beside the schematic
    void schematicChosen();
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
    QString m_namedFor; ///< the schematic that name and tops are given for
    QStringList m_taken;
    bool m_busy = false;
};

} // namespace ohm::ui
