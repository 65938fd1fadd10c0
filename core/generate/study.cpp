// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/study.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/dataset/random.h"
#include "core/generate/journal.h"
#include "core/generate/linear.h"
#include "core/graph/features.h"
#include "core/netlist/writer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace ohm::generate {
namespace {

constexpr std::size_t kChunk = 128; ///< samples between two writes of the journal

double drawValue(const Knob& knob, dataset::Random& random) {
    const double u = random.uniform();
    double value = knob.logarithmic && knob.low > 0 ? knob.low * std::pow(knob.high / knob.low, u)
                                                    : knob.low + (knob.high - knob.low) * u;
    if (knob.step > 0)
        value = knob.low + std::round((value - knob.low) / knob.step) * knob.step;
    return std::clamp(value, knob.low, knob.high);
}

/// Failures that lie in the request or the machine, not in one sample.
bool concernsAll(const std::string& code) {
    return code == "SIM-001" || code == "SIM-009" || code == "SIM-010" || code == "SIM-011" ||
           code == "SIM-012";
}

/// A word that may stand in a `.meas` card and in the list of names of a dataset.
bool isName(const std::string& text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && text.size() <= 64 && letter(text[0]) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string describe(const sim::Analysis& a) {
    return std::to_string(static_cast<int>(a.kind)) + " " + a.source + " " + a.sweep + " " +
           std::to_string(a.points) + " " + formatExact(a.start) + " " + formatExact(a.stop) + " " +
           formatExact(a.step);
}

/// Runs a study: what its samples share.
class Runner {
public:
    Runner(sim::SimulatorPool& pool, const Study& study, StopToken stop, ProgressSink& progress)
        : m_pool(pool)
        , m_study(study)
        , m_stop(std::move(stop))
        , m_progress(progress) {}

    Expected<StudyResult> run(const std::filesystem::path& journal) {
        const auto prepared = prepare();
        if (!prepared)
            return prepared.failure();
        if (!journal.empty()) {
            auto opened = Journal::open(journal, key(), width());
            if (!opened)
                return opened.failure();
            m_journal.emplace(std::move(*opened));
        }
        const auto start = std::chrono::steady_clock::now();
        const auto seconds = [&] {
            return std::max(
                1e-9,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        };
        std::size_t fresh = 0;
        for (std::size_t begin = 0; begin < m_study.count; begin += kChunk) {
            const auto done = chunk(begin, std::min(begin + kChunk, m_study.count));
            if (!done)
                return done.failure();
            fresh += *done;
            const auto end = std::min(begin + kChunk, m_study.count);
            char text[80];
            std::snprintf(text, sizeof(text), "%zu of %zu circuits, %.0f per second", end,
                          m_study.count, static_cast<double>(fresh) / seconds());
            m_progress.report(static_cast<double>(end) / static_cast<double>(m_study.count), text);
        }
        m_result.samplesPerSecond = static_cast<double>(fresh) / seconds();
        return assemble();
    }

private:
    Expected<void> prepare() {
        if (!m_study.circuit || m_study.varied.empty() || m_study.count == 0)
            return fail("GEN-010", "There is nothing to vary", {}, {},
                        "Choose at least one parameter");
        const auto& knobs = m_study.circuit->knobs();
        for (const Knob& knob : m_study.varied) {
            const auto found = std::find_if(knobs.begin(), knobs.end(),
                                            [&](const Knob& k) { return k.name == knob.name; });
            if (found == knobs.end())
                return fail("GEN-015", "The circuit has no such parameter", {}, knob.name);
            if (!(knob.high >= knob.low) || !std::isfinite(knob.low) || !std::isfinite(knob.high))
                return fail("GEN-015", "The range of a parameter makes no sense",
                            formatExact(knob.low) + " to " + formatExact(knob.high), knob.name);
            m_which.push_back(static_cast<std::size_t>(found - knobs.begin()));
        }
        for (const auto& [name, body] : m_study.measurements) {
            if (!isName(name))
                return fail("GEN-018", "This is not a name for a measurement", {}, name,
                            "Use a letter, then letters, digits and underscores");
        }
        const auto& circuit = m_study.circuit->nominal();
        if (circuit->deviceCount() == 0)
            return fail("GEN-010", "The circuit has no devices");
        m_schema = graph::naturalSchema(*circuit);
        const graph::TerminalGraph graph(circuit);
        const auto features = graph::nodeFeatures(graph, m_schema);
        m_columns = features.columns;
        m_mask = features.outputMask;
        for (const std::uint32_t node : graph.edges())
            m_edges.push_back(static_cast<std::int32_t>(node));
        for (std::uint32_t node = 0; node < graph.nodeCount(); ++node) {
            if (m_mask[node])
                m_nets.push_back(graph.netOf(node));
        }
        m_result.direct = m_study.measurements.empty() && isLinear(*circuit);
        return m_result.direct ? Expected<void>{} : complete(*circuit);
    }

    /// A device that is left out of the deck would make every label wrong.
    static Expected<void> complete(const netlist::Circuit& circuit) {
        const auto deck = netlist::writeFlatDeck(circuit);
        std::string missing;
        std::size_t count = 0;
        for (netlist::DeviceId d = 0; d < circuit.deviceCount(); ++d) {
            if (!deck.deviceNames[d].empty())
                continue;
            if (++count <= 8)
                missing += (missing.empty() ? "" : ", ") + circuit.deviceName(d);
        }
        if (count == 0)
            return {};
        return fail("SIM-020", std::to_string(count) + " devices cannot be simulated", missing, {},
                    "Add the folder of their models to the search path");
    }

    std::size_t width() const { return m_nets.size() + m_study.measurements.size(); }

    /// What makes one study another: circuit, knobs with ranges, seed, measurements.
    std::string key() const {
        const auto& circuit = *m_study.circuit->nominal();
        std::string text = netlist::writeFlatDeck(circuit).text + std::to_string(m_study.seed);
        for (const Knob& k : m_study.varied)
            text += "/" + k.name + " " + formatExact(k.low) + " " + formatExact(k.high) + " " +
                    formatExact(k.step) + (k.logarithmic ? " log" : "");
        for (const auto& [name, body] : m_study.measurements)
            text += "/" + name + "=" + body;
        for (const auto& analysis : m_study.analyses)
            text += "/" + describe(analysis);
        return text;
    }

    Expected<netlist::CircuitPtr> sample(std::size_t index) const {
        dataset::Random random(m_study.seed, index);
        std::vector<double> values;
        for (const Knob& knob : m_study.varied)
            values.push_back(drawValue(knob, random));
        return m_study.circuit->at(m_which, values);
    }

    const Journal::Entry* find(std::size_t index) const {
        const auto& entries = m_journal ? m_journal->entries() : m_entries;
        const auto found = entries.find(index);
        return found == entries.end() ? nullptr : &found->second;
    }
    void keep(std::size_t index, Journal::Entry entry) {
        if (m_journal)
            m_journal->add(index, std::move(entry));
        else
            m_entries.emplace(index, std::move(entry));
    }

    /// Samples begin..end; returns how many were not in the journal yet.
    Expected<std::size_t> chunk(std::size_t begin, std::size_t end) {
        std::vector<std::size_t> wanted;
        std::vector<sim::Job> jobs;
        std::vector<std::vector<std::string>> netNames;
        std::size_t fresh = 0;
        for (std::size_t i = begin; i < end; ++i) {
            if (find(i)) {
                ++m_result.resumed;
                continue;
            }
            if (m_stop.shouldStop())
                break;
            ++fresh;
            const auto circuit = sample(i);
            if (!circuit) {
                m_result.examples.emplace(circuit.error().code, circuit.error().message());
                keep(i, {circuit.error().code, {}});
                continue;
            }
            if (m_result.direct) {
                keep(i, solved(**circuit));
                continue;
            }
            const auto deck = netlist::writeFlatDeck(**circuit);
            sim::Job job;
            job.deck = deck.text;
            job.analyses.push_back({});
            job.analyses.insert(job.analyses.end(), m_study.analyses.begin(),
                                m_study.analyses.end());
            for (const auto& [name, body] : m_study.measurements) {
                // "ac max ..." -> "ac NAME max ..."
                const std::string text(trimmed(body));
                const std::size_t blank = std::min(text.find(' '), text.size());
                job.measurements.push_back(text.substr(0, blank) + " " + name + text.substr(blank));
            }
            wanted.push_back(i);
            jobs.push_back(std::move(job));
            netNames.push_back(deck.netNames);
        }
        const auto outcomes = m_pool.runAll(jobs, m_stop);
        for (std::size_t k = 0; k < outcomes.size(); ++k) {
            if (!outcomes[k] && concernsAll(outcomes[k].error().code))
                return outcomes[k].failure();
            if (!outcomes[k] && outcomes[k].error().code == "SIM-006")
                continue; // stopped before its turn
            if (!outcomes[k])
                m_result.examples.emplace(outcomes[k].error().code, outcomes[k].error().message());
            keep(wanted[k], simulated(outcomes[k], netNames[k]));
        }
        if (m_journal) {
            const auto flushed = m_journal->flush();
            if (!flushed)
                return flushed.failure();
        }
        if (m_stop.shouldStop())
            return fail("GEN-012", "The generation was stopped", {}, {},
                        m_journal ? "The same command goes on where it was" : "");
        return fresh;
    }

    Journal::Entry solved(const netlist::Circuit& circuit) const {
        Journal::Entry entry;
        const auto volts = solveLinear(circuit);
        for (const netlist::NetId net : m_nets) {
            if (!volts || !std::isfinite((*volts)[net])) {
                entry.failure = "GEN-016";
                entry.values.clear();
                return entry;
            }
            entry.values.push_back((*volts)[net]);
        }
        return entry;
    }
    Journal::Entry simulated(const Expected<sim::Outcome>& outcome,
                             const std::vector<std::string>& names) const {
        Journal::Entry entry;
        if (!outcome) {
            entry.failure = outcome.error().code;
            return entry;
        }
        for (const netlist::NetId net : m_nets) {
            const sim::Vector* vector = outcome->plots.front().find(names[net]);
            if (!vector || vector->real.empty() || !std::isfinite(vector->real.front())) {
                entry.failure = "SIM-004";
                return entry;
            }
            entry.values.push_back(vector->real.front());
        }
        for (const auto& item : m_study.measurements) {
            const auto found = outcome->measurements.find(toLower(item.first));
            if (found == outcome->measurements.end() || !std::isfinite(found->second)) {
                entry.failure = "GEN-017"; // found nothing
                return entry;
            }
            entry.values.push_back(found->second);
        }
        return entry;
    }

    Expected<StudyResult> assemble() {
        dataset::GraphSet& set = m_result.set;
        set.featureWidth = m_columns.size();
        set.featureNames = m_columns;
        for (const auto& item : m_study.measurements)
            set.graphLabelNames.push_back(item.first);
        for (std::size_t i = 0; i < m_study.count; ++i) {
            const Journal::Entry* entry = find(i);
            if (!entry->failure.empty()) {
                ++m_result.failures[entry->failure];
                continue;
            }
            const auto circuit = sample(i);
            if (!circuit)
                return circuit.failure();
            const graph::TerminalGraph graph(*circuit);
            const auto features = graph::nodeFeatures(graph, m_schema);
            std::vector<float> y(m_mask.size(), 0.0F);
            std::size_t at = 0;
            for (std::size_t node = 0; node < m_mask.size(); ++node) {
                if (m_mask[node])
                    y[node] = static_cast<float>(entry->values[at++]);
            }
            set.append(features.values, m_edges, m_mask, y, 0);
            for (; at < entry->values.size(); ++at)
                set.graphLabels.push_back(static_cast<float>(entry->values[at]));
        }
        if (set.graphCount() == 0) {
            std::string reasons;
            for (const auto& [code, count] : m_result.failures)
                reasons += (reasons.empty() ? "" : ", ") + code + " x" + std::to_string(count);
            if (!m_result.examples.empty())
                reasons += "; " + m_result.examples.begin()->second;
            return fail("GEN-011", "Every sample failed", reasons);
        }
        set.attributes["generator"] = "circuit";
        set.attributes["circuit"] = m_study.circuit->nominal()->title();
        set.attributes["seed"] = std::to_string(m_study.seed);
        std::string varied;
        for (const Knob& k : m_study.varied)
            varied += (varied.empty() ? "" : ", ") + k.name + "=" + formatExact(k.low) + ":" +
                      formatExact(k.high) +
                      (k.logarithmic ? ":log"
                       : k.step > 0  ? ":" + formatExact(k.step)
                                     : "");
        set.attributes["varied"] = varied;
        for (const auto& [name, body] : m_study.measurements)
            set.attributes["measurement." + name] = body;
        if (!m_result.direct) {
            if (const auto version = m_pool.version())
                set.attributes["simulator"] = *version;
        }
        return std::move(m_result);
    }

    sim::SimulatorPool& m_pool;
    const Study& m_study;
    StopToken m_stop;
    ProgressSink& m_progress;
    std::vector<std::size_t> m_which;
    graph::FeatureSchema m_schema = graph::FeatureSchema::Analog;
    std::vector<std::string> m_columns;
    std::vector<std::uint8_t> m_mask;
    std::vector<std::int32_t> m_edges;
    std::vector<netlist::NetId> m_nets; ///< labelled, in node order
    std::optional<Journal> m_journal;
    std::map<std::uint64_t, Journal::Entry> m_entries; ///< without a journal
    StudyResult m_result;
};

} // namespace

Expected<StudyResult> runStudy(sim::SimulatorPool& pool, const Study& study,
                               const std::filesystem::path& journal, StopToken stop,
                               ProgressSink& progress) {
    return Runner(pool, study, std::move(stop), progress).run(journal);
}

} // namespace ohm::generate
