// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/commandpalette.h"

#include "widgets/common/fuzzymatcher.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QAbstractListModel>
#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QPointer>
#include <QScreen>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <map>

namespace ohm::widgets {
namespace {

constexpr int kMostResults = 200;
constexpr int kShownRows = 12;

struct Result {
    int source = 0;
    int entry = 0;
};

class ResultModel : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;
    QVector<PaletteSource> sources;
    QVector<Result> results;

    const PaletteEntry& entry(int row) const {
        const Result& r = results[row];
        return (*sources[r.source].entries)[r.entry];
    }
    const QString& sourceName(int row) const { return sources[results[row].source].name; }

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(results.size());
    }
    QVariant data(const QModelIndex& index, int role) const override {
        if (!index.isValid())
            return {};
        const PaletteEntry& e = entry(index.row());
        if (role == Qt::DisplayRole)
            return e.text;
        if (role == Qt::ToolTipRole)
            return e.detail;
        if (role == Qt::AccessibleTextRole)
            return QStringLiteral("%1, %2, %3").arg(sourceName(index.row()), e.text, e.detail);
        return {};
    }
    Qt::ItemFlags flags(const QModelIndex& index) const override {
        Qt::ItemFlags f = QAbstractListModel::flags(index);
        if (index.isValid() && !entry(index.row()).enabled)
            f &= ~Qt::ItemIsEnabled;
        return f;
    }
    void show(QVector<Result> found) {
        beginResetModel();
        results = std::move(found);
        endResetModel();
    }
};

/// Icon, text with the matched letters bold, detail, shortcut at the right.
class ResultDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QString pattern;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {0, option.fontMetrics.height() * 7 / 4};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const auto* model = static_cast<const ResultModel*>(index.model());
        const PaletteEntry& e = model->entry(index.row());
        const bool selected = option.state & QStyle::State_Selected;
        const QPalette& palette = option.palette;
        const bool dark = isDark(palette);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (selected) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(palette.highlight());
            painter->drawRoundedRect(QRectF(option.rect).adjusted(2, 1, -2, -1), 4, 4);
        }
        const int gap = option.fontMetrics.height() / 2;
        QRect rect = option.rect.adjusted(gap, 0, -gap, 0);
        const int side = option.fontMetrics.height();
        const QRect iconRect(rect.left(), rect.center().y() - side / 2, side, side);
        const auto mode = selected ? QIcon::Selected : e.enabled ? QIcon::Normal : QIcon::Disabled;
        themedIcon(e.icon).paint(painter, iconRect, Qt::AlignCenter, mode);
        rect.setLeft(iconRect.right() + gap);

        const QColor strong = selected    ? palette.color(QPalette::HighlightedText)
                              : e.enabled ? palette.color(QPalette::Text)
                                          : palette.color(QPalette::Disabled, QPalette::Text);
        const QColor weak = selected ? strong : semanticColour(Semantic::Muted, dark);
        const QString right = e.shortcut.isEmpty() ? model->sourceName(index.row()) : e.shortcut;
        painter->setPen(weak);
        painter->setFont(option.font);
        painter->drawText(rect, Qt::AlignRight | Qt::AlignVCenter, right);
        rect.setRight(rect.right() - option.fontMetrics.horizontalAdvance(right) - gap);

        const int textWidth = drawMatched(painter, rect, e.text, option.font, strong);
        rect.setLeft(rect.left() + textWidth + gap);
        if (!e.detail.isEmpty() && rect.width() > 4 * gap) {
            painter->setPen(weak);
            painter->setFont(option.font);
            painter->drawText(
                rect, Qt::AlignLeft | Qt::AlignVCenter,
                option.fontMetrics.elidedText(e.detail, Qt::ElideRight, rect.width()));
        }
        painter->restore();
    }

private:
    int drawMatched(QPainter* painter, const QRect& rect, const QString& text, const QFont& font,
                    const QColor& colour) const {
        QVector<int> positions;
        if (!pattern.isEmpty())
            (void)fuzzyScore(pattern, text, &positions);
        QFont bold = font;
        bold.setBold(true);
        const QString shown = QFontMetrics(bold).elidedText(text, Qt::ElideMiddle, rect.width());
        const bool whole = shown.size() == text.size();
        painter->setPen(colour);
        int x = rect.left();
        for (int i = 0; i < shown.size();) {
            const bool hit = whole && positions.contains(i);
            int end = i + 1;
            while (end < shown.size() && (whole && positions.contains(end)) == hit)
                ++end;
            const QString run = shown.mid(i, end - i);
            painter->setFont(hit ? bold : font);
            painter->drawText(QRect(x, rect.top(), rect.right() - x + 1, rect.height()),
                              Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, run);
            x += painter->fontMetrics().horizontalAdvance(run);
            i = end;
        }
        return x - rect.left();
    }
};

} // namespace

class CommandPalette::Private {
public:
    struct Indexed {
        std::shared_ptr<const QVector<PaletteEntry>> entries;
        FuzzyIndex index;
    };
    QLineEdit* edit = nullptr;
    QListView* list = nullptr;
    QLabel* hint = nullptr;
    ResultModel* model = nullptr;
    ResultDelegate* delegate = nullptr;
    std::vector<std::shared_ptr<Indexed>> indices;
    QPointer<QWidget> focusBefore;

    void search(const QString& typed) {
        QString pattern = typed;
        int only = -1;
        for (int s = 0; s < model->sources.size(); ++s) {
            const QChar prefix = model->sources[s].prefix;
            if (!prefix.isNull() && pattern.startsWith(prefix)) {
                only = s;
                pattern.remove(0, 1);
                break;
            }
        }
        pattern = pattern.trimmed();
        struct Scored {
            int score;
            Result result;
        };
        std::vector<Scored> all;
        for (int s = 0; s < model->sources.size(); ++s) {
            if (only >= 0 && s != only)
                continue;
            for (const FuzzyHit& hit :
                 indices[static_cast<std::size_t>(s)]->index.best(pattern, kMostResults))
                all.push_back({hit.score, {s, hit.index}});
        }
        std::stable_sort(all.begin(), all.end(),
                         [](const Scored& a, const Scored& b) { return a.score > b.score; });
        if (all.size() > kMostResults)
            all.resize(kMostResults);
        QVector<Result> results;
        results.reserve(static_cast<int>(all.size()));
        for (const Scored& s : all)
            results.append(s.result);
        delegate->pattern = pattern;
        model->show(std::move(results));
        selectFirst();
        hint->setVisible(model->rowCount() == 0);
        list->setVisible(model->rowCount() > 0);
    }

    void selectFirst() {
        for (int row = 0; row < model->rowCount(); ++row) {
            if (model->entry(row).enabled) {
                list->setCurrentIndex(model->index(row));
                return;
            }
        }
    }

    void move(int step) {
        const int count = model->rowCount();
        if (count == 0)
            return;
        int row = list->currentIndex().isValid() ? list->currentIndex().row() : -1;
        int target = std::clamp(row + step, 0, count - 1);
        if (std::abs(step) == 1 && row + step < 0)
            target = count - 1; // wraps at both ends
        else if (std::abs(step) == 1 && row + step >= count)
            target = 0;
        list->setCurrentIndex(model->index(target));
    }
};

CommandPalette::CommandPalette(QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , d(std::make_unique<Private>()) {
    setFrameShape(QFrame::StyledPanel);
    setAccessibleName(tr("Command palette"));
    d->edit = new QLineEdit(this);
    d->edit->setPlaceholderText(tr("Type a command, net or device"));
    d->edit->setAccessibleName(tr("Search commands, nets and devices"));
    d->edit->addAction(themedIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    d->edit->setFrame(false);
    QFont big = font();
    big.setPointSizeF(big.pointSizeF() * 1.15);
    d->edit->setFont(big);
    d->edit->setMinimumHeight(QFontMetrics(big).height() * 2);
    d->edit->installEventFilter(this);
    d->model = new ResultModel(this);
    d->delegate = new ResultDelegate(this);
    d->list = new QListView(this);
    d->list->setModel(d->model);
    d->list->setItemDelegate(d->delegate);
    d->list->setUniformItemSizes(true);
    d->list->setFrameShape(QFrame::NoFrame);
    d->list->setFocusPolicy(Qt::NoFocus);
    d->list->setMouseTracking(true);
    d->list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    d->list->setAccessibleName(tr("Results"));
    d->hint = new QLabel(tr("Nothing found"), this);
    d->hint->setAlignment(Qt::AlignCenter);
    d->hint->setMargin(fontMetrics().height());
    d->hint->setEnabled(false);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(4, 4, 4, 4);
    column->setSpacing(4);
    column->addWidget(d->edit);
    column->addWidget(d->list, 1);
    column->addWidget(d->hint, 1);

    connect(d->edit, &QLineEdit::textChanged, this,
            [this](const QString& text) { d->search(text); });
    connect(d->list, &QListView::clicked, this, [this](const QModelIndex& index) {
        if (!d->model->entry(index.row()).enabled)
            return;
        const QString source = d->model->sourceName(index.row());
        const QString id = d->model->entry(index.row()).id;
        hide();
        emit chosen(source, id);
    });
}

CommandPalette::~CommandPalette() = default;

void CommandPalette::setSources(const QVector<PaletteSource>& sources) {
    std::vector<std::shared_ptr<Private::Indexed>> indices;
    QVector<PaletteSource> kept = sources;
    for (PaletteSource& source : kept) {
        if (!source.entries)
            source.entries = std::make_shared<const QVector<PaletteEntry>>();
        std::shared_ptr<Private::Indexed> indexed;
        for (const auto& old : d->indices) {
            if (old->entries == source.entries)
                indexed = old; // the same list: its index is still good
        }
        if (!indexed) {
            indexed = std::make_shared<Private::Indexed>();
            indexed->entries = source.entries;
            indexed->index.reserve(static_cast<std::size_t>(source.entries->size()));
            for (const PaletteEntry& entry : *source.entries)
                indexed->index.add(entry.text);
        }
        indices.push_back(std::move(indexed));
    }
    d->model->show({});
    d->model->sources = kept;
    d->indices = std::move(indices);
    d->search(d->edit->text());
}

void CommandPalette::popup(QWidget* window, const QString& text) {
    d->focusBefore = QApplication::focusWidget();
    const int row = fontMetrics().height() * 7 / 4;
    const QSize room = window ? window->size() : QSize(800, 600);
    const int width = std::clamp(room.width() * 3 / 5,
                                 std::min(fontMetrics().averageCharWidth() * 50, room.width()),
                                 std::max(1, fontMetrics().averageCharWidth() * 110));
    resize(width,
           std::min(room.height() * 4 / 5, row * kShownRows + d->edit->minimumHeight() + 16));
    if (window)
        move(window->mapToGlobal(QPoint((room.width() - width) / 2, room.height() / 12)));
    d->edit->setText(text);
    d->search(text);
    show();
    d->edit->setFocus(Qt::PopupFocusReason);
    d->edit->deselect();
    d->edit->end(false);
}

int CommandPalette::resultCount() const {
    return d->model->rowCount();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == d->edit && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        switch (key->key()) {
        case Qt::Key_Down:
            d->move(1);
            return true;
        case Qt::Key_Up:
            d->move(-1);
            return true;
        case Qt::Key_PageDown:
            d->move(kShownRows - 1);
            return true;
        case Qt::Key_PageUp:
            d->move(1 - kShownRows);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (d->list->currentIndex().isValid())
                emit d->list->clicked(d->list->currentIndex());
            return true;
        case Qt::Key_Escape:
            hide();
            return true;
        default:
            break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::hideEvent(QHideEvent* event) {
    QFrame::hideEvent(event);
    if (d->focusBefore)
        d->focusBefore->setFocus(Qt::PopupFocusReason);
    emit closed();
}

} // namespace ohm::widgets
