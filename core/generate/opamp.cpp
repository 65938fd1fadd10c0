// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/opamp.h"

#include "core/base/files.h"
#include "core/base/units.h"
#include "core/generate/journal.h"
#include "core/graph/features.h"
#include "core/netlist/reader.h"
#include "core/netlist/writer.h"
#include "core/project/installation.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace ohm::generate {
namespace {

constexpr std::size_t kChunk = 400; ///< samples between two writes of the journal
constexpr const char* kOutput = "net6";

struct Stimulus {
    const char* source;
    double phase; ///< degrees
};
/// Sources with a magnitude of 1 for each of the nine stimuli.
std::vector<Stimulus> stimuliOf(int number) {
    switch (number) {
    case 1:
        return {{"vvdd", 0}};
    case 2:
        return {{"vvss", 0}};
    case 3:
        return {{"ibias", 0}};
    case 4:
        return {{"vin1", 0}};
    case 5:
        return {{"vin2", 0}};
    case 6:
        return {{"vin1", 0}, {"vin2", 0}};
    case 7:
        return {{"vin1", 180}, {"vin2", 0}};
    case 8:
        return {{"vin1", 180}, {"vin2", 180}};
    default:
        return {{"vin1", 0}, {"vin2", 180}};
    }
}

double multiplier(dataset::Random& random) {
    // A continuous value rounded to the grid: the ends get half the weight.
    return std::round(random.uniform(1, 100));
}

std::string elements(OpampVariant variant, const OpampSample& s) {
    const auto stimuli = stimuliOf(s.stimulus);
    const auto source = [&](const char* name, const char* nets, double dc) {
        std::string line = std::string(name) + " " + nets + " dc " + formatExact(dc);
        for (const Stimulus& stimulus : stimuli) {
            if (std::string(stimulus.source) == name)
                line += " ac 1 " + formatExact(stimulus.phase);
        }
        return line + "\n";
    };
    const auto mos = [](const char* name, const char* nets, double m) {
        return std::string(name) + " " + nets + " w=0.5u l=90n m=" + formatExact(m) + "\n";
    };
    const bool biased = variant == OpampVariant::BiasedPmos;
    std::string text;
    text += mos("mn1", "net4 net2 net3 vss nmos", s.mn1);
    text += mos("mn2", "net5 net1 net3 vss nmos", s.mn1);
    text += mos("mn3", "net3 net7 vss vss nmos", s.mn3);
    text += mos("mn4", "net7 net7 vss vss nmos", s.mn4);
    text += mos("mn5", "net6 net7 vss vss nmos", s.mn5);
    text += mos("mp1", biased ? "net4 netb vdd vdd pmos" : "net4 net4 vdd vdd pmos", s.mp1);
    text += mos("mp2", biased ? "net5 netb vdd vdd pmos" : "net5 net4 vdd vdd pmos", s.mp1);
    text += mos("mp3", "net6 net5 vdd vdd pmos", s.mp3);
    text += source("ibias", "vdd net7", s.ibias);
    text += source("vvdd", "vdd 0", s.vdd);
    text += source("vvss", "vss 0", s.vss);
    text += source("vin1", "net1 0", s.vin1);
    text += source("vin2", "net2 0", s.vin2);
    if (biased)
        text += source("vbias", "vdd netb", s.vbias);
    text += "rz net8 net6 " + formatExact(s.rz) + "\n";
    text += "cc net5 net8 " + formatExact(s.cc) + "\n";
    text += "cl net6 0 " + formatExact(s.cl) + "\n";
    return text;
}

/// Reads the deck once: its graph, the places of the properties, the model cards as ngspice wants
/// them.
class Template {
public:
    static Expected<Template> make(OpampVariant variant) {
        Template t;
        t.m_variant = variant;
        OpampSample sample;
        dataset::Random random(1, 1);
        sample = drawOpamp(variant, random);
        netlist::ReadOptions options;
        const auto cards = project::builtInModelFolder();
        if (cards.empty())
            return fail("GEN-014", "The shipped model cards are missing");
        options.searchPath = {cards};
        auto circuit =
            netlist::readNetlistText(opampNetlist(variant, sample), "opamp.cir", cards, options);
        if (!circuit)
            return circuit.failure();
        t.m_circuit = *circuit;
        const graph::TerminalGraph graph(t.m_circuit);
        const auto features = graph::nodeFeatures(graph, graph::FeatureSchema::Analog);
        t.m_columns = features.columns;
        t.m_x = features.values;
        t.m_mask = features.outputMask;
        for (const std::uint32_t node : graph.edges())
            t.m_edges.push_back(static_cast<std::int32_t>(node));
        for (std::uint32_t node = 0; node < graph.nodeCount(); ++node) {
            t.m_deviceOf.push_back(
                graph.isNet(node) ? std::string() : t.m_circuit->deviceName(graph.deviceOf(node)));
            if (t.m_mask[node])
                t.m_outputs.push_back(t.m_circuit->netName(graph.netOf(node)));
        }
        // Model cards out of the flat deck: everything from the first to the last of them.
        const auto deck = netlist::writeFlatDeck(*t.m_circuit);
        bool inModel = false;
        std::size_t begin = 0;
        while (begin < deck.text.size()) {
            const std::size_t end = std::min(deck.text.find('\n', begin), deck.text.size());
            const std::string line = deck.text.substr(begin, end - begin);
            inModel = line.rfind(".model", 0) == 0 || (inModel && line.rfind('+', 0) == 0);
            if (inModel)
                t.m_models += line + "\n";
            begin = end + 1;
        }
        if (t.m_models.empty())
            return fail("GEN-014", "The shipped model card holds no models");
        return t;
    }

    std::string deck(const OpampSample& sample) const {
        return "* op-amp\n" + m_models + elements(m_variant, sample);
    }
    const std::vector<std::string>& outputs() const { return m_outputs; }
    const std::vector<std::string>& columns() const { return m_columns; }

    void appendTo(dataset::GraphSet& set, const OpampSample& s,
                  const std::vector<double>& volts) const {
        std::vector<float> x = m_x;
        const std::size_t width = m_columns.size();
        const auto stimuli = stimuliOf(s.stimulus);
        const std::map<std::string, double> values{
            {"mn1", s.mn1},    {"mn2", s.mn1},  {"mn3", s.mn3},   {"mn4", s.mn4},
            {"mn5", s.mn5},    {"mp1", s.mp1},  {"mp2", s.mp1},   {"mp3", s.mp3},
            {"rz", s.rz},      {"cc", s.cc},    {"cl", s.cl},     {"ibias", s.ibias},
            {"vvdd", s.vdd},   {"vvss", s.vss}, {"vin1", s.vin1}, {"vin2", s.vin2},
            {"vbias", s.vbias}};
        for (std::size_t node = 0; node < m_deviceOf.size(); ++node) {
            const std::string& name = m_deviceOf[node];
            if (name.empty())
                continue;
            float* row = x.data() + node * width;
            const auto value = static_cast<float>(values.at(name));
            const bool source = name[0] == 'v' || name[0] == 'i';
            row[0] = source ? 0.0F : value;
            row[1] = 0;
            row[2] = source ? value : 0.0F;
            for (const Stimulus& stimulus : stimuli) {
                if (source && name == stimulus.source) {
                    row[0] = 1;
                    row[1] = static_cast<float>(stimulus.phase);
                }
            }
        }
        std::vector<float> y(m_mask.size(), 0.0F);
        std::size_t at = 0;
        for (std::size_t node = 0; node < m_mask.size(); ++node) {
            if (m_mask[node])
                y[node] = static_cast<float>(volts[at++]);
        }
        set.append(x, m_edges, m_mask, y, m_variant == OpampVariant::TwoStage ? 301 : 302);
    }

private:
    OpampVariant m_variant = OpampVariant::TwoStage;
    netlist::CircuitPtr m_circuit;
    std::vector<std::string> m_columns;
    std::vector<float> m_x;
    std::vector<std::uint8_t> m_mask;
    std::vector<std::int32_t> m_edges;
    std::vector<std::string> m_deviceOf; ///< per node; empty for nets
    std::vector<std::string> m_outputs;  ///< labelled nets, in node order
    std::string m_models;
};

OpampSample sampleOf(const OpampRequest& request, std::size_t index) {
    dataset::Random random(request.seed, index);
    return drawOpamp(request.variant, random);
}

Journal::Entry entryOf(const Expected<sim::Outcome>& outcome, const Template& circuit,
                       bool withGain) {
    Journal::Entry entry;
    if (!outcome) {
        entry.failure = outcome.error().code;
        return entry;
    }
    for (const std::string& net : circuit.outputs()) {
        const sim::Vector* vector = outcome->plots.front().find(net);
        if (!vector || vector->real.empty() || !std::isfinite(vector->real.front())) {
            entry.failure = "SIM-004";
            return entry;
        }
        entry.values.push_back(vector->real.front());
    }
    if (withGain) {
        const sim::Vector* out =
            outcome->plots.size() > 1 ? outcome->plots[1].find(kOutput) : nullptr;
        const double magnitude =
            out && !out->real.empty()
                ? std::hypot(out->real.front(), out->imag.empty() ? 0.0 : out->imag.front())
                : 0;
        if (!(magnitude > 0) || !std::isfinite(magnitude)) {
            entry.failure = "SIM-004";
            return entry;
        }
        entry.values.push_back(std::log(magnitude));
    }
    return entry;
}

} // namespace

OpampSample drawOpamp(OpampVariant variant, dataset::Random& random) {
    OpampSample s;
    for (double* m : {&s.mp1, &s.mn1, &s.mp3, &s.mn3, &s.mn4, &s.mn5})
        *m = multiplier(random);
    s.cc = random.uniform(0.1e-12, 10e-12);
    s.cl = random.uniform(0.1e-12, 10e-12);
    s.rz = random.uniform(0, 1000);
    s.ibias = random.uniform(10e-6, 50e-6);
    s.vss = random.uniform(0, 0.2);
    s.vdd = random.uniform(1.0, 1.2);
    const bool common = random.uniform() < 0.5;
    s.vin1 = random.uniform(0.4, 0.8);
    s.vin2 = random.uniform(0.4, 0.8);
    if (common)
        s.vin2 = s.vin1;
    s.vbias = random.uniform(0.2, 0.8);
    s.stimulus = 1 + static_cast<int>(random.below(9));
    if (variant == OpampVariant::BiasedPmos)
        s.stimulus = 7;
    return s;
}

std::string opampNetlist(OpampVariant variant, const OpampSample& sample) {
    return "* two-stage op-amp\n.include ptm45.lib\n" + elements(variant, sample) + ".end\n";
}

Expected<OpampResult> generateOpamps(sim::SimulatorPool& pool, const OpampRequest& request,
                                     StopToken stop, ProgressSink& progress) {
    const auto circuit = Template::make(request.variant);
    if (!circuit)
        return circuit.failure();
    const bool withGain = request.variant == OpampVariant::BiasedPmos;
    const std::size_t width = circuit->outputs().size() + (withGain ? 1 : 0);
    std::optional<Journal> kept;
    if (!request.journal.empty()) {
        auto journal = Journal::open(request.journal,
                                     "opamp " + std::to_string(static_cast<int>(request.variant)) +
                                         " seed " + std::to_string(request.seed) + "\n" +
                                         circuit->deck(sampleOf(request, 0)),
                                     width);
        if (!journal)
            return journal.failure();
        kept.emplace(std::move(*journal));
    }
    std::map<std::uint64_t, Journal::Entry> fresh; // without a journal
    const auto find = [&](std::uint64_t i) -> const Journal::Entry* {
        const auto& entries = kept ? kept->entries() : fresh;
        const auto found = entries.find(i);
        return found == entries.end() ? nullptr : &found->second;
    };

    OpampResult result;
    const auto start = std::chrono::steady_clock::now();
    std::size_t done = 0;
    for (std::size_t begin = 0; begin < request.count; begin += kChunk) {
        std::vector<std::size_t> wanted;
        std::vector<sim::Job> jobs;
        const std::size_t end = std::min(begin + kChunk, request.count);
        for (std::size_t i = begin; i < end; ++i) {
            if (find(i)) {
                ++result.resumed;
                continue;
            }
            sim::Job job;
            job.deck = circuit->deck(sampleOf(request, i));
            job.analyses.push_back({});
            if (withGain) {
                sim::Analysis ac;
                ac.kind = sim::Analysis::Kind::Ac;
                ac.sweep = "lin";
                ac.points = 1;
                ac.start = ac.stop = 1;
                job.analyses.push_back(ac);
            }
            job.timeoutSeconds = 20;
            wanted.push_back(i);
            jobs.push_back(std::move(job));
        }
        const auto outcomes = pool.runAll(jobs, stop);
        for (std::size_t k = 0; k < outcomes.size(); ++k) {
            if (!outcomes[k] && outcomes[k].error().code == "SIM-001")
                return outcomes[k].failure();
            if (!outcomes[k] && outcomes[k].error().code == "SIM-006")
                continue; // stopped before its turn
            auto entry = entryOf(outcomes[k], *circuit, withGain);
            if (kept)
                kept->add(wanted[k], std::move(entry));
            else
                fresh.emplace(wanted[k], std::move(entry));
        }
        if (kept) {
            const auto flushed = kept->flush();
            if (!flushed)
                return flushed.failure();
        }
        if (stop.shouldStop())
            return fail("GEN-012", "The generation was stopped", {}, {},
                        kept ? "The same command goes on where it was" : "");
        done += wanted.size();
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        char text[80];
        std::snprintf(text, sizeof(text), "%zu of %zu circuits, %.0f per second", end,
                      request.count, static_cast<double>(done) / std::max(seconds, 1e-9));
        progress.report(static_cast<double>(end) / static_cast<double>(request.count), text);
    }

    dataset::GraphSet& set = result.set;
    set.featureWidth = circuit->columns().size();
    set.featureNames = circuit->columns();
    if (withGain)
        set.graphLabelNames = {"gain"};
    for (std::size_t i = 0; i < request.count; ++i) {
        const Journal::Entry* entry = find(i);
        if (!entry->failure.empty()) {
            ++result.failures[entry->failure];
            continue;
        }
        circuit->appendTo(set, sampleOf(request, i), entry->values);
        if (withGain)
            set.graphLabels.push_back(static_cast<float>(entry->values.back()));
    }
    if (set.graphCount() == 0) {
        std::string reasons;
        for (const auto& [code, count] : result.failures)
            reasons += (reasons.empty() ? "" : ", ") + code + " x" + std::to_string(count);
        return fail("GEN-011", "Every simulation failed", reasons);
    }
    set.attributes["generator"] = withGain ? "opamp-biased-pmos" : "opamp";
    set.attributes["seed"] = std::to_string(request.seed);
    if (const auto version = pool.version())
        set.attributes["simulator"] = *version;
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

} // namespace ohm::generate
