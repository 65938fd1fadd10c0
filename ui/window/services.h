// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/commands.h"
#include "ui/services/jobservice.h"
#include "ui/services/selectionhub.h"
#include "ui/services/settings.h"
#include "ui/session/circuitsession.h"
#include "ui/session/graphnavigator.h"
#include "ui/session/simulation.h"
#include "ui/window/mainwindow.h"

namespace ohm::ui {

/// The services of one window, in the order they lean on each other; the jobs go last.
struct MainWindow::Services {
    explicit Services(const QString& settingsFile)
        : settings(settingsFile)
        , commands(&settings)
        , session(jobs, hub)
        , simulation(jobs, settings)
        , navigator(jobs) {}

    Settings settings;
    JobService jobs;
    SelectionHub hub;
    Commands commands;
    CircuitSession session;
    Simulation simulation;
    GraphNavigator navigator;
};

} // namespace ohm::ui
