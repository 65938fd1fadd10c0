// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/check.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/netlist/parameters.h"
#include "core/netlist/reader.h"
#include "core/netlist/writer.h"

#include <algorithm>
#include <set>

namespace ohm::optimize {
namespace {

/// What the circuits of the benches have.
struct Inventory {
    struct Of {
        std::set<std::string> nets, devices;
        std::string deck;
        std::string text; ///< of the circuit's file
    };
    std::vector<Of> benches;
    std::set<std::string> parameters;
};

Expected<Inventory> inventoryOf(const Problem& problem) {
    Inventory all;
    for (std::size_t b = 0; b < problem.drawnBenches; ++b) {
        netlist::ReadOptions options;
        options.searchPath = problem.searchPath;
        const auto circuit = netlist::readNetlist(problem.benches[b].circuit, options);
        if (!circuit)
            return circuit.failure();
        const netlist::FlatDeck deck = netlist::writeFlatDeck(**circuit);
        Inventory::Of of;
        of.nets.insert(deck.netNames.begin(), deck.netNames.end());
        of.devices.insert(deck.deviceNames.begin(), deck.deviceNames.end());
        of.deck = deck.text + problem.benches[b].cards;
        if (const auto text = readFile(problem.benches[b].circuit))
            of.text = std::string(text->view());
        for (const netlist::Parameter& p : netlist::topParameters(**circuit))
            all.parameters.insert(p.name);
        all.benches.push_back(std::move(of));
    }
    return all;
}

/// Checks one problem against its circuits.
class Check {
public:
    Check(const Problem& problem, const Inventory& inventory)
        : m_problem(problem)
        , m_inventory(inventory) {}

    Expected<void> run() const {
        for (std::size_t b = 0; b < m_problem.drawnBenches; ++b) {
            if (const auto done = bench(b); !done)
                return done;
        }
        for (const Variable& v : m_problem.variables) {
            if (!m_inventory.parameters.count(v.name))
                return missing("A parameter may vary, but no bench has it as a .param", v.name,
                               "parameters");
        }
        for (const Match& match : m_problem.matches) {
            if (!m_inventory.parameters.count(match.name))
                return missing("A matched parameter is in no bench as a .param", match.name,
                               "parameters");
        }
        for (std::size_t m = 0; m < m_problem.drawnMeasures; ++m) {
            if (const auto done = measure(m_problem.measures[m]); !done)
                return done;
        }
        for (const Corner& c : m_problem.corners) {
            if (const auto done = corner(c); !done)
                return done;
        }
        for (const Spread& s : m_problem.monteCarlo.spreads) {
            if (s.model.empty() ? !m_inventory.parameters.count(s.parameter)
                                : !models().count(s.model))
                return missing(s.model.empty()
                                   ? "A parameter scatters, but no bench has it as a .param"
                                   : "A model scatters, but no bench has its card",
                               s.model.empty() ? s.parameter : s.model, "monte_carlo");
        }
        if (!m_problem.monteCarlo.spreads.empty()) {
            Variation variation;
            variation.spreads = m_problem.monteCarlo.spreads;
            for (const auto& bench : m_inventory.benches) {
                std::vector<bool> used;
                if (const auto done = DeckCards(bench.deck).scatter(variation, used); !done)
                    return done;
            }
        }
        return {};
    }

private:
    Unexpected missing(const std::string& text, const std::string& name,
                       const std::string& where) const {
        return fail("OPT-005", text, name,
                    (m_problem.folder / "project.yaml").string() + ": " + where,
                    "Correct the name, or take the row away");
    }

    std::set<std::string> models() const {
        std::set<std::string> found;
        for (const Spread& s : m_problem.monteCarlo.spreads) {
            for (const auto& bench : m_inventory.benches) {
                // A parameter that is not there is told with its own sentence later.
                const auto has =
                    DeckCards(bench.deck).change({s.model, s.parameter, ModelChange::How::Set, 0});
                if (has && *has)
                    found.insert(s.model);
            }
        }
        return found;
    }

    /// Nets and sources that an analysis names.
    Expected<void> bench(std::size_t b) const {
        const Inventory::Of& of = m_inventory.benches[b];
        const std::string where = "benches." + m_problem.benches[b].name;
        for (const sim::Analysis& a : m_problem.benches[b].analyses) {
            for (const std::string* net : {&a.output, &a.reference}) {
                if (!net->empty() && !of.nets.count(*net))
                    return missing("An analysis names a net that the bench does not have", *net,
                                   where);
            }
            if (!a.source.empty() && a.source != "temp" && !of.devices.count(a.source))
                return missing("An analysis names a source that the bench does not have", a.source,
                               where);
        }
        return {};
    }

    Expected<void> measure(const Measure& m) const {
        if (m.derived())
            return {};
        const auto known = [&](std::size_t bench, const std::string& net) {
            return net.empty() || net.find_first_of("#@") != std::string::npos ||
                   m_inventory.benches[bench].nets.count(net) > 0;
        };
        const std::string where = "measurements." + m.name;
        for (const std::string* net : {&m.of, &m.input}) {
            if (!known(m.bench, *net))
                return missing("The bench has no such net", *net, where);
        }
        if (m.kind == Measure::Kind::Rejection && !known(m.against, m.of))
            return missing("The bench it is held against has no such net", m.of, where);
        if (m.kind == Measure::Kind::Current &&
            !m_inventory.benches[m.bench].devices.count(m.source))
            return missing("The bench has no such source", m.source, where);
        return {};
    }

    Expected<void> corner(const Corner& c) const {
        const std::string where = "corners." + c.name;
        for (const auto& [name, value] : c.parameters) {
            if (!m_inventory.parameters.count(name))
                return missing("A corner sets a parameter that no bench has as a .param", name,
                               where);
        }
        std::vector<std::string> files;
        for (const auto& bench : m_inventory.benches)
            withLibraries(bench.text, c, &files);
        for (const auto* names : {&c.sections, &c.files}) {
            for (const auto& [name, value] : *names) {
                if (std::find(files.begin(), files.end(), name) == files.end())
                    return missing("A corner replaces a library that no bench takes in", name,
                                   where);
            }
        }
        for (const ModelChange& change : c.models) {
            bool found = false;
            for (const auto& bench : m_inventory.benches) {
                const auto has = DeckCards(bench.deck).change(change);
                if (!has)
                    return has.failure();
                found = found || *has;
            }
            if (!found)
                return missing("A corner changes a model that no bench has", change.model, where);
        }
        return {};
    }

    const Problem& m_problem;
    const Inventory& m_inventory;
};

} // namespace

Expected<void> checkProblem(const Problem& problem) {
    const auto inventory = inventoryOf(problem);
    if (!inventory)
        return inventory.failure();
    return Check(problem, *inventory).run();
}

Diagnostics benchNotes(const Problem& problem) {
    Diagnostics notes;
    std::set<std::filesystem::path> seen;
    for (std::size_t b = 0; b < problem.drawnBenches; ++b) {
        const std::filesystem::path& file = problem.benches[b].circuit;
        if (!seen.insert(file).second)
            continue;
        const auto bytes = readFile(file);
        if (!bytes)
            continue;
        const std::string text = toLower(toUtf8(bytes->view(), detectEncoding(bytes->view())));
        int line = 0;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            const std::string_view card =
                trimmed(std::string_view(text).substr(begin, end - begin));
            ++line;
            begin = end + 1;
            if (card.starts_with(".control"))
                notes.push_back({Severity::Warning, "OPT-050",
                                 "A .control block is left out of a sizing: analyses and "
                                 "measurements are those of project.yaml",
                                 file.string(), line, 1, problem.benches[b].name});
        }
        netlist::ReadOptions options;
        options.searchPath = problem.searchPath;
        const auto circuit = netlist::readNetlist(file, options);
        for (const Diagnostic& d : circuit ? (*circuit)->diagnostics() : Diagnostics()) {
            if (d.severity != Severity::Note)
                notes.push_back(d);
        }
    }
    return notes;
}

} // namespace ohm::optimize
