// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/parasiticspage.h"

#include "ui/pages/accuracypane.h"
#include "ui/pages/designspane.h"
#include "ui/pages/encoderpane.h"
#include "ui/pages/estimatepane.h"
#include "ui/services/text.h"
#include "widgets/common/messagebar.h"

#include <QBoxLayout>
#include <QTabWidget>

namespace ohm::ui {

using namespace Qt::StringLiterals;

ParasiticsPage::ParasiticsPage(JobService& jobs, CircuitSession& session, SelectionHub& hub,
                               VoltageDisplay& display, CouplingDisplay& couplings, QWidget* parent)
    : QWidget(parent)
    , m_work(jobs, session)
    , m_bar(new widgets::MessageBar(this))
    , m_estimate(new EstimatePane(m_work, session, hub, display, couplings, this))
    , m_designs(new DesignsPane(m_work, this))
    , m_accuracy(new AccuracyPane(m_work, this))
    , m_encoder(new EncoderPane(m_work, this))
    , m_tabs(new QTabWidget(this)) {
    setObjectName(u"parasiticsPage"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->setMinimumWidth(fontMetrics().averageCharWidth() * 100); // tables can shrink
    m_tabs->addTab(m_estimate, tr("Open circuit"));
    m_tabs->addTab(m_designs, tr("Designs with extractions"));
    m_tabs->addTab(m_accuracy, tr("Train and check"));
    m_tabs->addTab(m_encoder, tr("Embedding"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(m_tabs, 1);
    connect(&m_work, &ParasiticWork::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_work, &ParasiticWork::stateChanged, this, [this] {
        if (m_work.isRunning(ParasiticWork::Task::Estimate) ||
            m_work.isRunning(ParasiticWork::Task::Train))
            m_bar->dismiss();
    });
    connect(&m_work, &ParasiticWork::replaced, this, [this](const QStringList& names) {
        m_bar->showMessage(widgets::MessageBar::Kind::Note,
                           tr("Replaced designs of the same name: %1").arg(names.join(u", "_s)));
        m_bar->setAction(tr("Undo"), u"undo"_s);
    });
    connect(m_bar, &widgets::MessageBar::actionTriggered, this, [this] {
        m_work.undoImport(); // the only action
        m_bar->dismiss();
    });
    connect(&m_work, &ParasiticWork::designsChanged, this,
            [this] { m_bar->dismiss(); }); // what it tells of is over
    connect(&m_work, &ParasiticWork::trained, this, [this](const QString& model) {
        m_bar->showMessage(widgets::MessageBar::Kind::Success,
                           tr("The network is trained and kept in %1").arg(model));
    });
    connect(m_estimate, &EstimatePane::circuitRequested, this, &ParasiticsPage::circuitRequested);
    connect(m_estimate, &EstimatePane::told, this, [this](const QString& text) {
        m_bar->showMessage(widgets::MessageBar::Kind::Success, text);
    });
    const auto tell = [this](const Error& error) { m_bar->showError(error); };
    connect(m_estimate, &EstimatePane::failed, this, tell);
    connect(m_encoder, &EncoderPane::failed, this, tell);
}

} // namespace ohm::ui
