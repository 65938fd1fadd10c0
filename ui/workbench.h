// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace ohm::ui {

class JobService;
class SelectionHub;
class Settings;
class Commands;
class CircuitSession;
class Simulation;
class GraphNavigator;
class Prediction;
class VoltageDisplay;
class WhatIf;
class Finetuning;
class CouplingDisplay;

/// What every pane and dock of one window shares. Owned by the window; outlives the panes.
struct Workbench {
    JobService& jobs;
    SelectionHub& hub;
    Settings& settings;
    Commands& commands;
    CircuitSession& session;
    Simulation& simulation;
    GraphNavigator& navigator;
    Prediction& prediction;
    VoltageDisplay& voltages;
    WhatIf& whatIf;
    Finetuning& finetuning;
    CouplingDisplay& couplings;
};

} // namespace ohm::ui
