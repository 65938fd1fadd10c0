// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/parasiticwork.h"

#include <QWidget>

class QTabWidget;

namespace ohm::widgets {
class MessageBar;
}

namespace ohm::ui {

class AccuracyPane;
class CouplingDisplay;
class DesignsPane;
class EncoderPane;
class EstimatePane;
class SelectionHub;
class VoltageDisplay;

/// Layout parasitics before layout: estimates for the open circuit, designs with extractions, and
/// how well networks do on them. Thread: GUI.
class ParasiticsPage : public QWidget {
    Q_OBJECT
public:
    ParasiticsPage(JobService& jobs, CircuitSession& session, SelectionHub& hub,
                   VoltageDisplay& display, CouplingDisplay& couplings, QWidget* parent = nullptr);

    ParasiticWork& work() { return m_work; }
    EstimatePane* estimatePane() const { return m_estimate; }
    DesignsPane* designsPane() const { return m_designs; }
    AccuracyPane* accuracyPane() const { return m_accuracy; }
    EncoderPane* encoderPane() const { return m_encoder; }
    QTabWidget* tabs() const { return m_tabs; }
    widgets::MessageBar* bar() const { return m_bar; }

signals:
    void circuitRequested(); ///< the schematic is to be shown

private:
    ParasiticWork m_work;
    widgets::MessageBar* m_bar;
    EstimatePane* m_estimate;
    DesignsPane* m_designs;
    AccuracyPane* m_accuracy;
    EncoderPane* m_encoder;
    QTabWidget* m_tabs;
};

} // namespace ohm::ui
