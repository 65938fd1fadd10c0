// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/dataset/graphset.h"
#include "core/dataset/random.h"
#include "core/sim/simulator.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace ohm::generate {

/// The two-stage op-amps of Hakhamaneshi et al. (section IV): eight transistors of 0.5 um / 90 nm
/// in a 45 nm process, of which only the multipliers vary.
enum class OpampVariant {
    TwoStage,  ///< 59 nodes, 104 edges; nine stimuli equally likely
    BiasedPmos ///< gates of the load at a bias voltage: 62 nodes, 107 edges; stimulus 7 only, with
               ///< the graph label "gain": ln |V(out)| at 1 Hz
};

/// One draw. Multipliers 1..100, F, ohm, A, V.
struct OpampSample {
    double mp1 = 0, mn1 = 0, mp3 = 0, mn3 = 0, mn4 = 0, mn5 = 0;
    double cc = 0, cl = 0, rz = 0, ibias = 0, vss = 0, vdd = 0, vin1 = 0, vin2 = 0, vbias = 0;
    int stimulus = 1; ///< 1 vdd, 2 vss, 3 ibias, 4 vin1, 5 vin2, 6 both, 7 vin1 inverted, 8 both
                      ///< inverted, 9 vin2 inverted
};
/// Distributions of the published configuration: multipliers on a unit grid over [1, 100] with half
/// weight at the ends, inputs equal with probability one half.
OpampSample drawOpamp(OpampVariant variant, dataset::Random& random);

/// The netlist of a draw, as a deck with the shipped model card.
std::string opampNetlist(OpampVariant variant, const OpampSample& sample);

struct OpampRequest {
    OpampVariant variant = OpampVariant::TwoStage;
    std::size_t count = 1000;
    std::uint64_t seed = 0;
    std::filesystem::path journal; ///< empty: nothing is kept over a kill
};

struct OpampResult {
    dataset::GraphSet
        set; ///< raw analog features, 15 wide; labels: voltages of all nets but ground
    std::map<std::string, std::size_t> failures; ///< by error code
    std::size_t resumed = 0;                     ///< samples taken from the journal
    double seconds = 0;
};

/// Draws and simulates `count` circuits on the pool; sample i depends on (seed, i) alone. A sample
/// that fails is left out and counted. The journal stays when all is done; remove it once the set
/// is safely written. Errors: GEN-011 every sample failed, GEN-012 stopped (the journal keeps what
/// is done), GEN-013, SIM-001, BASE-010. Thread: any; blocks.
Expected<OpampResult> generateOpamps(sim::SimulatorPool& pool, const OpampRequest& request,
                                     StopToken stop = {}, ProgressSink& progress = noProgress());

} // namespace ohm::generate
