// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/logview.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QAbstractListModel>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDateTime>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListView>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QToolButton>

#include <deque>

namespace ohm::widgets {
namespace {

QString levelWord(LogLine::Level level) {
    switch (level) {
    case LogLine::Level::Debug:
        return LogView::tr("Debug");
    case LogLine::Level::Info:
        return LogView::tr("Info");
    case LogLine::Level::Warning:
        return LogView::tr("Warning");
    case LogLine::Level::Error:
        break;
    }
    return LogView::tr("Error");
}

class LogModel : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;
    int maximum = 20000;

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
    }
    const LogLine& line(int row) const { return m_lines[static_cast<std::size_t>(row)]; }

    QVariant data(const QModelIndex& index, int role) const override {
        if (!index.isValid() || index.row() >= rowCount())
            return {};
        const LogLine& l = line(index.row());
        if (role == Qt::DisplayRole)
            return text(l);
        if (role == Qt::ToolTipRole)
            return l.text;
        if (role == Qt::ForegroundRole) {
            const bool dark = isDark(QGuiApplication::palette());
            switch (l.level) {
            case LogLine::Level::Debug:
                return semanticColour(Semantic::Muted, dark);
            case LogLine::Level::Warning:
                return semanticColour(Semantic::Warning, dark);
            case LogLine::Level::Error:
                return semanticColour(Semantic::Error, dark);
            case LogLine::Level::Info:
                break;
            }
        }
        return {};
    }

    static QString text(const LogLine& l) {
        const QString time =
            QDateTime::fromMSecsSinceEpoch(l.time).toString(QStringLiteral("HH:mm:ss.zzz"));
        const QString room = l.room.isEmpty() ? QString() : l.room + QStringLiteral(": ");
        return QStringLiteral("%1  %2  %3%4")
            .arg(time, levelWord(l.level).leftJustified(7), room, l.text);
    }

    void append(const QVector<LogLine>& lines) {
        // Of a flood only the newest lines can stay: skip the rest.
        const qsizetype skip = std::max<qsizetype>(0, lines.size() - maximum);
        const auto added = static_cast<int>(lines.size() - skip);
        if (added == 0)
            return;
        const int surplus = rowCount() + added - maximum;
        if (surplus > 0) {
            beginRemoveRows({}, 0, surplus - 1);
            m_lines.erase(m_lines.begin(), m_lines.begin() + surplus);
            endRemoveRows();
        }
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        beginInsertRows({}, rowCount(), rowCount() + added - 1);
        for (qsizetype i = skip; i < lines.size(); ++i) {
            m_lines.push_back(lines[i]);
            if (m_lines.back().time == 0)
                m_lines.back().time = now;
        }
        endInsertRows();
    }

    void setMaximum(int lines) {
        maximum = std::max(1, lines);
        const int surplus = rowCount() - maximum;
        if (surplus <= 0)
            return;
        beginRemoveRows({}, 0, surplus - 1);
        m_lines.erase(m_lines.begin(), m_lines.begin() + surplus);
        endRemoveRows();
    }

    void clear() {
        beginResetModel();
        m_lines.clear();
        endResetModel();
    }

private:
    std::deque<LogLine> m_lines;
};

class LogFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    LogLine::Level least = LogLine::Level::Info;
    QString text;

    void refresh() { invalidateFilter(); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex&) const override {
        const LogLine& l = static_cast<const LogModel*>(sourceModel())->line(row);
        return l.level >= least && (text.isEmpty() || l.text.contains(text, Qt::CaseInsensitive) ||
                                    l.room.contains(text, Qt::CaseInsensitive));
    }
};

} // namespace

class LogView::Private {
public:
    LogModel* model = nullptr;
    LogFilter* filter = nullptr;
    QListView* list = nullptr;
    QComboBox* level = nullptr;
    QLineEdit* search = nullptr;
    QToolButton* follow = nullptr;
};

LogView::LogView(QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>()) {
    d->model = new LogModel(this);
    d->filter = new LogFilter(this);
    d->filter->setSourceModel(d->model);

    d->level = new QComboBox(this);
    d->level->setAccessibleName(tr("Least level shown"));
    for (const auto level : {LogLine::Level::Debug, LogLine::Level::Info, LogLine::Level::Warning,
                             LogLine::Level::Error})
        d->level->addItem(levelWord(level));
    d->level->setCurrentIndex(static_cast<int>(LogLine::Level::Info));
    d->search = new QLineEdit(this);
    d->search->setPlaceholderText(tr("Filter"));
    d->search->setAccessibleName(tr("Filter the log"));
    d->search->setClearButtonEnabled(true);
    d->search->addAction(themedIcon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    const auto button = [this](const QString& icon, const QString& name) {
        auto* b = new QToolButton(this);
        b->setIcon(themedIcon(icon));
        b->setAutoRaise(true);
        b->setToolTip(name);
        b->setAccessibleName(name);
        return b;
    };
    d->follow = button(QStringLiteral("down"), tr("Follow the newest line"));
    d->follow->setCheckable(true);
    d->follow->setChecked(true);
    auto* copy = button(QStringLiteral("copy"), tr("Copy the selected or all shown lines"));
    auto* clearButton = button(QStringLiteral("clear"), tr("Clear the log"));

    d->list = new QListView(this);
    d->list->setModel(d->filter);
    d->list->setUniformItemSizes(true);
    d->list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    d->list->setFrameShape(QFrame::NoFrame);
    d->list->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    d->list->setAccessibleName(tr("Log"));
    d->list->setVerticalScrollMode(QAbstractItemView::ScrollPerItem);

    auto* bar = new QHBoxLayout;
    bar->addWidget(d->level);
    bar->addWidget(d->search, 1);
    bar->addWidget(d->follow);
    bar->addWidget(copy);
    bar->addWidget(clearButton);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(2);
    column->addLayout(bar);
    column->addWidget(d->list, 1);

    auto* copyAction = new QAction(themedIcon(QStringLiteral("copy")), tr("Copy"), this);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    d->list->addAction(copyAction);
    d->list->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto copyLines = [this] {
        auto rows = d->list->selectionModel()->selectedIndexes();
        if (rows.isEmpty()) {
            QApplication::clipboard()->setText(visibleText());
            return;
        }
        std::sort(rows.begin(), rows.end());
        QStringList lines;
        for (const QModelIndex& row : std::as_const(rows))
            lines += row.data().toString();
        QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
    };
    connect(copyAction, &QAction::triggered, this, copyLines);
    connect(copy, &QToolButton::clicked, this, copyLines);
    connect(clearButton, &QToolButton::clicked, this, &LogView::clear);
    connect(d->level, &QComboBox::currentIndexChanged, this, [this](int index) {
        d->filter->least = static_cast<LogLine::Level>(index);
        d->filter->refresh();
        if (following())
            d->list->scrollToBottom();
    });
    connect(d->search, &QLineEdit::textChanged, this, [this](const QString& text) {
        d->filter->text = text;
        d->filter->refresh();
        if (following())
            d->list->scrollToBottom();
    });
    connect(d->follow, &QToolButton::toggled, this, [this](bool on) {
        if (on)
            d->list->scrollToBottom();
    });
    // Scrolling up by hand lets go of the end, scrolling down to it takes hold again.
    connect(d->list->verticalScrollBar(), &QScrollBar::actionTriggered, this, [this](int) {
        const QScrollBar* scroll = d->list->verticalScrollBar();
        d->follow->setChecked(scroll->sliderPosition() >= scroll->maximum());
    });
    connect(d->list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& now) {
                if (now.isValid() && now.row() < d->filter->rowCount() - 1)
                    d->follow->setChecked(false);
            });
    setFocusProxy(d->list);
}

LogView::~LogView() = default;

void LogView::append(const LogLine& line) {
    append(QVector<LogLine>{line});
}

void LogView::append(const QVector<LogLine>& lines) {
    d->model->append(lines);
    if (following())
        d->list->scrollToBottom();
}

void LogView::clear() {
    d->model->clear();
    d->follow->setChecked(true);
}

void LogView::setMaximumLines(int lines) {
    d->model->setMaximum(lines);
}

int LogView::lineCount() const {
    return d->model->rowCount();
}

int LogView::visibleLineCount() const {
    return d->filter->rowCount();
}

void LogView::setLeastLevel(LogLine::Level level) {
    d->level->setCurrentIndex(static_cast<int>(level));
}

void LogView::setFilterText(const QString& text) {
    d->search->setText(text);
}

bool LogView::following() const {
    return d->follow->isChecked();
}

QString LogView::visibleText() const {
    QStringList lines;
    for (int row = 0; row < d->filter->rowCount(); ++row)
        lines += d->filter->index(row, 0).data().toString();
    return lines.join(QLatin1Char('\n'));
}

} // namespace ohm::widgets
