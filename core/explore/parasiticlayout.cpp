// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/parasiticlayout.h"

#include "core/dataset/random.h"
#include "core/explore/neighbours.h"

#include <cmath>
#include <map>

namespace ohm::explore {
namespace {

constexpr std::size_t kNeighbours = 10;

double neighbourR2(const Neighbours& near, const std::vector<double>& logs) {
    double mean = 0;
    for (const double y : logs)
        mean += y / static_cast<double>(logs.size());
    double rest = 0, total = 0;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        double guess = 0;
        for (std::size_t k = 0; k < near.k; ++k)
            guess += logs[static_cast<std::size_t>(near.index[i * near.k + k])] /
                     static_cast<double>(near.k);
        rest += (guess - logs[i]) * (guess - logs[i]);
        total += (mean - logs[i]) * (mean - logs[i]);
    }
    return total > 0 ? 1 - rest / total : 0;
}

} // namespace

learn::ParasiticCheckpoint untrainedEncoder(learn::ParasiticCheckpoint checkpoint,
                                            std::uint64_t seed) {
    dataset::Random random(seed, 9);
    double bound = 1;
    for (nn::NamedArray& array : checkpoint.weights) {
        if (array.name.find(".encoder.") == std::string::npos)
            continue;
        if (array.shape.size() > 1) { // a bias follows its matrix
            double inputs = 1;
            for (std::size_t d = 1; d < array.shape.size(); ++d)
                inputs *= static_cast<double>(array.shape[d]);
            bound = 1 / std::sqrt(inputs);
        }
        for (float& value : array.values)
            value = static_cast<float>(random.uniform(-bound, bound));
    }
    return checkpoint;
}

Expected<ParasiticLayout> layOutParasitics(learn::ParasiticModel& model,
                                           const std::vector<const parasitics::Design*>& designs,
                                           const TsneOptions& options, StopToken stop,
                                           ProgressSink& progress) {
    ParasiticLayout out;
    std::vector<float> rows;
    std::vector<double> logs;
    std::size_t width = 0;
    for (std::size_t d = 0; d < designs.size(); ++d) {
        const auto embedding = model.embed(designs[d]->graph);
        if (!embedding)
            return embedding.failure();
        width = static_cast<std::size_t>(embedding->width);
        std::map<std::uint32_t, std::size_t> pointOf; // of this design's classes
        for (std::uint32_t n = 0; n < designs[d]->graph.nets; ++n) {
            const auto farad = static_cast<double>(designs[d]->ground[n]);
            if (!(farad > 0))
                continue;
            const std::uint32_t c = embedding->classOf[n];
            const auto [it, fresh] = pointOf.emplace(c, out.members.size());
            if (fresh) {
                rows.insert(rows.end(),
                            embedding->rows.begin() + static_cast<std::ptrdiff_t>(c * width),
                            embedding->rows.begin() + static_cast<std::ptrdiff_t>((c + 1) * width));
                out.members.push_back(0);
                out.design.push_back(d);
                out.net.push_back(n);
                logs.push_back(0);
            }
            ++out.members[it->second];
            logs[it->second] += std::log10(farad);
        }
    }
    for (std::size_t i = 0; i < logs.size(); ++i) {
        logs[i] /= static_cast<double>(out.members[i]);
        out.farad.push_back(static_cast<float>(std::pow(10.0, logs[i])));
    }
    const Points points{rows, logs.size(), width};
    const auto near = nearestNeighbours(points, kNeighbours, options.threads, stop);
    if (!near)
        return near.failure();
    out.neighbourR2 = neighbourR2(*near, logs);
    auto tsne = Tsne::create(points, options, stop, progress);
    if (!tsne)
        return tsne.failure();
    while (!tsne->finished()) {
        if (stop.shouldStop())
            return fail("EXPL-003", "The layout was stopped");
        tsne->step();
        progress.report(static_cast<double>(tsne->stepsDone()) / options.steps, "t-SNE");
    }
    out.divergence = tsne->divergence();
    const auto at = tsne->layout();
    out.at.assign(at.begin(), at.end());
    return out;
}

} // namespace ohm::explore
