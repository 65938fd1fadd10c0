// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "ui/services/selectionhub.h"
#include "ui/workbench.h"

#include <QStringList>
#include <QWidget>

class QComboBox;
class QLabel;
class QToolButton;

namespace ohm::widgets {
class MessageBar;
class SourceView;
} // namespace ohm::widgets

namespace ohm::ui {

/// A part of a text file, on line borders. A plain value.
struct SourcePart {
    QString text;
    int firstLine = 1; ///< of the part
    int lastLine = 0;
    int totalLines = 0; ///< of the file
};

/// Reads the part of a file around a line; whole files up to `maxBytes`. The encoding is found as
/// in the readers. Errors: BASE-00x. Thread: any.
Expected<SourcePart> readSourcePart(const QString& path, int line, std::size_t maxBytes);

/// The text of the circuit's files with the findings in the margin; cross-probed by line. Large
/// files are shown in parts, so that nothing holds the window. Thread: GUI.
class SourcePane : public QWidget {
    Q_OBJECT
public:
    static constexpr std::size_t kPartBytes = std::size_t{512} << 10;

    explicit SourcePane(const Workbench& workbench, QWidget* parent = nullptr);

    widgets::SourceView* view() const { return m_view; }
    /// Loads the file if need be and goes to the line (1-based).
    void jumpTo(const QString& path, int line, int column = 0);
    void showObject(ObjectId id); ///< the line a device stands in
    void openFind();
    bool isReady() const { return m_ready; }

private:
    void reset();
    void load(const QString& path, int line, int column, bool focusLine);
    void followSelection(SelectionSource source);
    void lineChanged(int viewLine);
    void showPart();

    Workbench m_bench;
    QComboBox* m_files;
    QLabel* m_place;
    QToolButton* m_previous;
    QToolButton* m_next;
    widgets::MessageBar* m_bar;
    widgets::SourceView* m_view;
    QStringList m_paths; ///< of the combo box; [i] is Circuit::files()[i]
    QString m_path;      ///< loaded
    SourcePart m_part;   ///< without its text
    bool m_ready = false;
    bool m_following = false;
    bool m_stale = true; ///< not loaded since the circuit changed
    void ensureLoaded();

protected:
    void showEvent(QShowEvent* event) override;
};

} // namespace ohm::ui
