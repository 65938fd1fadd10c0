// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/litho/simulate.h"

#include "core/base/parallel.h"
#include "core/dataset/mapset.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

namespace ohm::litho {
namespace {

constexpr double kOuterDose = 1.02, kInnerDose = 0.98;
constexpr std::size_t kMostMasks = 1'000'000;

double doseOf(Corner corner) {
    return corner == Corner::Outer ? kOuterDose : corner == Corner::Inner ? kInnerDose : 1;
}

std::string plain(std::string name) {
    std::replace(name.begin(), name.end(), ',', '_');
    return name;
}

/// What one thread needs, made when it first works.
struct Worker {
    std::optional<Imager> focus, defocus;
    std::vector<float> target;
};

class Simulation {
public:
    Simulation(const std::vector<Clip>& clips, const OpticsPair& optics,
               const SimulateOptions& options)
        : m_clips(clips)
        , m_optics(optics)
        , m_options(options) {}

    /// The mask of clip and bias: its raster and, for each corner, aerial image and resist.
    Expected<MaskResult> mask(std::size_t number, Worker& worker, std::vector<float>& input) {
        const Clip& clip = m_clips[number / m_options.biases.size()];
        const int bias = m_options.biases[number % m_options.biases.size()];
        const auto cover = coverOf(clip, bias);
        if (!cover)
            return cover.failure();
        const auto shift = centring(clip, bias);
        if (!shift)
            return shift.failure();
        const auto [dx, dy] = *shift;
        MaskResult result;
        result.name = clip.name;
        result.family = clip.family;
        result.bias = bias;
        for (const Rect& r : *cover)
            result.maskArea += static_cast<double>(r.x1 - r.x0) * (r.y1 - r.y0);
        input = rasterOf(*cover, dx, dy, m_options.side);
        const std::size_t pixels = input.size();
        worker.target.resize(pixels * 2 * m_options.corners.size());
        for (const bool inFocus : {true, false}) {
            if (std::none_of(m_options.corners.begin(), m_options.corners.end(),
                             [&](Corner c) { return (c != Corner::Inner) == inFocus; }))
                continue;
            const Optics& optics = inFocus ? m_optics.focus : m_optics.defocus;
            auto& imager = inFocus ? worker.focus : worker.defocus;
            if (!imager) {
                auto made = Imager::create(optics, m_options.side);
                if (!made)
                    return made.failure();
                imager.emplace(std::move(*made));
            }
            const auto image = imager->image(spectrumOf(*cover, dx, dy, optics.half));
            for (std::size_t c = 0; c < m_options.corners.size(); ++c) {
                if ((m_options.corners[c] != Corner::Inner) == inFocus)
                    corner(image, c, worker.target, result);
            }
        }
        return result;
    }

private:
    void corner(std::span<const double> image, std::size_t c, std::vector<float>& target,
                MaskResult& result) const {
        const double dose = doseOf(m_options.corners[c]);
        const Exposure exposure{dose, m_options.threshold, m_options.steepness};
        result.corners.resize(m_options.corners.size());
        MaskResult::AtCorner& at = result.corners[c];
        const double pixel = static_cast<double>(kField) / m_options.side;
        float* aerial = target.data() + 2 * c * image.size();
        float* resist = aerial + image.size();
        std::size_t printed = 0;
        for (std::size_t i = 0; i < image.size(); ++i) {
            const double intensity = dose * dose * image[i];
            aerial[i] = static_cast<float>(intensity);
            resist[i] = static_cast<float>(resistOf(intensity, exposure));
            at.mean += intensity;
            at.maximum = std::max(at.maximum, intensity);
            printed += intensity >= m_options.threshold;
        }
        at.mean /= static_cast<double>(image.size());
        at.printed = static_cast<double>(printed) * pixel * pixel;
    }

    const std::vector<Clip>& m_clips;
    const OpticsPair& m_optics;
    const SimulateOptions& m_options;
};

dataset::MapSetInfo infoOf(const std::vector<Clip>& clips, const SimulateOptions& options) {
    dataset::MapSetInfo info;
    info.rows = info.columns = static_cast<std::size_t>(options.side);
    info.inputNames = {"mask"};
    for (const Corner corner : options.corners) {
        info.targetNames.push_back(std::string("aerial_") + cornerName(corner));
        info.targetNames.push_back(std::string("resist_") + cornerName(corner));
    }
    for (const Clip& clip : clips) {
        for (const int bias : options.biases) {
            info.sampleNames.push_back(plain(clip.name) +
                                       (bias > 0 ? "+" + std::to_string(bias) : ""));
            info.families.push_back(plain(clip.family));
        }
    }
    info.attributes["kind"] = "lithography";
    info.attributes["pixel_nm"] = std::to_string(kField / options.side);
    info.attributes["threshold"] = std::to_string(options.threshold);
    info.attributes["steepness"] = std::to_string(options.steepness);
    return info;
}

} // namespace

const char* cornerName(Corner corner) {
    return corner == Corner::Outer ? "outer" : corner == Corner::Inner ? "inner" : "nominal";
}

Expected<SimulateReport> simulateClips(const std::vector<Clip>& clips, const OpticsPair& optics,
                                       const SimulateOptions& options,
                                       const std::filesystem::path& file, const StopToken& stop,
                                       ProgressSink& progress) {
    const std::size_t masks = clips.size() * options.biases.size();
    if (masks == 0 || masks > kMostMasks || options.corners.empty())
        return fail("LITHO-023", "There is nothing to simulate",
                    "clips, biases and corners are needed");
    // A side that is not possible is told before a file is begun.
    for (const Optics* system : {&optics.focus, &optics.defocus}) {
        if (const auto imager = Imager::create(*system, options.side); !imager)
            return imager.failure();
    }
    std::optional<dataset::MapSetWriter> writer;
    if (!file.empty()) {
        auto made = dataset::MapSetWriter::create(infoOf(clips, options), file);
        if (!made)
            return made.failure();
        writer.emplace(std::move(*made));
    }
    Simulation simulation(clips, optics, options);
    SimulateReport report;
    report.masks.resize(masks);
    report.clearFocus = optics.focus.clearField();
    report.clearDefocus = optics.defocus.clearField();
    std::mutex mutex; // of the writer and of the first error
    std::optional<std::pair<std::size_t, Error>> error;
    std::atomic<std::size_t> done{0};
    std::atomic<bool> failed{false};
    const unsigned threads = threadCount(options.threads);
    std::vector<std::unique_ptr<Worker>> idle;
    const auto work = [&](std::size_t n, std::size_t) {
        if (failed || stop.shouldStop())
            return;
        std::unique_ptr<Worker> worker;
        {
            const std::lock_guard lock(mutex);
            if (!idle.empty()) {
                worker = std::move(idle.back());
                idle.pop_back();
            }
        }
        if (!worker)
            worker = std::make_unique<Worker>();
        std::vector<float> input;
        auto result = simulation.mask(n, *worker, input);
        const std::lock_guard lock(mutex);
        if (!result) {
            failed = true;
            if (!error || n < error->first)
                error = {n, result.error()};
            return;
        }
        report.masks[n] = std::move(*result);
        if (writer)
            writer->write(n, input, worker->target);
        idle.push_back(std::move(worker));
        progress.report(static_cast<double>(++done) / static_cast<double>(masks),
                        report.masks[n].name);
    };
    parallelBlocks(masks, 1, threads, work);
    if (error)
        return Unexpected{error->second};
    if (stop.shouldStop())
        return fail("LITHO-029", "The simulation was stopped");
    if (writer) {
        if (const auto finished = writer->finish(); !finished)
            return finished.failure();
    }
    return report;
}

} // namespace ohm::litho
