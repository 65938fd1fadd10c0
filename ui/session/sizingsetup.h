// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/problem.h"
#include "core/project/setup.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QUndoStack>
#include <QVector>

#include <array>
#include <optional>
#include <vector>

namespace ohm::ui {

/// The tables of a sizing problem, each a section of project.yaml.
enum class SetupKind : quint8 { Parameters, Specs, Measurements, Benches, Corners, Scatter };
inline constexpr int kSetupKinds = 6;

/// Why an entry cannot be used, in one sentence. `field` is a key of the file, "" the name.
struct SetupIssue {
    SetupKind kind = SetupKind::Parameters;
    int row = -1; ///< -1: the table as a whole
    QString field;
    QString text;
};

/// The sizing part of a project file, being edited: rows of text with undo, checked after every
/// change without simulating, saved back into the file. Thread: GUI.
class SizingSetup : public QObject {
    Q_OBJECT
public:
    using Row = project::SetupRow;
    using Rows = std::vector<Row>;

    explicit SizingSetup(QObject* parent = nullptr);
    ~SizingSetup() override;

    /// Reads a project file and forgets what was edited before. Errors: those of readProject,
    /// PROJ-011. Nothing is open then.
    Expected<void> open(const QString& file);
    bool isOpen() const { return !m_file.empty(); }
    const std::filesystem::path& file() const { return m_file; }
    const Rows& rows(SetupKind kind) const { return m_rows[static_cast<std::size_t>(kind)]; }
    /// Text of a field; key "" is the name.
    QString text(SetupKind kind, int row, const QString& key) const;

    /// One step of undo each. A renamed measurement or bench takes along what names it.
    void setText(SetupKind kind, int row, const QString& key, const QString& text);
    int add(SetupKind kind, int before = -1); ///< -1: at the end; gives the row
    int duplicate(SetupKind kind, int row);
    void remove(SetupKind kind, int row);
    const QUndoStack* undoStack() const { return &m_undo; }
    bool canUndo() const;
    bool canRedo() const;
    void undo();
    void redo();
    /// While a session runs only steps made since can be undone.
    void setLocked(bool locked);

    bool isModified() const { return isOpen() && !m_undo.isClean(); }
    /// Writes the file; `overwrite`: also where somebody else changed it since. Errors: UI-050 it
    /// was changed since, those of writeSetup, BASE-010.
    Expected<void> save(bool overwrite = false);

    const QVector<SetupIssue>& issues() const { return m_issues; }
    QString issue(SetupKind kind, int row, const QString& key) const; ///< empty: all is well
    /// What the tables say; nothing while something is wrong with them.
    const std::optional<optimize::Problem>& problem() const { return m_problem; }
    const std::optional<Error>& error() const { return m_error; } ///< why there is none
    const project::Project& project() const { return m_project; }
    QStringList names(SetupKind kind) const;
    QStringList circuits() const; ///< netlists in the project's folder, relative

signals:
    void aboutToReset();
    void reset(); ///< another project
    void rowChanged(ohm::ui::SetupKind kind, int row);
    void rowToBeInserted(ohm::ui::SetupKind kind, int row);
    void rowInserted(ohm::ui::SetupKind kind, int row);
    void rowToBeRemoved(ohm::ui::SetupKind kind, int row);
    void rowRemoved(ohm::ui::SetupKind kind, int row);
    void checked(); ///< issues and problem are those of the present rows
    void modifiedChanged(bool modified);

private:
    class Change;
    class Place;
    Rows& at(SetupKind kind) { return m_rows[static_cast<std::size_t>(kind)]; }
    void replace(SetupKind kind, int row, const Row& value);
    void insert(SetupKind kind, int row, const Row& value);
    void take(SetupKind kind, int row);
    void pushNew(SetupKind kind, int row, Row value, const QString& text);
    QString freeName(SetupKind kind, const QString& wish) const;
    std::vector<project::SetupSection> sections() const;
    void check();

    std::filesystem::path m_file;
    std::string m_text; ///< of the file when it was read
    /// `monte_carlo` as it stands in the file and the rows of it; an odd one stays as it is.
    Rows m_scatterFile, m_scatterRead;
    bool m_scatterOdd = false;
    std::array<Rows, kSetupKinds> m_rows;
    QUndoStack m_undo;
    int m_floor = 0;          ///< steps that stay while locked
    bool m_staleRedo = false; ///< steps ahead are older than the lock
    QVector<SetupIssue> m_issues;
    std::optional<optimize::Problem> m_problem;
    std::optional<Error> m_error;
    project::Project m_project;
};

/// "parameters", "specs" ...: the key of the section.
QString setupKey(SetupKind kind);

/// What is wrong with single entries, told without looking at files. Thread: any.
QVector<SetupIssue>
checkSetup(const std::array<std::vector<project::SetupRow>, kSetupKinds>& tables);

/// Fields that a kind of measurement reads, besides its bench: "of", "input", "against" ...
QStringList measureFields(const QString& kind);
QStringList measureKinds();
QStringList scatterKinds(); ///< samples, seed, process, mismatch, parameter
/// "Hz", "V", ... of a kind of measurement; empty where it has none or another one is possible.
QString measureUnit(const QString& kind);

/// A number as it was typed, made fit for the file: with its unit taken off, "10 MHz" as 10meg,
/// the micro sign as u. Other text as it is.
QString numberForFile(const QString& typed);

} // namespace ohm::ui
