// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/dataset/graphset.h"
#include "core/generate/tunable.h"
#include "core/sim/simulator.h"

#include <cstdint>
#include <filesystem>
#include <map>

namespace ohm::generate {

/// What to simulate of a circuit: each sample draws every chosen knob from its range.
struct Study {
    std::shared_ptr<const TunableCircuit> circuit;
    std::vector<Knob> varied; ///< names of the circuit's knobs with the ranges to draw from
    std::size_t count = 100;
    std::uint64_t seed = 0;
    /// Node voltages are always labels; each entry adds a graph label by its name: the body of a
    /// `.meas` card, e.g. "ac max vm(net6)". Its first word says the analysis, which must be among
    /// `analyses` (op needs none).
    std::map<std::string, std::string> measurements;
    std::vector<sim::Analysis> analyses;
};

struct StudyResult {
    dataset::GraphSet set;                       ///< raw features, natural schema of the circuit
    std::map<std::string, std::size_t> failures; ///< reason (SIM-004 ...) to count
    std::map<std::string, std::string> examples; ///< reason to what the first such sample said
    double samplesPerSecond = 0;
    std::size_t resumed = 0; ///< samples taken from the journal
    bool direct = false;     ///< solved without the simulator
};

/// Simulates the samples on the pool; linear resistive circuits are solved directly. Sample i
/// depends on (seed, i) alone. With `journal` the results are appended to that file as they come:
/// after a kill the same call goes on where it was, nothing lost or counted twice. The journal
/// stays when all is done; remove it once the set is safely written. Errors: GEN-010 nothing to
/// vary, GEN-011 every sample failed (detail: reasons), GEN-012 stopped, GEN-013 the journal
/// belongs to another study, GEN-015 a knob is not of the circuit or has no range, GEN-018 a
/// measurement's name is no name, SIM-020 devices without definition, SIM-001 and SIM-009 to
/// SIM-012 (no sample could succeed), BASE-010.
Expected<StudyResult> runStudy(sim::SimulatorPool& pool, const Study& study,
                               const std::filesystem::path& journal = {}, StopToken stop = {},
                               ProgressSink& progress = noProgress());

} // namespace ohm::generate
