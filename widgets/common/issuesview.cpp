// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/issuesview.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QStackedLayout>
#include <QToolButton>
#include <QTreeView>

namespace ohm::widgets {
namespace {

class IssuesFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    std::array<bool, 3> shown{true, true, true};
    QString text;

    void refresh() { invalidateFilter(); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex&) const override {
        const auto* issues = static_cast<const IssuesModel*>(sourceModel());
        const Diagnostic& d = issues->diagnostics()[static_cast<std::size_t>(row)];
        if (!shown[static_cast<std::size_t>(d.severity)])
            return false;
        if (text.isEmpty())
            return true;
        for (const std::string* field : {&d.text, &d.code, &d.file, &d.object}) {
            if (QString::fromStdString(*field).contains(text, Qt::CaseInsensitive))
                return true;
        }
        return false;
    }
};

constexpr std::array kIconNames{"note", "warning", "error"};
constexpr std::array kSemantics{Semantic::Note, Semantic::Warning, Semantic::Error};

} // namespace

class IssuesView::Private {
public:
    IssuesModel* model = nullptr;
    IssuesFilter* filter = nullptr;
    QTreeView* tree = nullptr;
    QLineEdit* search = nullptr;
    QLabel* empty = nullptr;
    QStackedLayout* stack = nullptr;
    std::array<QToolButton*, 3> badges{};

    void showEmptyState() {
        const bool any = filter->rowCount() > 0;
        empty->setText(model->rowCount() == 0 ? IssuesView::tr("No issues found")
                                              : IssuesView::tr("No issue matches the filter"));
        stack->setCurrentIndex(any ? 0 : 1);
    }
    void recolour() {
        const bool dark = isDark(QGuiApplication::palette());
        for (std::size_t i = 0; i < badges.size(); ++i)
            badges[i]->setIcon(colouredIcon(QString::fromLatin1(kIconNames[i]),
                                            semanticColour(kSemantics[i], dark)));
    }
    QString selectionAsText() const {
        QStringList lines;
        auto rows = tree->selectionModel()->selectedRows();
        std::sort(rows.begin(), rows.end());
        for (const QModelIndex& row : std::as_const(rows)) {
            const int source = filter->mapToSource(row).row();
            lines += QString::fromStdString(
                toString(model->diagnostics()[static_cast<std::size_t>(source)]));
        }
        return lines.join(QLatin1Char('\n'));
    }
};

IssuesView::IssuesView(QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>()) {
    d->model = new IssuesModel(this);
    d->filter = new IssuesFilter(this);
    d->filter->setSourceModel(d->model);
    d->filter->setSortRole(IssuesModel::SortRole);
    d->search = new QLineEdit(this);
    d->search->setPlaceholderText(tr("Filter"));
    d->search->setAccessibleName(tr("Filter issues"));
    d->search->setClearButtonEnabled(true);
    d->search->addAction(themedIcon(QStringLiteral("filter")), QLineEdit::LeadingPosition);

    auto* bar = new QHBoxLayout;
    for (const Severity severity : {Severity::Error, Severity::Warning, Severity::Note}) {
        const auto i = static_cast<std::size_t>(severity);
        auto* badge = new QToolButton(this);
        badge->setCheckable(true);
        badge->setChecked(true);
        badge->setAutoRaise(true);
        badge->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        badge->setText(QStringLiteral("0"));
        connect(badge, &QToolButton::toggled, this, [this, severity](bool on) {
            d->filter->shown[static_cast<std::size_t>(severity)] = on;
            d->filter->refresh();
            d->showEmptyState();
        });
        d->badges[i] = badge;
        bar->addWidget(badge);
    }
    bar->addWidget(d->search, 1);

    d->tree = new QTreeView(this);
    d->tree->setModel(d->filter);
    d->tree->setRootIsDecorated(false);
    d->tree->setUniformRowHeights(true);
    d->tree->setAlternatingRowColors(true);
    d->tree->setSortingEnabled(true);
    d->tree->sortByColumn(-1, Qt::AscendingOrder); // the order of the file until the user sorts
    d->tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    d->tree->setFrameShape(QFrame::NoFrame);
    d->tree->setTextElideMode(Qt::ElideRight);
    d->tree->setAccessibleName(tr("Issues"));
    d->tree->setAccessibleDescription(tr("Return jumps to the place of an issue"));
    QHeaderView* header = d->tree->header();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(IssuesModel::TextColumn, QHeaderView::Stretch);
    const int em = fontMetrics().averageCharWidth();
    header->resizeSection(IssuesModel::SeverityColumn, em * 12);
    header->resizeSection(IssuesModel::PlaceColumn, em * 22);
    header->resizeSection(IssuesModel::CodeColumn, em * 11);

    d->empty = new QLabel(this);
    d->empty->setAlignment(Qt::AlignCenter);
    d->empty->setEnabled(false);
    auto* pages = new QWidget(this);
    d->stack = new QStackedLayout(pages);
    d->stack->addWidget(d->tree);
    d->stack->addWidget(d->empty);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(2);
    column->addLayout(bar);
    column->addWidget(pages, 1);

    auto* copy = new QAction(themedIcon(QStringLiteral("copy")), tr("Copy"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(d->selectionAsText()); });
    d->tree->addAction(copy);
    d->tree->setContextMenuPolicy(Qt::ActionsContextMenu);

    connect(d->search, &QLineEdit::textChanged, this, [this](const QString& text) {
        d->filter->text = text;
        d->filter->refresh();
        d->showEmptyState();
    });
    connect(d->tree, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const int row = d->filter->mapToSource(index).row();
        emit activated(d->model->diagnostics()[static_cast<std::size_t>(row)]);
    });
    connect(&Theme::instance(), &Theme::changed, this, [this] { d->recolour(); });
    d->recolour();
    setFocusProxy(d->search); // the list hides where there is nothing: Tab would end there
    setDiagnostics({});
}

IssuesView::~IssuesView() = default;

void IssuesView::setDiagnostics(const Diagnostics& diagnostics) {
    d->model->setDiagnostics(diagnostics);
    const auto counts = d->model->counts();
    const std::array names{counts[0] == 1 ? tr("1 note") : tr("%1 notes").arg(counts[0]),
                           counts[1] == 1 ? tr("1 warning") : tr("%1 warnings").arg(counts[1]),
                           counts[2] == 1 ? tr("1 error") : tr("%1 errors").arg(counts[2])};
    for (std::size_t i = 0; i < counts.size(); ++i) {
        d->badges[i]->setText(QString::number(counts[i]));
        d->badges[i]->setAccessibleName(names[i]);
        d->badges[i]->setToolTip(tr("Show or hide: %1").arg(names[i]));
    }
    d->showEmptyState();
    emit countsChanged(counts[2], counts[1], counts[0]);
}

IssuesModel* IssuesView::model() const {
    return d->model;
}

int IssuesView::visibleCount() const {
    return d->filter->rowCount();
}

void IssuesView::setFilterText(const QString& text) {
    d->search->setText(text);
}

void IssuesView::setSeverityVisible(Severity severity, bool visible) {
    d->badges[static_cast<std::size_t>(severity)]->setChecked(visible);
}

} // namespace ohm::widgets
