// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingsetuppane.h"

#include "ui/pages/pageparts.h"
#include "widgets/common/icons.h"

#include <QApplication>
#include <QBoxLayout>
#include <QComboBox>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QShortcut>
#include <QStyledItemDelegate>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostFindings = 3;

/// Offers a cell's choices in a box that also takes typed text.
class SetupDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override {
        const QVariant choices = index.data(SetupTable::kChoicesRole);
        if (!choices.isValid())
            return QStyledItemDelegate::createEditor(parent, option, index);
        auto* box = new QComboBox(parent);
        box->setEditable(true);
        box->setInsertPolicy(QComboBox::NoInsert);
        box->addItems(choices.toStringList());
        box->setFrame(false);
        connect(box, &QComboBox::activated, this, [this, box] {
            auto* self = const_cast<SetupDelegate*>(this);
            emit self->commitData(box);
            emit self->closeEditor(box);
        });
        return box;
    }
    void setEditorData(QWidget* editor, const QModelIndex& index) const override {
        if (auto* box = qobject_cast<QComboBox*>(editor))
            box->setCurrentText(index.data(Qt::EditRole).toString());
        else
            QStyledItemDelegate::setEditorData(editor, index);
    }
    void setModelData(QWidget* editor, QAbstractItemModel* model,
                      const QModelIndex& index) const override {
        if (auto* box = qobject_cast<QComboBox*>(editor))
            model->setData(index, box->currentText(), Qt::EditRole);
        else
            QStyledItemDelegate::setModelData(editor, model, index);
    }
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override {
        QStyledItemDelegate::updateEditorGeometry(editor, option, index);
        if (qobject_cast<QComboBox*>(editor)) // a narrow column does not make it unreadable
            editor->resize(std::max(editor->width(), editor->sizeHint().width()), editor->height());
    }
};

QToolButton* button(const QString& icon, const QString& tip) {
    auto* made = new QToolButton;
    made->setIcon(widgets::themedIcon(icon));
    made->setToolTip(tip);
    made->setAccessibleName(tip.section(u" ("_s, 0, 0));
    made->setAutoRaise(true);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

QString titleOf(SetupKind kind) {
    switch (kind) {
    case SetupKind::Parameters:
        return SizingSetupPane::tr("Parameters");
    case SetupKind::Specs:
        return SizingSetupPane::tr("Specs");
    case SetupKind::Measurements:
        return SizingSetupPane::tr("Measures");
    case SetupKind::Benches:
        return SizingSetupPane::tr("Benches");
    case SetupKind::Corners:
        return SizingSetupPane::tr("Corners");
    case SetupKind::Scatter:
        break;
    }
    return SizingSetupPane::tr("Scatter");
}

} // namespace

SizingSetupPane::SizingSetupPane(SizingSetup& setup, QWidget* parent)
    : QWidget(parent)
    , m_setup(setup)
    , m_tabs(new QTabWidget)
    , m_findings(new QLabel)
    , m_add(button({}, tr("Add a row (Insert)")))
    , m_duplicate(button({}, tr("Duplicate the row (Ctrl+D)")))
    , m_remove(button({}, tr("Remove the row (Delete)")))
    , m_undo(button(u"undo"_s, tr("Undo (Ctrl+Z)")))
    , m_redo(button(u"redo"_s, tr("Redo (Ctrl+Shift+Z)")))
    , m_save(button(u"save"_s, tr("Save to project.yaml (Ctrl+S)")))
    , m_measure(
          button(u"simulate"_s, tr("Measure the circuit as drawn; the Specs table shows it"))) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(2);
    m_add->setText(tr("Add"));
    m_duplicate->setText(tr("Duplicate"));
    m_remove->setText(tr("Remove"));
    for (QToolButton* b : {m_add, m_duplicate, m_remove, m_undo, m_redo})
        bar->addWidget(b);
    bar->addStretch(1);
    m_measure->setText(tr("Measure"));
    m_measure->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->addWidget(m_measure);
    bar->addWidget(m_save);
    layout->addLayout(bar);
    m_tabs->setDocumentMode(true);
    m_tabs->setUsesScrollButtons(true);
    for (int k = 0; k < kSetupKinds; ++k) {
        const auto kind = static_cast<SetupKind>(k);
        auto* model = new SetupTable(setup, kind, this);
        auto* table = new QTableView;
        styleTable(table, titleOf(kind));
        table->setSelectionMode(QAbstractItemView::SingleSelection);
        table->setSelectionBehavior(QAbstractItemView::SelectItems);
        table->setEditTriggers(QAbstractItemView::DoubleClicked |
                               QAbstractItemView::EditKeyPressed |
                               QAbstractItemView::AnyKeyPressed);
        table->setItemDelegate(new SetupDelegate(table));
        table->setModel(model);
        table->horizontalHeader()->setMinimumSectionSize(fontMetrics().averageCharWidth() * 5);
        m_models[static_cast<std::size_t>(k)] = model;
        m_tables[static_cast<std::size_t>(k)] = table;
        m_tabs->addTab(table, titleOf(kind));
        connect(table->selectionModel(), &QItemSelectionModel::currentChanged, this,
                &SizingSetupPane::showState);
        const auto fit = [table] { table->resizeColumnsToContents(); };
        connect(model, &QAbstractItemModel::modelReset, table, fit);
        connect(model, &QAbstractItemModel::rowsInserted, table, fit);
        const auto key = [&](const QKeySequence& keys, auto act) {
            auto* shortcut = new QShortcut(keys, table, nullptr, nullptr, Qt::WidgetShortcut);
            connect(shortcut, &QShortcut::activated, this, act);
        };
        key(QKeySequence(Qt::Key_Insert), [this] { m_add->click(); });
        key(QKeySequence(u"Ctrl+D"_s), [this] { m_duplicate->click(); });
        key(QKeySequence::Delete, [this] { m_remove->click(); });
    }
    layout->addWidget(m_tabs, 1);
    m_findings->setWordWrap(true);
    m_findings->setTextFormat(Qt::RichText);
    m_findings->setTextInteractionFlags(Qt::LinksAccessibleByKeyboard | Qt::LinksAccessibleByMouse);
    m_findings->setAccessibleName(tr("What is wrong with the set-up"));
    layout->addWidget(m_findings);

    connect(m_add, &QToolButton::clicked, this, [this] {
        commit();
        select(m_setup.add(kind(), row() < 0 ? -1 : row() + 1));
    });
    connect(m_duplicate, &QToolButton::clicked, this, [this] {
        commit();
        if (row() >= 0)
            select(m_setup.duplicate(kind(), row()));
    });
    connect(m_remove, &QToolButton::clicked, this, [this] {
        if (row() >= 0)
            m_setup.remove(kind(), row());
    });
    connect(m_undo, &QToolButton::clicked, &m_setup, &SizingSetup::undo);
    connect(m_redo, &QToolButton::clicked, &m_setup, &SizingSetup::redo);
    connect(m_save, &QToolButton::clicked, this, &SizingSetupPane::saveRequested);
    connect(m_measure, &QToolButton::clicked, this, [this] {
        commit();
        emit measureRequested();
    });
    connect(m_tabs, &QTabWidget::currentChanged, this, &SizingSetupPane::showState);
    connect(&setup, &SizingSetup::checked, this, [this] {
        showFindings();
        showState();
    });
    connect(&setup, &SizingSetup::modifiedChanged, this, &SizingSetupPane::showState);
    connect(m_findings, &QLabel::linkActivated, this, &SizingSetupPane::goTo);
    showFindings();
    showState();
}

void SizingSetupPane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) { // rich text keeps the colour of its links
        m_findings->clear();
        showFindings();
    }
}

SetupKind SizingSetupPane::kind() const {
    return static_cast<SetupKind>(std::max(0, m_tabs->currentIndex()));
}

int SizingSetupPane::row() const {
    return table(kind())->currentIndex().row();
}

void SizingSetupPane::select(int row) {
    QTableView* view = table(kind());
    view->setCurrentIndex(view->model()->index(row, 0));
    view->setFocus();
}

void SizingSetupPane::commit() {
    // A cell being edited gives its value when it loses the focus.
    QTableView* view = table(kind());
    const QWidget* focus = QApplication::focusWidget();
    if (focus && focus != view && view->isAncestorOf(focus))
        view->setFocus();
}

void SizingSetupPane::setRunning(bool running) {
    m_running = running;
    for (SetupTable* model : m_models)
        model->setLocked(running);
    m_setup.setLocked(running);
    showState();
}

void SizingSetupPane::setMeasuring(bool measuring) {
    m_measuring = measuring;
    showState();
}

void SizingSetupPane::showState() {
    const bool open = m_setup.isOpen();
    m_tabs->setEnabled(open);
    m_add->setEnabled(open && !m_running);
    m_duplicate->setEnabled(open && !m_running && row() >= 0);
    m_remove->setEnabled(open && !m_running && row() >= 0);
    const QUndoStack* undo = m_setup.undoStack();
    m_undo->setEnabled(m_setup.canUndo());
    m_redo->setEnabled(m_setup.canRedo());
    m_undo->setToolTip(undo->canUndo() ? tr("Undo: %1 (Ctrl+Z)").arg(undo->undoText())
                                       : tr("Undo (Ctrl+Z)"));
    m_redo->setToolTip(undo->canRedo() ? tr("Redo: %1 (Ctrl+Shift+Z)").arg(undo->redoText())
                                       : tr("Redo (Ctrl+Shift+Z)"));
    m_save->setEnabled(m_setup.isModified());
    m_measure->setEnabled(m_setup.problem().has_value() && !m_measuring);
}

void SizingSetupPane::showFindings() {
    QStringList lines;
    const auto& issues = m_setup.issues();
    for (int k = 0; k < kSetupKinds; ++k) {
        const auto kind = static_cast<SetupKind>(k);
        const auto count = std::count_if(issues.begin(), issues.end(),
                                         [kind](const SetupIssue& i) { return i.kind == kind; });
        m_tabs->setTabIcon(k, count > 0 ? widgets::themedIcon(u"error"_s) : QIcon());
    }
    for (int i = 0; i < issues.size() && i < kMostFindings; ++i) {
        const SetupIssue& issue = issues[i];
        QString place = titleOf(issue.kind);
        if (issue.row >= 0) {
            const QString name = m_setup.text(issue.kind, issue.row, {});
            place += u", "_s + (name.isEmpty() ? tr("row %1").arg(issue.row + 1) : name);
        }
        lines << u"<a href=\"%1\">%2</a>: %3"_s.arg(QString::number(i), place.toHtmlEscaped(),
                                                    issue.text.toHtmlEscaped());
    }
    if (issues.size() > kMostFindings)
        lines << tr("%n more", nullptr, static_cast<int>(issues.size()) - kMostFindings);
    if (lines.isEmpty() && m_setup.isOpen() && m_setup.error()) {
        QString text = QString::fromStdString(m_setup.error()->text);
        if (!m_setup.error()->detail.empty())
            text += u": "_s + QString::fromStdString(m_setup.error()->detail);
        lines << (text + u". "_s + QString::fromStdString(m_setup.error()->hint)).toHtmlEscaped();
    }
    m_findings->setText(lines.join(u"<br>"_s));
    m_findings->setVisible(!lines.isEmpty());
}

void SizingSetupPane::goTo(const QString& link) {
    const int i = link.toInt();
    if (i < 0 || i >= m_setup.issues().size())
        return;
    const SetupIssue issue = m_setup.issues()[i];
    m_tabs->setCurrentIndex(static_cast<int>(issue.kind));
    QTableView* view = table(issue.kind);
    const int column = std::max(0, model(issue.kind)->columnOf(issue.field));
    const QModelIndex at = view->model()->index(std::max(0, issue.row), column);
    view->setCurrentIndex(at);
    view->scrollTo(at);
    view->setFocus();
}

} // namespace ohm::ui
