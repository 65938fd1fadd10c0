// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/inspectorview.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollBar>
#include <QSet>
#include <QShortcut>
#include <QStackedLayout>
#include <QTreeWidget>

namespace ohm::widgets {
namespace {

constexpr int kLinkRole = Qt::UserRole;
constexpr int kStyleRole = Qt::UserRole + 1;

QString rowText(const InspectorRow& row) {
    QString text = row.name + QLatin1Char('\t') + row.value;
    if (!row.unit.isEmpty())
        text += QLatin1Char(' ') + row.unit;
    return text;
}

} // namespace

class InspectorView::Private {
public:
    InspectorContent content;
    QTreeWidget* tree = nullptr;
    QLabel* title = nullptr;
    QLabel* subtitle = nullptr;
    QLabel* icon = nullptr;
    QLabel* empty = nullptr;
    QStackedLayout* stack = nullptr;
    QSet<QString> collapsed;

    void showIcon() {
        const int side = icon->fontMetrics().height() * 3 / 2;
        icon->setVisible(!content.icon.isEmpty());
        icon->setPixmap(
            themedIcon(content.icon).pixmap(QSize(side, side), icon->devicePixelRatioF()));
    }

    void recolour() {
        showIcon(); // a label's picture keeps the colours it was made with
        const bool dark = isDark(QGuiApplication::palette());
        QPalette muted = QGuiApplication::palette();
        muted.setColor(QPalette::WindowText, semanticColour(Semantic::Muted, dark));
        subtitle->setPalette(muted);
        empty->setPalette(muted);
        for (int i = 0; i < tree->topLevelItemCount(); ++i) {
            QTreeWidgetItem* section = tree->topLevelItem(i);
            for (int j = 0; j < section->childCount(); ++j)
                colourRow(section->child(j), dark);
        }
    }

    static void colourRow(QTreeWidgetItem* item, bool dark) {
        item->setForeground(0, semanticColour(Semantic::Muted, dark));
        QFont font = item->font(1);
        if (!item->data(0, kLinkRole).toString().isEmpty()) {
            item->setForeground(1, QGuiApplication::palette().link());
            font.setUnderline(true);
        } else {
            switch (static_cast<InspectorRow::Style>(item->data(0, kStyleRole).toInt())) {
            case InspectorRow::Style::Simulated:
                item->setForeground(1, semanticColour(Semantic::Simulated, dark));
                break;
            case InspectorRow::Style::Predicted:
                item->setForeground(1, semanticColour(Semantic::Predicted, dark));
                font.setItalic(true);
                break;
            case InspectorRow::Style::Error:
                item->setForeground(1, semanticColour(Semantic::Error, dark));
                break;
            case InspectorRow::Style::Plain:
                break;
            }
        }
        item->setFont(1, font);
    }
};

InspectorView::InspectorView(QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>()) {
    const int gap = fontMetrics().height() / 2;
    d->icon = new QLabel(this);
    d->title = new QLabel(this);
    d->title->setTextFormat(Qt::PlainText);
    d->title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QFont big = font();
    big.setPointSizeF(big.pointSizeF() * 1.25);
    big.setWeight(QFont::DemiBold);
    d->title->setFont(big);
    d->title->setWordWrap(true);
    d->subtitle = new QLabel(this);
    d->subtitle->setTextFormat(Qt::PlainText);
    d->subtitle->setWordWrap(true);
    d->tree = new QTreeWidget(this);
    d->tree->setColumnCount(2);
    d->tree->setHeaderHidden(true);
    d->tree->setUniformRowHeights(true);
    d->tree->setFrameShape(QFrame::NoFrame);
    d->tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    d->tree->setIndentation(gap * 3 / 2);
    d->tree->setTextElideMode(Qt::ElideMiddle);
    d->tree->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    d->tree->header()->setStretchLastSection(true);
    d->tree->setAccessibleName(tr("Properties"));
    d->tree->setAccessibleDescription(tr("Return follows a link, Ctrl+C copies the selected rows"));

    auto* titles = new QVBoxLayout;
    titles->setSpacing(0);
    titles->addWidget(d->title);
    titles->addWidget(d->subtitle);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(gap, gap / 2, gap, gap / 2);
    head->addWidget(d->icon, 0, Qt::AlignTop);
    head->addLayout(titles, 1);
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins({});
    column->setSpacing(0);
    column->addLayout(head);
    column->addWidget(d->tree, 1);

    d->empty = new QLabel(tr("Select a net or a device to see its properties"), this);
    d->empty->setAlignment(Qt::AlignCenter);
    d->empty->setWordWrap(true);
    d->empty->setMargin(2 * gap);
    d->stack = new QStackedLayout(this);
    d->stack->addWidget(d->empty);
    d->stack->addWidget(page);

    auto* copy = new QAction(themedIcon(QStringLiteral("copy")), tr("Copy"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    auto* copyValue = new QAction(tr("Copy value"), this);
    auto* copyAll = new QAction(tr("Copy all"), this);
    d->tree->addActions({copy, copyValue, copyAll});
    d->tree->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(copy, &QAction::triggered, this, [this] {
        QStringList lines;
        for (int i = 0; i < d->tree->topLevelItemCount(); ++i) {
            const QTreeWidgetItem* section = d->tree->topLevelItem(i);
            for (int j = 0; j < section->childCount(); ++j) {
                if (section->child(j)->isSelected())
                    lines += rowText(d->content.sections[i].rows[j]);
            }
        }
        QApplication::clipboard()->setText(lines.isEmpty() ? contentAsText()
                                                           : lines.join(QLatin1Char('\n')));
    });
    connect(copyValue, &QAction::triggered, this, [this] {
        if (const QTreeWidgetItem* item = d->tree->currentItem(); item && item->parent())
            QApplication::clipboard()->setText(item->text(1));
    });
    connect(copyAll, &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(contentAsText()); });
    // Links answer to one click like any link, and to Return.
    const auto follow = [this](const QTreeWidgetItem* item) {
        const QString link = item->data(0, kLinkRole).toString();
        if (!link.isEmpty())
            emit linkActivated(link);
    };
    connect(d->tree, &QTreeWidget::itemClicked, this, [follow](QTreeWidgetItem* item, int at) {
        if (at == 1 &&
            !(QApplication::keyboardModifiers() & (Qt::ControlModifier | Qt::ShiftModifier)))
            follow(item);
    });
    for (const int key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(key), d->tree);
        shortcut->setContext(Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this, [this, follow] {
            if (const QTreeWidgetItem* item = d->tree->currentItem())
                follow(item);
        });
    }
    connect(d->tree, &QTreeWidget::itemCollapsed, this,
            [this](QTreeWidgetItem* item) { d->collapsed.insert(item->text(0)); });
    connect(d->tree, &QTreeWidget::itemExpanded, this,
            [this](QTreeWidgetItem* item) { d->collapsed.remove(item->text(0)); });
    connect(&Theme::instance(), &Theme::changed, this, [this] { d->recolour(); });
    setFocusProxy(d->tree);
    d->recolour();
}

InspectorView::~InspectorView() = default;

void InspectorView::setContent(const InspectorContent& content) {
    const bool same = content.title == d->content.title && content.subtitle == d->content.subtitle;
    const int scroll = same ? d->tree->verticalScrollBar()->value() : 0;
    d->content = content;
    d->title->setText(content.title);
    d->subtitle->setText(content.subtitle);
    d->subtitle->setVisible(!content.subtitle.isEmpty());
    d->showIcon();
    setAccessibleDescription(content.title);

    const QSignalBlocker quiet(d->tree);
    d->tree->clear();
    const bool dark = isDark(QGuiApplication::palette());
    QList<QTreeWidgetItem*> sections;
    for (const InspectorSection& section : content.sections) {
        auto* top = new QTreeWidgetItem({section.title});
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        top->setFont(0, bold);
        top->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        for (const InspectorRow& row : section.rows) {
            const QString value =
                row.unit.isEmpty() ? row.value : row.value + QLatin1Char(' ') + row.unit;
            auto* item = new QTreeWidgetItem(top, {row.name, value});
            item->setData(0, kLinkRole, row.link);
            item->setData(0, kStyleRole, static_cast<int>(row.style));
            const QString tip = row.tooltip.isEmpty() ? value : row.tooltip;
            item->setToolTip(0, row.tooltip.isEmpty() ? row.name : row.tooltip);
            item->setToolTip(1, tip);
            Private::colourRow(item, dark);
        }
        sections += top;
    }
    d->tree->addTopLevelItems(sections);
    for (QTreeWidgetItem* section : std::as_const(sections)) {
        section->setFirstColumnSpanned(true);
        section->setExpanded(!d->collapsed.contains(section->text(0)));
    }
    d->stack->setCurrentIndex(1);
    d->tree->verticalScrollBar()->setValue(scroll);
}

void InspectorView::clear() {
    d->content = {};
    d->tree->clear();
    d->stack->setCurrentIndex(0);
}

void InspectorView::setEmptyText(const QString& text) {
    d->empty->setText(text);
}

QString InspectorView::contentAsText() const {
    QStringList lines;
    if (!d->content.title.isEmpty())
        lines += d->content.title;
    for (const InspectorSection& section : d->content.sections) {
        lines += section.title;
        for (const InspectorRow& row : section.rows)
            lines += rowText(row);
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace ohm::widgets
