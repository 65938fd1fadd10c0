// SPDX-License-Identifier: GPL-3.0-or-later
// t-SNE beside its peers: the points of `ohmscape-cli bench tsne` for other programs to lay out,
// and one judge of everybody's layouts. tsne_peers.py runs the others.
//   bench_tsne points COUNT FILE        float32 [COUNT, 128]
//   bench_tsne ours COUNT FILE [STEPS]  float32 [COUNT, 2] by core/explore, seconds on stdout
//   bench_tsne judge COUNT FILE...      divergence (perplexity 30, Z over all pairs) and the share
//                                       of ten nearest neighbours kept, of float32 [COUNT, 2]
#include "core/explore/bench.h"
#include "core/explore/tsne.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

using namespace ohm::explore;

namespace {

constexpr std::size_t kWidth = 128;

bool write(const char* path, const std::vector<float>& values) {
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(float)));
    return out.good();
}

int complain(const std::string& what) {
    std::fprintf(stderr, "bench_tsne: %s\n", what.c_str());
    return 1;
}

int ours(const Points& points, const char* path, int steps) {
    const auto start = std::chrono::steady_clock::now();
    TsneOptions options;
    options.threads = 2;
    options.steps = steps;
    auto tsne = Tsne::create(points, options);
    if (!tsne)
        return complain(tsne.error().text);
    while (!tsne->finished())
        tsne->step();
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    std::printf("ours %zu steps %d: %.2f s, %.2f s of the processors\n", points.count, steps,
                passed.count(), static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
    return write(path, tsne->layout()) ? 0 : complain(std::string("cannot write ") + path);
}

int judge(const Points& points, int count, char** paths) {
    const TsneOptions options;
    const auto near =
        nearestNeighbours(points, static_cast<std::size_t>(3 * options.perplexity), 2);
    if (!near)
        return complain(near.error().text);
    const Affinities affinities = makeAffinities(*near, options.perplexity, 2);
    for (int i = 0; i < count; ++i) {
        std::vector<float> layout(2 * points.count);
        std::ifstream in(paths[i], std::ios::binary);
        if (!in.read(reinterpret_cast<char*>(layout.data()),
                     static_cast<std::streamsize>(layout.size() * sizeof(float))))
            return complain(std::string(paths[i]) + " is no layout of so many points");
        const auto kept =
            neighbourPreservation(points, {layout, points.count, 2}, 10, points.count, 2);
        if (!kept)
            return complain(kept.error().text);
        std::printf("%-40s divergence %.4f  neighbours kept %.4f\n", paths[i],
                    exactDivergence(affinities, layout, 2), *kept);
        std::fflush(stdout);
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::string verb = argc > 1 ? argv[1] : "";
    const long count = argc > 3 ? std::atol(argv[2]) : 0;
    if (count < 100 || count > 1000000 || (verb != "points" && verb != "ours" && verb != "judge"))
        return complain("points COUNT FILE | ours COUNT FILE [STEPS] | judge COUNT FILE...");
    const auto n = static_cast<std::size_t>(count);
    const auto values = gaussianMixture(n, 1);
    const Points points{values, n, kWidth};
    if (verb == "points")
        return write(argv[3], values) ? 0 : complain(std::string("cannot write ") + argv[3]);
    if (verb == "ours")
        return ours(points, argv[3], argc > 4 ? std::max(1, std::atoi(argv[4])) : 1000);
    return judge(points, argc - 3, argv + 3);
}
