// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

#include <memory>

namespace ohm::widgets {

struct InspectorRow {
    enum class Style { Plain, Simulated, Predicted, Error };
    QString name;
    QString value;
    QString unit;
    QString link; ///< id emitted when activated; empty = not a link
    QString tooltip;
    Style style = Style::Plain;
};

struct InspectorSection {
    QString title;
    QVector<InspectorRow> rows;
};

struct InspectorContent {
    QString title;    ///< e.g. "M3"
    QString subtitle; ///< e.g. "MOSFET nmos in x1"
    QString icon;     ///< name for themedIcon, may be empty
    QVector<InspectorSection> sections;
};

/// Properties of whatever is selected: sections of name, value and unit; rows can be copied; links
/// lead to other objects. Keeps collapsed sections and the scroll place when the same object is
/// updated. Thread: GUI.
class InspectorView : public QWidget {
    Q_OBJECT
public:
    explicit InspectorView(QWidget* parent = nullptr);
    ~InspectorView() override;

    void setContent(const InspectorContent& content);
    void clear(); ///< shows the empty text
    void setEmptyText(const QString& text);
    QString contentAsText() const; ///< tab-separated, as copied

signals:
    void linkActivated(const QString& id);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
