// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/reportdata.h"

namespace ohm::ui {

/// Runs the network of a run on what it was tested on: errors, labels, embedding; maps of the
/// designs it was tested on; capacitances. What goes wrong is noted in `missing`. Thread: any.
ReportWork runAgain(const ReportRun& run, bool embed, const StopToken& stop);

} // namespace ohm::ui
