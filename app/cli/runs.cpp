// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "core/base/files.h"
#include "core/runs/comparison.h"
#include "core/runs/curves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct RunsOptions {
    std::string folder;
    std::string tag;
    std::string sort;
    std::string output;
    int k = 100;
    bool apart = false;
    bool removed = false;
    std::string run; ///< of a verb that takes one
    std::vector<std::string> runs;
    std::vector<std::string> words;
};

std::string timeOf(std::int64_t seconds) {
    const std::time_t at = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::gmtime_r(&at, &parts);
    char text[32];
    std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &parts);
    return text;
}

/// "finished", "stopped, resumed 2 times", "not finished" where nobody wrote down more.
std::string stateText(const runs::RunRecord& run) {
    const learn::RunAttempts& a = run.attempts;
    std::string text =
        a.state == learn::RunState::Unknown ? "not finished" : learn::nameOf(a.state);
    if (!a.why.empty() && a.state == learn::RunState::Failed)
        text += " (" + a.why + ")";
    if (a.resumed > 0)
        text += std::string(", resumed") +
                (a.resumed > 1 ? " " + std::to_string(a.resumed) + " times" : "");
    return text;
}

Json toJson(const runs::RunRecord& run) {
    Json metrics = Json::object();
    for (const auto& [name, value] : run.metrics)
        metrics[name] = number(value);
    return {{"name", run.name},
            {"folder", run.folder.string()},
            {"kind", nameOf(run.kind)},
            {"recipe", run.recipe},
            {"seed", run.seed},
            {"steps", run.steps},
            {"steps_done", run.stepsDone},
            {"finished", run.finished},
            {"state", learn::nameOf(run.attempts.state)},
            {"attempts", run.attempts.attempts},
            {"resumed", run.attempts.resumed},
            {"why", run.attempts.why},
            {"changed", timeOf(run.changed) + " UTC"},
            {"baseline", run.baseline},
            {"tags", run.tags},
            {"note", run.note},
            {"metrics", metrics}};
}

/// The one number that a list shows: the accuracy of the test split where there is one, at the K
/// measured first; the cost of the best design; a correlation.
std::string headline(const runs::RunRecord& run) {
    if (run.kind == runs::RunKind::Sizing) {
        const auto cost = run.metrics.find("best_cost"), met = run.metrics.find("designs_met");
        if (cost == run.metrics.end() || met == run.metrics.end())
            return "-";
        char text[64];
        std::snprintf(text, sizeof(text), "best %.4g, %.0f met", cost->second, met->second);
        return text;
    }
    for (const char* name : {"test.pearson", "validation.pearson"}) {
        if (const auto at = run.metrics.find(name); at != run.metrics.end())
            return std::string(name) + " " + std::to_string(at->second).substr(0, 6);
    }
    for (const auto& [name, value] : run.metrics) { // of an estimator, the first design's
        if (run.kind == runs::RunKind::Parasitics &&
            (name.ends_with(".r2") || name.ends_with(".auc")))
            return name.substr(name.rfind('.') + 1) + " " + std::to_string(value).substr(0, 6);
    }
    for (const char* split : {"test", "validation"}) {
        for (const char* k : {"100", "200", "50", "10"}) {
            const auto at = run.metrics.find(std::string(split) + ".acc_at_" + k);
            if (at == run.metrics.end())
                continue;
            char text[64];
            std::snprintf(text, sizeof(text), "%s Acc@%s %.4f", split, k, at->second);
            return text;
        }
    }
    return "-";
}

Expected<runs::RunStore> openStore(const RunsOptions& options) {
    auto store =
        runs::RunStore::open(options.folder.empty() ? runs::RunStore::defaultFolder()
                                                    : std::filesystem::path(options.folder));
    if (!store)
        return store.failure();
    if (const auto read = store->refresh(); !read)
        return read.failure();
    return store;
}

Expected<std::vector<runs::RunRecord>> findAll(runs::RunStore& store,
                                               const std::vector<std::string>& names) {
    std::vector<runs::RunRecord> found;
    for (const std::string& name : names) {
        auto run = store.find(name);
        if (!run)
            return run.failure();
        found.push_back(std::move(*run));
    }
    return found;
}

void listCommand(const RunsOptions& options, Context& context) {
    auto store = openStore(options);
    if (!store)
        return context.fail(store.error());
    auto all = store->list(options.removed);
    if (!all)
        return context.fail(all.error());
    std::erase_if(*all, [&](const runs::RunRecord& r) {
        return !options.tag.empty() && !r.tags.count(options.tag);
    });
    if (!options.sort.empty()) {
        const auto key = [&](const runs::RunRecord& r) {
            const auto at = r.metrics.find(options.sort);
            return at == r.metrics.end() ? -INFINITY : at->second;
        };
        std::stable_sort(all->begin(), all->end(),
                         [&](const auto& a, const auto& b) { return key(a) > key(b); });
    }
    Json array = Json::array();
    std::vector<std::array<std::string, 6>> rows;
    std::array<std::size_t, 6> widths{};
    for (const auto& run : *all) {
        array.push_back(toJson(run));
        rows.push_back({(run.baseline ? "* " : "  ") + run.name, run.recipe,
                        std::to_string(run.stepsDone) + " of " + std::to_string(run.steps),
                        run.attempts.state == learn::RunState::Unknown
                            ? "-"
                            : learn::nameOf(run.attempts.state),
                        headline(run), timeOf(run.changed)});
        for (std::size_t c = 0; c < widths.size(); ++c)
            widths[c] = std::max(widths[c], rows.back()[c].size());
    }
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t c = 0; c < widths.size(); ++c)
            text += rows[i][c] + std::string(widths[c] + 2 - rows[i][c].size(), ' ');
        for (const std::string& tag : (*all)[i].tags)
            text += "#" + tag + " ";
        text += (*all)[i].note;
        text.erase(text.find_last_not_of(' ') + 1);
        text += "\n";
    }
    if (context.json)
        return context.print(Json{{"folder", store->folder().string()}, {"runs", array}});
    context.print(text.empty() ? "There are no runs in " + store->folder().string() + ".\n" : text);
}

void showCommand(const RunsOptions& options, Context& context) {
    auto store = openStore(options);
    if (!store)
        return context.fail(store.error());
    const auto run = store->find(options.runs.front());
    if (!run)
        return context.fail(run.error());
    const auto settings = runs::settingsOf(run->folder);
    if (!settings)
        return context.fail(settings.error());
    Json out = toJson(*run);
    Json configuration = Json::object();
    std::string text =
        run->name + "  " + run->folder.string() + "\n" + stateText(*run) + ", " +
        std::to_string(run->stepsDone) + " of " + std::to_string(run->steps) +
        (run->kind == runs::RunKind::Sizing                                     ? " designs, "
         : run->kind == runs::RunKind::Deep || run->kind == runs::RunKind::Maps ? " epochs, "
                                                                                : " steps, ") +
        timeOf(run->changed) + " UTC\n";
    if (!run->note.empty())
        text += run->note + "\n";
    text += "\n";
    char line[160];
    for (const auto& [name, value] : run->metrics) {
        std::snprintf(line, sizeof(line), "%-28s %.6g\n", name.c_str(), value);
        text += line;
    }
    text += "\n";
    for (const auto& [key, value] : *settings) {
        configuration[key] = value;
        text += key + ": " + value + "\n";
    }
    out["configuration"] = configuration;
    if (context.json)
        return context.print(out);
    context.print(text);
}

void compareCommand(const RunsOptions& options, Context& context) {
    auto store = openStore(options);
    if (!store)
        return context.fail(store.error());
    const auto chosen = findAll(*store, options.runs);
    if (!chosen)
        return context.fail(chosen.error());
    const auto c = runs::compare(*chosen);
    if (!c)
        return context.fail(c.error());
    Json settings = Json::object(), metrics = Json::object();
    std::string text = "                             ";
    const auto cell = [](const std::string& value) {
        char padded[32];
        std::snprintf(padded, sizeof(padded), " %-22.22s", value.c_str());
        return std::string(padded);
    };
    const auto heading = [](const std::string& value) {
        char padded[40];
        std::snprintf(padded, sizeof(padded), "%-29.29s", value.c_str());
        return std::string(padded);
    };
    for (std::size_t i = 0; i < c->names.size(); ++i)
        text += cell((i == c->reference ? "*" : "") + c->names[i]);
    text += "\n";
    for (const auto& row : c->settings) {
        settings[row.key] = row.values;
        text += heading(row.key);
        for (const std::string& value : row.values)
            text += cell(value);
        text += "\n";
    }
    text += "\n";
    for (const auto& row : c->metrics) {
        Json values = Json::array(), differences = Json::array();
        text += heading(row.name);
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            values.push_back(number(row.values[i]));
            differences.push_back(number(row.differences[i]));
            char value[64];
            if (std::isnan(row.values[i]))
                std::snprintf(value, sizeof(value), "-");
            else if (i == c->reference || std::isnan(row.differences[i]))
                std::snprintf(value, sizeof(value), "%.5g", row.values[i]);
            else
                std::snprintf(value, sizeof(value), "%.5g (%+.3g)", row.values[i],
                              row.differences[i]);
            text += cell(value);
        }
        text += "\n";
        metrics[row.name] = {{"values", values}, {"differences", differences}};
    }
    if (context.json)
        return context.print(Json{{"runs", c->names},
                                  {"reference", c->names[c->reference]},
                                  {"settings", settings},
                                  {"metrics", metrics}});
    context.print(text);
}

Json toJson(const std::vector<runs::RunCurve>& curves) {
    Json array = Json::array();
    for (const auto& c : curves) {
        Json json = {{"name", c.name}, {"runs", c.runs}, {"x", c.x}, {"mean", c.mean}};
        if (!c.low.empty()) {
            json["low"] = c.low;
            json["high"] = c.high;
        }
        array.push_back(json);
    }
    return array;
}

void curvesCommand(const RunsOptions& options, Context& context) {
    auto store = openStore(options);
    if (!store)
        return context.fail(store.error());
    const auto chosen = findAll(*store, options.runs);
    if (!chosen)
        return context.fail(chosen.error());
    std::vector<runs::RunHistory> histories;
    for (const auto& run : *chosen) {
        auto history = runs::readHistory(run.folder);
        if (!history)
            return context.fail(history.error());
        history->name = run.name;
        histories.push_back(std::move(*history));
    }
    const auto curves = runs::curvesOf(histories, options.k, !options.apart);
    if (!options.output.empty()) {
        const auto written = writeFileAtomically(options.output, runs::toCsv(curves));
        if (!written)
            return context.fail(written.error());
    }
    if (context.json)
        return context.print(Json{{"k", options.k},
                                  {"loss", toJson(curves.loss)},
                                  {"accuracy", toJson(curves.accuracy)},
                                  {"acc_at_k", toJson(curves.accAtK)},
                                  {"cost", toJson(curves.cost)},
                                  {"mean_cost", toJson(curves.meanCost)},
                                  {"designs_met", toJson(curves.met)},
                                  {"pearson", toJson(curves.pearson)},
                                  {"selected", toJson(curves.selected)},
                                  {"overlap", toJson(curves.overlap)}});
    std::string text;
    for (const auto& c : curves.accAtK) {
        text += c.name + "\n";
        for (std::size_t i = 0; i < c.x.size(); ++i) {
            char line[96];
            if (c.low.empty())
                std::snprintf(line, sizeof(line), "  Acc@%-5.0f %.4f\n", c.x[i], c.mean[i]);
            else
                std::snprintf(line, sizeof(line), "  Acc@%-5.0f %.4f  (%.4f to %.4f)\n", c.x[i],
                              c.mean[i], c.low[i], c.high[i]);
            text += line;
        }
    }
    for (const auto& [title, list] :
         {std::pair{"best cost", &curves.cost}, std::pair{"Pearson", &curves.pearson}}) {
        for (const auto& c : *list) {
            char line[200];
            std::snprintf(line, sizeof(line), "%s: %s %.4g", c.name.c_str(), title, c.mean.back());
            text += line;
            if (!c.low.empty()) {
                std::snprintf(line, sizeof(line), "  (%.4g to %.4g)", c.low.back(), c.high.back());
                text += line;
            }
            std::snprintf(line, sizeof(line), " at %.0f\n", c.x.back());
            text += line;
        }
    }
    context.print(text.empty() ? std::string("None of them has been measured yet.\n") : text);
}

/// What people say about a run: one change, then the run as it is now.
void changeCommand(
    const RunsOptions& options, Context& context,
    const std::function<Expected<void>(runs::RunStore&, const runs::RunRecord&)>& change) {
    auto store = openStore(options);
    if (!store)
        return context.fail(store.error());
    const auto run = store->find(options.run);
    if (!run)
        return context.fail(run.error());
    if (const auto done = change(*store, *run); !done)
        return context.fail(done.error());
    if (context.json) {
        const auto now = store->find(run->folder.string());
        return now ? context.print(toJson(*now)) : context.fail(now.error());
    }
}

} // namespace

void addRuns(CLI::App& app, Context& context) {
    CLI::App* noun =
        app.add_subcommand("runs", "Trainings and sizings of the past: list, compare, annotate");
    noun->require_subcommand(1);
    auto options = std::make_shared<RunsOptions>();
    const auto verb = [&](const std::string& name, const std::string& help) {
        CLI::App* sub = noun->add_subcommand(name, help);
        sub->add_option("--folder", options->folder,
                        "Folder of the runs (default: $OHMSCAPE_RUNS, else the user's own)");
        return sub;
    };
    CLI::App* list = verb("list", "All runs, the newest first");
    list->add_option("--tag", options->tag, "Only those with this tag");
    list->add_option("--sort", options->sort,
                     "By a metric, the greatest first, e.g. test.acc_at_100");
    list->add_flag("--removed", options->removed, "Those taken off the list");
    list->callback([options, &context] { listCommand(*options, context); });
    CLI::App* show = verb("show", "One run: metrics and configuration");
    show->add_option("RUN", options->runs, "Name or folder")->required()->expected(1);
    show->callback([options, &context] { showCommand(*options, context); });
    CLI::App* compared = verb("compare", "What differs between runs, in settings and metrics");
    compared->add_option("RUN", options->runs, "Names or folders, at least two")
        ->required()
        ->expected(2, 100);
    compared->callback([options, &context] { compareCommand(*options, context); });
    CLI::App* curves =
        verb("curves", "Loss and accuracy over the steps, Acc@K over K, costs of sizings over "
                       "simulated designs; seeds of one configuration as mean, least and greatest");
    curves->add_option("RUN", options->runs, "Names or folders")->required()->expected(1, 100);
    curves->add_option("--k", options->k, "K of the accuracy over the steps")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    curves->add_flag("--apart", options->apart, "Every run for itself");
    curves->add_option("-o,--output", options->output, "CSV file of the curves");
    curves->callback([options, &context] { curvesCommand(*options, context); });
    using Change = std::function<Expected<void>(runs::RunStore&, const runs::RunRecord&)>;
    const auto changing = [&](const std::string& name, const std::string& help, Change change) {
        CLI::App* sub = verb(name, help);
        sub->add_option("RUN", options->run, "Name or folder")->required();
        sub->callback([options, &context, change] { changeCommand(*options, context, change); });
        return sub;
    };
    CLI::App* tag = changing("tag", "Adds tags, or takes those with a leading ^ away",
                             [options](runs::RunStore& store, const runs::RunRecord& run) {
                                 for (const std::string& word : options->words) {
                                     const bool off = word.starts_with("^");
                                     const auto done =
                                         store.setTag(run, off ? word.substr(1) : word, !off);
                                     if (!done)
                                         return done;
                                 }
                                 return Expected<void>();
                             });
    tag->add_option("TAG", options->words, "Tags")->required();
    CLI::App* note = changing("note", "Writes a note beside a run",
                              [options](runs::RunStore& store, const runs::RunRecord& run) {
                                  return store.setNote(run, options->words.front());
                              });
    note->add_option("TEXT", options->words, "The note; empty takes it away")
        ->required()
        ->expected(1);
    changing("baseline", "Makes a run the one that others are compared with",
             [](runs::RunStore& store, const runs::RunRecord& run) {
                 return store.setBaseline(run, true);
             });
    changing("remove", "Takes a run off the list; its files stay",
             [](runs::RunStore& store, const runs::RunRecord& run) {
                 return store.setRemoved(run, true);
             });
    changing("restore", "Puts a run back on the list",
             [](runs::RunStore& store, const runs::RunRecord& run) {
                 return store.setRemoved(run, false);
             });
}

} // namespace ohm::cli
