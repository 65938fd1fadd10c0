// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/optimize/problem.h"

namespace ohm::optimize {

/// Checks a problem against the circuits of its benches before anything is simulated: every
/// parameter that varies, in the design space, a corner or a scatter, is a .param of a bench; every
/// model, library file, net and source that is named is there. Errors: OPT-005 with the name and
/// where it stands, NET-* a bench that cannot be read. Thread: any.
Expected<void> checkProblem(const Problem& problem);

/// What may surprise about the circuits of the benches and hinders nothing: a block of commands
/// (.control), which sizing leaves out (OPT-050), and what the reader warns of. Nothing for what
/// cannot be read. Thread: any.
Diagnostics benchNotes(const Problem& problem);

} // namespace ohm::optimize
