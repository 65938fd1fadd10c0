// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/emptyhint.h"

#include <QAbstractItemView>
#include <QLabel>
#include <QVBoxLayout>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

void setEmptyHint(QAbstractItemView* view, const QString& text) {
    const QString name = u"emptyHint"_s;
    if (auto* former = view->viewport()->findChild<QLabel*>(name)) {
        former->setText(text);
        return;
    }
    auto* label = new QLabel(text, view->viewport());
    label->setObjectName(name);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    label->setMargin(8);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* layout = new QVBoxLayout(view->viewport());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(label);
    const QAbstractItemModel* model = view->model();
    const auto show = [view, label, model] {
        const bool empty = model->rowCount() == 0;
        label->setVisible(empty);
        view->setAccessibleDescription(empty ? label->text() : QString());
    };
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        QObject::connect(model, signal, label, show);
    QObject::connect(model, &QAbstractItemModel::modelReset, label, show);
    show();
}

} // namespace ohm::widgets
