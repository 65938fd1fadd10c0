// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace ohm::ui {

/// What the command line asked for. A plain value.
struct LaunchOptions {
    enum class Action { Window, Help, Version, Tour, Report, UsageError } action = Action::Window;
    QString error;      ///< of UsageError, one sentence
    QStringList files;  ///< to open, as given
    QString tourFolder; ///< where the tour's pictures go
    QString reportFolder;
    QString reportTitle;     ///< empty: the runs' names
    QStringList reportViews; ///< empty: all that the runs can give
    bool newWindow = false;  ///< do not hand over to a running window
};

/// Needs no application object and no display.
LaunchOptions parseArguments(const QStringList& arguments);
QString helpText();

/// Runs the workbench; returns the exit code (0 ok, 1 failed, 2 usage). Help and version need no
/// display; the tour makes do with the offscreen platform.
int runWorkbench(int argc, char** argv);

} // namespace ohm::ui
