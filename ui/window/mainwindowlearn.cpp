// SPDX-License-Identifier: GPL-3.0-or-later
// Predicting in the window: its panels, commands and messages.
#include "ui/docks/predictdock.h"
#include "ui/docks/whatifdock.h"
#include "ui/pages/estimatepane.h"
#include "ui/pages/optimizepage.h"
#include "ui/pages/parasiticspage.h"
#include "ui/pages/runspage.h"
#include "ui/services/text.h"
#include "ui/session/describe.h"
#include "ui/window/mainwindow.h"
#include "ui/window/services.h"
#include "ui/window/workspacepage.h"
#include "widgets/common/noticebar.h"
#include "widgets/common/palette.h"
#include "widgets/common/theme.h"

#include <QActionGroup>
#include <QDockWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>

namespace ohm::ui {

using namespace Qt::StringLiterals;

void MainWindow::buildLearnDocks() {
    m_predict = new PredictDock(*m_bench, this);
    QDockWidget* predict =
        addDock(u"predictDock"_s, tr("Predict"), m_predict, Qt::RightDockWidgetArea);
    auto* inspector = findChild<QDockWidget*>(u"inspectorDock"_s);
    tabifyDockWidget(inspector, predict);
    m_whatIf = new WhatIfDock(*m_bench, this);
    QDockWidget* whatIf =
        addDock(u"whatIfDock"_s, tr("What if"), m_whatIf, Qt::RightDockWidgetArea);
    tabifyDockWidget(predict, whatIf);
    inspector->raise();
    connect(whatIf, &QDockWidget::visibilityChanged, m_whatIf, &WhatIfDock::setShown);
    connect(m_predict, &PredictDock::finetuneRequested, this,
            [this] { m_workspace->showFinetune(); });
    connect(m_predict, &PredictDock::whatIfRequested, this, [this] { showDock(u"whatIfDock"_s); });
    connect(m_predict, &PredictDock::simulateRequested, this, [this] { simulate(false); });
}

void MainWindow::registerLearnCommands() {
    Commands& c = m_bench->commands;
    const QString group = tr("Predict");
    c.add({u"predict.run"_s,
           tr("&Predict voltages"),
           u"predict"_s,
           {QKeySequence(u"F6"_s)},
           tr("Lets a network predict the voltages of all nets and shows them beside the simulated "
              "ones."),
           group},
          [this] {
              m_workspace->bar()->dismiss();
              m_bench->prediction.run();
          });
    c.add({u"predict.stop"_s,
           tr("S&top predicting"),
           u"stop"_s,
           {QKeySequence(u"Shift+F6"_s)},
           tr("Stops the running prediction."),
           group},
          [this] { m_bench->prediction.stop(); });
    auto* modes = new QActionGroup(this);
    const std::tuple<QString, QString, QString, QString, Settings::Voltages> shows[] = {
        {u"predict.showSimulated"_s, tr("Voltages: &simulated"), u"Ctrl+4"_s,
         tr("Shows what the simulator found."), Settings::Voltages::Simulated},
        {u"predict.showPredicted"_s, tr("Voltages: p&redicted"), u"Ctrl+5"_s,
         tr("Shows what the network predicts."), Settings::Voltages::Predicted},
        {u"predict.showBoth"_s, tr("Voltages: &both"), u"Ctrl+6"_s,
         tr("Shows simulated and predicted voltages side by side."), Settings::Voltages::Both},
        {u"predict.showError"_s, tr("Voltages: &error"), u"Ctrl+7"_s,
         tr("Shows predicted minus simulated, coloured by size."), Settings::Voltages::Error}};
    for (const auto& [id, text, keys, help, mode] : shows) {
        QAction* action = c.addToggle(
            {id, text, {}, {QKeySequence(keys)}, help, group}, [this, mode = mode](bool on) {
                if (!on)
                    return;
                m_bench->settings.setVoltages(mode);
                m_bench->commands.action(u"sim.voltages"_s)->setChecked(true);
                m_bench->settings.setShowVoltages(true);
            });
        modes->addAction(action);
        action->setChecked(m_bench->settings.voltages() == mode);
    }
    const auto showCouplingsAction = [this] {
        QAction* couplings = m_bench->commands.action(u"predict.couplings"_s);
        const QSignalBlocker quiet(couplings);
        couplings->setChecked(m_bench->couplings.isOn());
    };
    QAction* couplings = c.addToggle(
        {u"predict.couplings"_s,
         tr("Estimated &couplings"),
         u"capacitor"_s,
         {QKeySequence(u"Ctrl+8"_s)},
         tr("Draws the couplings that the layout will have on schematic and graph; estimates them "
            "first where that is still to do."),
         group},
        [this, showCouplingsAction](bool on) {
            const auto estimating = [this] {
                return m_parasitics->work().isRunning(ParasiticWork::Task::Estimate);
            };
            if (on && !m_bench->couplings.index() && !estimating()) {
                m_parasitics->estimatePane()->estimateButton()->click();
                on = estimating(); // not while it measures
            }
            m_bench->couplings.setOn(on);
            showCouplingsAction();
        });
    connect(&m_bench->couplings, &CouplingDisplay::changed, couplings, showCouplingsAction);
    c.add({u"edit.undo"_s, tr("&Undo"), u"undo"_s, QKeySequence::keyBindings(QKeySequence::Undo),
           tr("Turns the last knob back, or brings back removed runs."), tr("Edit")},
          [this] {
              if (page() == Page::Runs)
                  m_runs->restore();
              else if (page() == Page::Optimize)
                  m_optimize->setup().undo();
              else
                  m_bench->whatIf.undoStack()->undo();
          });
    c.add({u"edit.redo"_s, tr("&Redo"), u"redo"_s, QKeySequence::keyBindings(QKeySequence::Redo),
           tr("Turns it again."), tr("Edit")},
          [this] {
              if (page() == Page::Optimize)
                  m_optimize->setup().redo();
              else
                  m_bench->whatIf.undoStack()->redo();
          });
    c.add({u"predict.finetune"_s,
           tr("&Finetune\u2026"),
           u"finetune"_s,
           {QKeySequence(u"Ctrl+F6"_s)},
           tr("Corrects the network with a few simulations of this circuit."),
           group},
          [this] { m_workspace->showFinetune(); });
    c.add({u"predict.whatIf"_s,
           tr("&What if\u2026"),
           u"whatif"_s,
           {QKeySequence(u"Ctrl+Shift+F6"_s)},
           tr("Turns the circuit's knobs; the prediction follows."),
           group},
          [this] { showDock(u"whatIfDock"_s); });
    c.add({u"predict.refresh"_s,
           tr("Look for &models again"),
           u"reload"_s,
           {},
           tr("Lists the shipped models and your own anew."),
           group},
          [this] { m_bench->prediction.refreshModels(); });
}

void MainWindow::connectLearning() {
    connect(&m_parasitics->work(), &ParasiticWork::stateChanged, this, [this] {
        if (!m_bench->couplings.index() &&
            !m_parasitics->work().isRunning(ParasiticWork::Task::Estimate))
            m_bench->couplings.setOn(false); // the estimate failed or was stopped
    });
    Prediction& prediction = m_bench->prediction;
    connect(&prediction, &Prediction::runningChanged, this, &MainWindow::updateEnabled);
    connect(&prediction, &Prediction::failed, this, [this](const Error& error) {
        if (error.code == "UI-021")
            showDock(u"predictDock"_s);
        m_workspace->showError(error, tr("Try again"), [this] { m_bench->prediction.run(); });
    });
    QUndoStack* undo = m_bench->whatIf.undoStack();
    const auto showUndo = [this, undo] {
        QAction* back = m_bench->commands.action(u"edit.undo"_s);
        QAction* again = m_bench->commands.action(u"edit.redo"_s);
        if (page() == Page::Runs) {
            back->setEnabled(m_runs->list().canRestore());
            back->setText(tr("&Undo: remove runs"));
            again->setEnabled(false);
            again->setText(tr("&Redo"));
            return;
        }
        if (page() == Page::Optimize) {
            const SizingSetup& setup = m_optimize->setup();
            back->setEnabled(setup.canUndo());
            again->setEnabled(setup.canRedo());
            back->setText(setup.canUndo() ? tr("&Undo: %1").arg(setup.undoStack()->undoText())
                                          : tr("&Undo"));
            again->setText(setup.canRedo() ? tr("&Redo: %1").arg(setup.undoStack()->redoText())
                                           : tr("&Redo"));
            return;
        }
        back->setEnabled(undo->canUndo());
        again->setEnabled(undo->canRedo());
        back->setText(undo->canUndo() ? tr("&Undo: %1").arg(undo->undoText()) : tr("&Undo"));
        again->setText(undo->canRedo() ? tr("&Redo: %1").arg(undo->redoText()) : tr("&Redo"));
    };
    // The stack outlives the pages, and clears itself at its end.
    connect(undo, &QUndoStack::indexChanged, m_pages, showUndo);
    connect(m_pages, &QStackedWidget::currentChanged, this, showUndo);
    connect(m_pages, &QStackedWidget::currentChanged, this, &MainWindow::updateEnabled);
    connect(&m_runs->list(), &RunList::changed, this, showUndo);
    connect(m_optimize, &OptimizePage::undoChanged, this, [this, showUndo] {
        m_bench->commands.action(u"sizing.save"_s)->setEnabled(m_optimize->setup().isModified());
        showUndo();
    });
    m_bench->commands.action(u"sizing.save"_s)->setEnabled(false);
    showUndo();
    const auto tellTheme = [this] { m_bench->voltages.setDark(widgets::isDark(palette())); };
    connect(&widgets::Theme::instance(), &widgets::Theme::changed, this,
            [this](bool dark) { m_bench->voltages.setDark(dark); });
    tellTheme();

    widgets::NoticeBar* notices = m_workspace->notices();
    connect(&m_bench->voltages, &VoltageDisplay::changed, this, [this, notices] {
        QVector<widgets::NoticeBar::Notice> list;
        const PredictionPtr& shown = m_bench->voltages.prediction();
        const netlist::CircuitPtr circuit = m_bench->session.circuit();
        if (shown && circuit) {
            for (const learn::Notice& notice : shown->values.notices) {
                widgets::NoticeBar::Notice made{shownText(notice.text), {}};
                for (const std::string& name : notice.objects) {
                    QString link;
                    if (const auto device = circuit->findDevice(name))
                        link = linkOf({ObjectKind::Device, *device});
                    else if (const auto net = circuit->findNet(name))
                        link = linkOf({ObjectKind::Net, *net});
                    made.objects.push_back({shownText(name), link});
                }
                list.push_back(made);
            }
        }
        const QString summary =
            list.isEmpty() ? QString()
            : list.size() == 1
                ? tr("The prediction may be wrong: %1.").arg(list.first().text)
                : tr("This circuit is unlike what the network was trained on, in %L1 ways. The "
                     "prediction may be wrong.")
                      .arg(list.size());
        notices->setNotices(summary, list);
    });
    connect(notices, &widgets::NoticeBar::linkActivated, this, [this](const QString& link) {
        if (const auto id = objectOf(link))
            m_bench->hub.reveal(*id, SelectionSource::Issues);
    });
}

} // namespace ohm::ui
