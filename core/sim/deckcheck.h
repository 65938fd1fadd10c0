// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/sim/simulator.h"

#include <string>
#include <string_view>

namespace ohm::sim {

/// Checks a deck and rewrites it as the worker gets it: our own title, no comments, continuations
/// joined, an .end. Only element cards and the cards .model .param .func .subckt .ends .global
/// .options .temp .ic .nodeset .if .elseif .else .endif are accepted; models and options by a list
/// of names that touch no file. Errors: SIM-010 unsafe, with the line. Thread: any.
Expected<std::string> checkedDeck(std::string_view deck);

/// The ngspice command of an analysis: "ac dec 10 1 1000000000". Errors: SIM-011 bad values.
Expected<std::string> analysisCommand(const Analysis& analysis);

/// A vector's name to save, e.g. "@m1[gm]". Errors: SIM-010.
Expected<void> checkVectorName(std::string_view name);

/// A .meas body taken apart: "tran delay trig ...".
struct Measurement {
    Analysis::Kind kind = Analysis::Kind::Tran;
    std::string name;    ///< lower case
    std::string command; ///< "meas tran delay trig ..."
};
/// Errors: SIM-010 unsafe characters, SIM-012 not a measurement.
Expected<Measurement> parseMeasurement(std::string_view body);

} // namespace ohm::sim
