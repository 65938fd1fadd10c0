// SPDX-License-Identifier: GPL-3.0-or-later
// litho simulate
#include "app/cli/context.h"
#include "core/litho/made.h"
#include "core/litho/simulate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kLevels = 4; ///< of folders in which kernels are looked for, clip included

struct LithoOptions {
    std::vector<std::string> clips;
    std::string output, kernels;
    std::vector<std::string> corners{"nominal"};
    litho::SimulateOptions simulate;
    litho::Lens lens;
    litho::MadeOptions made{0, 1, 0.3};
    double defocus = 60;
};

/// Kernels as asked for, else those of a folder "kernels" in or beside the clips, else a lens.
Expected<litho::OpticsPair> opticsOf(const LithoOptions& options, std::string& source) {
    std::vector<fs::path> folders;
    if (!options.kernels.empty()) {
        folders.push_back(options.kernels);
    } else {
        for (const std::string& clip : options.clips) {
            std::error_code code;
            fs::path place = fs::weakly_canonical(clip, code);
            for (int up = 0; up < kLevels; ++up, place = place.parent_path()) {
                if (fs::is_directory(place / "kernels", code))
                    folders.push_back(place / "kernels");
            }
        }
    }
    if (!folders.empty()) {
        source = folders[0].string();
        return litho::readOpticsFolder(folders[0]);
    }
    litho::Lens lens = options.lens;
    auto focus = litho::opticsOf(lens);
    if (!focus)
        return focus.failure();
    const auto& corners = options.simulate.corners;
    if (std::find(corners.begin(), corners.end(), litho::Corner::Inner) != corners.end())
        lens.defocus = options.defocus; // else out of focus is not asked for
    auto defocus = lens.defocus == 0 ? focus : litho::opticsOf(lens);
    if (!defocus)
        return defocus.failure();
    char text[160];
    std::snprintf(text, sizeof(text),
                  "lens of %g nm, aperture %g, ring of light %g to %g, %g nm out of focus",
                  lens.wavelength, lens.aperture, lens.innerSigma, lens.outerSigma, lens.defocus);
    source = text;
    return litho::OpticsPair{std::move(*focus), std::move(*defocus)};
}

Json masksJson(const litho::SimulateReport& report, const std::vector<std::string>& corners) {
    Json masks = Json::array();
    for (const litho::MaskResult& mask : report.masks) {
        Json at = Json::object();
        for (std::size_t c = 0; c < corners.size(); ++c)
            at[corners[c]] = {{"mean", mask.corners[c].mean},
                              {"max", mask.corners[c].maximum},
                              {"printed", mask.corners[c].printed}};
        masks.push_back({{"name", mask.name},
                         {"bias", mask.bias},
                         {"mask_area", mask.maskArea},
                         {"corners", at}});
    }
    return masks;
}

void simulateCommand(LithoOptions& options, Context& context) {
    const auto start = std::chrono::steady_clock::now();
    options.simulate.corners.clear();
    for (const std::string& corner : options.corners)
        options.simulate.corners.push_back(corner == "outer"   ? litho::Corner::Outer
                                           : corner == "inner" ? litho::Corner::Inner
                                                               : litho::Corner::Nominal);
    options.simulate.threads = context.threads;
    if (options.clips.empty() && options.made.count == 0) {
        context.fail(
            {"CLI-005", "There is nothing to simulate", {}, {}, "Give clips, or --made N"});
        context.exitCode = kUsage;
        return;
    }
    Expected<std::vector<litho::Clip>> clips = std::vector<litho::Clip>{};
    if (!options.clips.empty())
        clips = litho::readClips({options.clips.begin(), options.clips.end()});
    if (clips && options.made.count > 0) {
        options.made.seed = context.seed.value_or(1);
        auto made = litho::madeClips(options.made);
        if (!made)
            return context.fail(made.error());
        clips->insert(clips->end(), made->begin(), made->end());
    }
    if (!clips)
        return context.fail(clips.error());
    std::string source;
    const auto optics = opticsOf(options, source);
    if (!optics)
        return context.fail(optics.error());
    const auto report = litho::simulateClips(*clips, *optics, options.simulate, options.output,
                                             context.stop, context.progress);
    if (!report)
        return context.fail(report.error());
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::size_t printing = 0;
    for (const litho::MaskResult& mask : report->masks)
        printing += mask.corners[0].printed > 0;
    if (context.json)
        return context.print(Json{
            {"ok", true},
            {"clips", clips->size()},
            {"samples", report->masks.size()},
            {"pixels", options.simulate.side},
            {"optics", source},
            {"clear_field", {{"focus", report->clearFocus}, {"defocus", report->clearDefocus}}},
            {"printing", printing},
            {"seconds", seconds},
            {"file", options.output},
            {"masks", masksJson(*report, options.corners)}});
    char text[400];
    std::snprintf(text, sizeof(text),
                  "%zu clips, %zu masks of %d x %d pixels, %zu of them print; clear field %.4f in "
                  "focus, %.4f out of it; %.1f s\n",
                  clips->size(), report->masks.size(), options.simulate.side, options.simulate.side,
                  printing, report->clearFocus, report->clearDefocus, seconds);
    context.print("optics: " + source + "\n" + text);
}

} // namespace

void addLitho(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("litho", "From a mask to the image on the wafer");
    noun->require_subcommand(1);
    const auto options = std::make_shared<LithoOptions>();
    CLI::App* verb = noun->add_subcommand(
        "simulate", "Aerial and resist images of layout clips, as pairs to learn from");
    verb->add_option("CLIPS", options->clips, "Clips (.glp) and folders of them");
    verb->add_option("--made", options->made.count,
                     "Make up so many clips of wires and contacts (--seed), beside those given")
        ->check(CLI::Range(0, 100'000));
    verb->add_option("--made-contacts", options->made.contactShare, "Share of contacts in them")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    verb->add_option("-o,--output", options->output,
                     "HDF5 file to write; without it only the figures are told");
    verb->add_option("--kernels", options->kernels,
                     "Folder of kernels_focus_*.bin, scales_focus_*.bin and the same of defocus "
                     "(default: the folder kernels in or beside the clips, else a lens)");
    verb->add_option("--pixels", options->simulate.side, "Side of the maps: 128, 256 ... 2048")
        ->check(CLI::IsMember({128, 256, 512, 1024, 2048}))
        ->capture_default_str();
    verb->add_option("--bias", options->simulate.biases,
                     "Move every edge outwards, nm; several make several masks of each clip")
        ->delimiter(',')
        ->capture_default_str();
    verb->add_option("--corner", options->corners, "nominal, outer, inner; several, by commas")
        ->delimiter(',')
        ->check(CLI::IsMember({"nominal", "outer", "inner"}))
        ->capture_default_str();
    verb->add_option("--threshold", options->simulate.threshold, "Intensity that prints")
        ->capture_default_str();
    verb->add_option("--steepness", options->simulate.steepness, "Of the resist")
        ->capture_default_str();
    verb->add_option("--wavelength", options->lens.wavelength, "Lens: nm")->capture_default_str();
    verb->add_option("--aperture", options->lens.aperture, "Lens: numerical aperture")
        ->capture_default_str();
    verb->add_option("--sigma-inner", options->lens.innerSigma, "Lens: inner edge of the light")
        ->capture_default_str();
    verb->add_option("--sigma-outer", options->lens.outerSigma, "Lens: outer edge of the light")
        ->capture_default_str();
    verb->add_option("--defocus", options->defocus, "Lens: nm out of focus, for the inner corner")
        ->capture_default_str();
    verb->callback([options, &context] { simulateCommand(*options, context); });
}

} // namespace ohm::cli
