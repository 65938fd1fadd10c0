// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model.h"
#include "core/base/files.h"
#include "core/explore/embeddingtable.h"
#include "core/explore/pca.h"
#include "core/explore/tsne.h"

#include <chrono>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct EmbedOptions {
    std::string checkpoint;
    std::string data;
    std::string method = "tsne";
    std::string level = "outputs";
    std::string output;
    std::string device = "cpu";
    explore::EmbeddingRequest request;
    explore::TsneOptions tsne;
};

/// How a layout came about, for the answer.
struct Layout {
    std::vector<float> at;
    double divergence = 0; ///< t-SNE
    double explained = 0;  ///< PCA: share of the variance
};

Expected<Layout> layOut(const EmbedOptions& options, const explore::EmbeddingTable& table,
                        Context& context) {
    Layout layout;
    if (options.method == "pca") {
        const auto pca = explore::fitPca(table.points(), 2, context.threads);
        if (!pca)
            return pca.failure();
        layout.at = explore::project(*pca, table.points(), context.threads);
        layout.explained = pca->total > 0 ? (pca->variance[0] + pca->variance[1]) / pca->total : 0;
        return layout;
    }
    auto how = options.tsne;
    how.threads = context.threads;
    how.seed = context.seed.value_or(0);
    auto tsne = explore::Tsne::create(table.points(), how, context.stop, context.progress);
    if (!tsne)
        return tsne.failure();
    while (!tsne->finished()) {
        if (context.stop.shouldStop())
            return ohm::fail("EXPL-003", "The layout was stopped");
        tsne->step();
        context.progress.report(static_cast<double>(tsne->stepsDone()) / how.steps, "t-SNE");
    }
    layout.divergence = tsne->divergence();
    layout.at = tsne->layout();
    return layout;
}

void embedCommand(EmbedOptions& options, Context& context) {
    using Level = explore::EmbeddingRequest::Level;
    options.request.level = options.level == "graphs"  ? Level::Graphs
                            : options.level == "nodes" ? Level::Nodes
                                                       : Level::Outputs;
    const auto loaded = loadModel(options.checkpoint, options.data, options.device, context);
    if (!loaded)
        return context.fail(loaded.error());
    const auto start = std::chrono::steady_clock::now();
    const auto table = explore::embed(*loaded->model, loaded->set, options.request, context.stop,
                                      context.progress);
    if (!table)
        return context.fail(table.error());
    const auto layout = layOut(options, *table, context);
    if (!layout)
        return context.fail(layout.error());
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto kept = explore::neighbourPreservation(table->points(), {layout->at, table->count, 2},
                                                     10, 5000, context.threads, context.stop);
    if (!kept)
        return context.fail(kept.error());
    if (!options.output.empty()) {
        const auto written =
            writeFileAtomically(options.output, explore::toCsv(*table, layout->at));
        if (!written)
            return context.fail(written.error());
    }
    const bool tsne = options.method == "tsne";
    if (context.json) {
        Json out = {{"ok", true},
                    {"points", table->count},
                    {"width", table->width},
                    {"method", options.method}};
        if (tsne)
            out["kl"] = layout->divergence;
        else
            out["explained_variance"] = layout->explained;
        out["neighbours_kept"] = *kept;
        out["seconds"] = seconds;
        out["file"] = options.output;
        return context.print(out);
    }
    char line[200];
    std::snprintf(line, sizeof(line),
                  "%zu points of %zu values, %s %.4f, neighbours kept %.3f, %.2f s\n", table->count,
                  table->width, tsne ? "KL divergence" : "variance explained",
                  tsne ? layout->divergence : layout->explained, *kept, seconds);
    context.print(std::string(line));
}

} // namespace

void addEmbed(CLI::App& app, Context& context) {
    auto options = std::make_shared<EmbedOptions>();
    CLI::App* verb =
        app.add_subcommand("embed", "Lay out what a network makes of nodes or circuits");
    verb->add_option("CKPT", options->checkpoint, "Checkpoint file")->required();
    verb->add_option("--data", options->data,
                     "Dataset file, or a request such as ladder:12:1000:seed=5")
        ->required();
    verb->add_option("--method", options->method, "tsne or pca")
        ->check(CLI::IsMember({"tsne", "pca"}))
        ->capture_default_str();
    verb->add_option("-o,--output", options->output, "CSV file to write")->required();
    verb->add_option("--level", options->level,
                     "What a point is: outputs (labelled nets), nodes, graphs")
        ->check(CLI::IsMember({"outputs", "nodes", "graphs"}))
        ->capture_default_str();
    verb->add_option("--layer", options->request.layer, "Layer of the network: 0 input, -1 last")
        ->capture_default_str();
    verb->add_option("--most", options->request.most, "Points at most; whole circuits are left out")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--perplexity", options->tsne.perplexity, "t-SNE: neighbours that count")
        ->capture_default_str();
    verb->add_option("--steps", options->tsne.steps, "t-SNE: steps")->capture_default_str();
    verb->add_option("--exaggeration", options->tsne.exaggeration, "t-SNE: early exaggeration")
        ->capture_default_str();
    verb->add_option("--device", options->device, "cpu, cuda or cuda:N")->capture_default_str();
    verb->callback([options, &context] { embedCommand(*options, context); });
}

} // namespace ohm::cli
