// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/commands.h"
#include "ui/services/jobservice.h"
#include "ui/services/selectionhub.h"
#include "ui/services/settings.h"
#include "ui/session/circuitsession.h"
#include "ui/session/couplingdisplay.h"
#include "ui/session/datasets.h"
#include "ui/session/finetuning.h"
#include "ui/session/graphnavigator.h"
#include "ui/session/prediction.h"
#include "ui/session/samplelink.h"
#include "ui/session/simulation.h"
#include "ui/session/trainings.h"
#include "ui/session/voltagedisplay.h"
#include "ui/session/whatif.h"
#include "ui/window/mainwindow.h"

namespace ohm::ui {

/// The services of one window, in the order they lean on each other; the jobs go last.
struct MainWindow::Services {
    Services(const QString& settingsFile, Learning learning)
        : settings(settingsFile)
        , commands(&settings)
        , session(jobs, hub)
        , simulation(jobs, settings)
        , navigator(jobs)
        , prediction(jobs, settings, std::move(learning))
        , voltages(simulation, prediction, settings)
        , whatIf(jobs, session, simulation, prediction, voltages)
        , finetuning(jobs, session, simulation, prediction)
        , couplings(session, hub)
        , datasets(jobs)
        , samples(session, hub)
        , trainings(jobs) {}

    Settings settings;
    JobService jobs;
    SelectionHub hub;
    Commands commands;
    CircuitSession session;
    Simulation simulation;
    GraphNavigator navigator;
    Prediction prediction;
    VoltageDisplay voltages;
    WhatIf whatIf;
    Finetuning finetuning;
    CouplingDisplay couplings;
    Datasets datasets;
    SampleLink samples;
    Trainings trainings;
};

} // namespace ohm::ui
