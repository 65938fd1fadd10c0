// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/startpage.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/startcards.h"
#include "widgets/common/theme.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QStackedLayout>
#include <QUrl>
#include <QVBoxLayout>

namespace ohm::widgets {
namespace {

QStringList localFiles(const QMimeData* mime) {
    QStringList paths;
    for (const QUrl& url : mime->urls()) {
        if (url.isLocalFile())
            paths += url.toLocalFile();
    }
    return paths;
}

/// Cards that share the width evenly, however wide the page is.
class DemoListView : public CardList {
public:
    explicit DemoListView(QWidget* parent)
        : CardList(parent) {
        setViewMode(QListView::IconMode);
        setMovement(QListView::Static);
        setResizeMode(QListView::Adjust);
        setSpacing(0);
    }

protected:
    void resizeEvent(QResizeEvent* event) override {
        const QFontMetrics metrics = fontMetrics();
        const int width = std::max(1, viewport()->width() - 1);
        const int columns = std::max(1, width / (metrics.averageCharWidth() * 26));
        setGridSize({width / columns, metrics.height() * 9});
        CardList::resizeEvent(event);
    }
};

} // namespace

class StartPage::Private {
public:
    RecentModel* recent = nullptr;
    DemoModel* demos = nullptr;
    RecentListView* recentView = nullptr;
    DemoListView* demoView = nullptr;
    QStackedLayout* recentStack = nullptr;
    QBoxLayout* columns = nullptr;
    QLabel* drop = nullptr;
    QLabel* version = nullptr;
    QVector<QLabel*> muted;
    bool dragging = false;

    void recolour() {
        QPalette palette = QGuiApplication::palette();
        palette.setColor(QPalette::WindowText, semanticColour(Semantic::Muted, isDark(palette)));
        for (QLabel* label : std::as_const(muted))
            label->setPalette(palette);
    }
};

StartPage::StartPage(QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>()) {
    setAcceptDrops(true);
    setAccessibleName(tr("Start page"));
    const int em = fontMetrics().height();

    auto* name = new QLabel(tr("Ohmscape"), this);
    QFont huge = font();
    huge.setPointSizeF(huge.pointSizeF() * 2.2);
    huge.setWeight(QFont::DemiBold);
    name->setFont(huge);
    auto* purpose = new QLabel(tr("Explore analog circuit designs"), this);
    auto* open = new QPushButton(themedIcon(QStringLiteral("open")), tr("Open circuit…"), this);
    open->setObjectName(QStringLiteral("open"));
    open->setDefault(true);
    open->setAccessibleDescription(tr("Opens a SPICE netlist or an LTspice schematic"));
    auto* project =
        new QPushButton(themedIcon(QStringLiteral("folder")), tr("Open project…"), this);
    project->setObjectName(QStringLiteral("openProject"));
    for (QPushButton* button : {open, project})
        button->setMinimumHeight(em * 2 + em / 4);
    d->drop = new QLabel(tr("or drop a netlist, schematic or project folder anywhere here"), this);

    auto* titles = new QVBoxLayout;
    titles->setSpacing(0);
    titles->addWidget(name);
    titles->addWidget(purpose);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(open);
    buttons->addWidget(project);
    buttons->addSpacing(em / 2);
    buttons->addWidget(d->drop, 1);

    const auto heading = [this](const QString& text) {
        auto* label = new QLabel(text, this);
        QFont bold = font();
        bold.setPointSizeF(bold.pointSizeF() * 1.15);
        bold.setWeight(QFont::DemiBold);
        label->setFont(bold);
        return label;
    };
    d->recent = new RecentModel(this);
    d->recentView = new RecentListView(this);
    d->recentView->setModel(d->recent);
    d->recentView->setItemDelegate(new RecentDelegate(d->recentView));
    d->recentView->setAccessibleName(tr("Recent files"));
    d->recentView->setAccessibleDescription(
        tr("Return opens, P pins, Delete removes from the list"));
    auto* nothing = new QLabel(tr("Files that you open appear here"), this);
    nothing->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    nothing->setMargin(em / 2);
    auto* recentPages = new QWidget(this);
    d->recentStack = new QStackedLayout(recentPages);
    d->recentStack->addWidget(nothing);
    d->recentStack->addWidget(d->recentView);
    d->demos = new DemoModel(this);
    d->demoView = new DemoListView(this);
    d->demoView->setModel(d->demos);
    d->demoView->setItemDelegate(new DemoDelegate(d->demoView));
    d->demoView->setAccessibleName(tr("Demo projects"));
    d->version = new QLabel(this);

    const auto section = [this, &heading](const QString& text, QWidget* content) {
        auto* column = new QVBoxLayout;
        column->setSpacing(fontMetrics().height() / 3);
        QLabel* label = heading(text);
        label->setBuddy(content);
        column->addWidget(label);
        column->addWidget(content, 1);
        return column;
    };
    d->columns = new QHBoxLayout;
    d->columns->setSpacing(em * 2);
    d->columns->addLayout(section(tr("Recent"), recentPages), 2);
    d->columns->addLayout(section(tr("Demos"), d->demoView), 3);

    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(em * 3, em * 2, em * 3, em);
    page->setSpacing(em);
    page->addLayout(titles);
    page->addLayout(buttons);
    page->addSpacing(em / 2);
    page->addLayout(d->columns, 1);
    page->addWidget(d->version);
    d->muted = {purpose, d->drop, nothing, d->version};
    d->recolour();

    setTabOrder(open, project);
    setTabOrder(project, d->recentView);
    setTabOrder(d->recentView, d->demoView);
    connect(open, &QPushButton::clicked, this, &StartPage::openRequested);
    connect(project, &QPushButton::clicked, this, &StartPage::openProjectRequested);
    connect(d->recentView, &RecentListView::opened, this,
            [this](int row) { emit recentActivated(QString(d->recent->entry(row).path)); });
    connect(d->recentView, &RecentListView::pinClicked, this, [this](int row) {
        const RecentEntry entry = d->recent->entry(row);
        emit pinToggled(entry.path, !entry.pinned);
    });
    connect(d->recentView, &RecentListView::removed, this,
            [this](int row) { emit removeRequested(QString(d->recent->entry(row).path)); });
    connect(d->demoView, &CardList::opened, this,
            [this](int row) { emit demoActivated(QString(d->demos->entry(row).id)); });
    connect(&Theme::instance(), &Theme::changed, this, [this] { d->recolour(); });
}

StartPage::~StartPage() = default;

void StartPage::setRecent(const QVector<RecentEntry>& entries) {
    const QModelIndex before = d->recentView->currentIndex();
    d->recent->setEntries(entries);
    d->recentStack->setCurrentIndex(entries.isEmpty() ? 0 : 1);
    if (!entries.isEmpty()) {
        const int row =
            before.isValid() ? std::min(before.row(), static_cast<int>(entries.size()) - 1) : 0;
        d->recentView->setCurrentIndex(d->recent->index(row));
    }
}

void StartPage::setDemos(const QVector<DemoEntry>& entries) {
    d->demos->setEntries(entries);
    if (!entries.isEmpty())
        d->demoView->setCurrentIndex(d->demos->index(0));
}

void StartPage::setVersion(const QString& text) {
    d->version->setText(text);
}

void StartPage::dragEnterEvent(QDragEnterEvent* event) {
    if (localFiles(event->mimeData()).isEmpty())
        return;
    event->acceptProposedAction();
    d->dragging = true;
    update();
}

void StartPage::dragLeaveEvent(QDragLeaveEvent* event) {
    QWidget::dragLeaveEvent(event);
    d->dragging = false;
    update();
}

void StartPage::dropEvent(QDropEvent* event) {
    d->dragging = false;
    update();
    const QStringList paths = localFiles(event->mimeData());
    if (paths.isEmpty())
        return;
    event->acceptProposedAction();
    emit filesDropped(paths);
}

void StartPage::paintEvent(QPaintEvent* event) {
    QWidget::paintEvent(event);
    if (!d->dragging)
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool dark = isDark(palette());
    painter.setBrush(semanticTint(Semantic::Selection, dark));
    painter.setPen(QPen(semanticColour(Semantic::Selection, dark), 2, Qt::DashLine));
    painter.drawRoundedRect(QRectF(rect()).adjusted(6, 6, -6, -6), 10, 10);
}

void StartPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool narrow = width() < fontMetrics().averageCharWidth() * 100;
    d->columns->setDirection(narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

} // namespace ohm::widgets
