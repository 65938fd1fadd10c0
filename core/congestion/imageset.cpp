// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/imageset.h"

#include "core/congestion/bytes.h"
#include "core/dataset/mapset.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::congestion {
namespace {

namespace fs = std::filesystem;

constexpr int kLeastSide = 16, kMostSide = 1024;
constexpr std::size_t kMostChannels = 256;

/// Four neighbours and their weights for each pixel along an axis.
struct Taps {
    std::array<std::size_t, 4> at;
    std::array<double, 4> weight;
};

std::vector<Taps> tapsOf(std::size_t from, std::size_t to) {
    std::vector<Taps> taps(to);
    const double ratio = static_cast<double>(from) / static_cast<double>(to);
    for (std::size_t i = 0; i < to; ++i) {
        const double place = (static_cast<double>(i) + 0.5) * ratio - 0.5;
        const double below = std::floor(place), t = place - below;
        for (int k = 0; k < 4; ++k)
            taps[i].at[static_cast<std::size_t>(k)] = static_cast<std::size_t>(
                std::clamp(below + k - 1, 0.0, static_cast<double>(from) - 1));
        taps[i].weight = {((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
                          ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t};
    }
    return taps;
}

/// To 0..1; what is flat becomes 0.
void normalise(std::span<float> map) {
    const auto [low, high] = std::minmax_element(map.begin(), map.end());
    const float from = *low, range = *high - *low;
    for (float& value : map)
        value = range > 0 ? (value - from) / range : 0;
}

bool flat(std::span<const float> map) {
    return std::all_of(map.begin(), map.end(), [&](float v) { return v == map.front(); });
}

std::string plain(std::string name) {
    std::replace(name.begin(), name.end(), ',', '_');
    return name;
}

/// One channel of [cells, channels].
std::vector<float> channel(const std::vector<float>& all, std::size_t channels, std::size_t which) {
    std::vector<float> out;
    for (std::size_t i = which; i < all.size(); i += channels)
        out.push_back(all[i]);
    return out;
}

/// An image as [channels, rows, columns].
struct Image {
    std::size_t rows = 0, columns = 0, channels = 0;
    std::vector<float> values;
};

Expected<Image> readImage(const fs::path& file) {
    const auto bytes = readPlain(file);
    if (!bytes)
        return bytes.failure();
    const auto array = readNumericNpy(bytes->view());
    if (!array) {
        Error error = array.error();
        error.where = file.string();
        return Unexpected{error};
    }
    const auto& shape = array->shape;
    if ((shape.size() != 2 && shape.size() != 3) || array->values.empty() ||
        (shape.size() == 3 && shape[2] > kMostChannels))
        return fail("CONG-053", "This is no image of rows, columns and channels", {},
                    file.string());
    Image image{shape[0], shape[1], shape.size() == 3 ? shape[2] : 1, {}};
    image.values.resize(array->values.size());
    const std::size_t pixels = image.rows * image.columns;
    for (std::size_t p = 0; p < pixels; ++p) {
        for (std::size_t c = 0; c < image.channels; ++c) {
            const double value = array->values[p * image.channels + c];
            if (!std::isfinite(value))
                return fail("CONG-041", "A value of the image is not a finite number", {},
                            file.string());
            image.values[c * pixels + p] = static_cast<float>(value);
        }
    }
    return image;
}

/// Where tiles of `side` begin along an axis of `length`.
std::vector<std::size_t> startsOf(std::size_t length, std::size_t side, std::size_t stride) {
    std::vector<std::size_t> starts{0};
    while (starts.back() + side < length)
        starts.push_back(std::min(starts.back() + stride, length - side));
    return starts;
}

/// Part of a map, 0 beyond its edge.
std::vector<float> cut(std::span<const float> map, std::size_t columns, std::size_t rows,
                       std::size_t row, std::size_t column, std::size_t side) {
    std::vector<float> out(side * side, 0.0f);
    for (std::size_t j = row; j < std::min(rows, row + side); ++j) {
        for (std::size_t i = column; i < std::min(columns, column + side); ++i)
            out[(j - row) * side + i - column] = map[j * columns + i];
    }
    return out;
}

/// One image that is written: a design, or a tile of it.
struct Piece {
    const CongestionSample* sample = nullptr;
    std::size_t row = 0, column = 0; ///< of a tile
};

} // namespace

std::vector<float> resized(std::span<const float> map, std::size_t columns, std::size_t rows,
                           std::size_t side) {
    const auto across = tapsOf(columns, side), up = tapsOf(rows, side);
    std::vector<double> wide(rows * side);
    for (std::size_t j = 0; j < rows; ++j) {
        for (std::size_t i = 0; i < side; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < 4; ++k)
                sum +=
                    across[i].weight[k] * static_cast<double>(map[j * columns + across[i].at[k]]);
            wide[j * side + i] = sum;
        }
    }
    std::vector<float> out(side * side);
    for (std::size_t j = 0; j < side; ++j) {
        for (std::size_t i = 0; i < side; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < 4; ++k)
                sum += up[j].weight[k] * wide[up[j].at[k] * side + i];
            out[j * side + i] = static_cast<float>(sum);
        }
    }
    return out;
}

Expected<ImageReport> writeImages(const CongestionSet& set, const ImageOptions& options,
                                  const fs::path& file, const StopToken& stop,
                                  ProgressSink& progress) {
    if (options.side < kLeastSide || options.side > kMostSide)
        return fail("CONG-052", "The images cannot have this side", std::to_string(options.side),
                    {}, "Choose 16 to 1024 pixels");
    if (options.stride < 0 || options.stride > options.side)
        return fail("CONG-052", "Tiles cannot lie so far apart", std::to_string(options.stride), {},
                    "The stride goes from 1 to the side of a tile");
    ImageReport report;
    dataset::MapSetInfo info;
    info.rows = info.columns = static_cast<std::size_t>(options.side);
    info.inputNames = set.mapFeatureNames;
    info.targetNames = {"congestion"};
    std::vector<Piece> pieces;
    for (const CongestionSample& sample : set.samples) {
        if (!sample.labelled() || sample.grid.count() == 0) {
            ++report.skipped;
            continue;
        }
        const auto add = [&](const std::string& name, std::size_t row, std::size_t column) {
            pieces.push_back({&sample, row, column});
            info.sampleNames.push_back(plain(name));
            info.families.push_back(plain(sample.family));
        };
        if (options.stride == 0) {
            add(sample.name, 0, 0);
            continue;
        }
        const auto stride = static_cast<std::size_t>(options.stride);
        for (const std::size_t row :
             startsOf(static_cast<std::size_t>(sample.grid.rows), info.rows, stride)) {
            for (const std::size_t column :
                 startsOf(static_cast<std::size_t>(sample.grid.columns), info.rows, stride))
                add(sample.name + "__" + std::to_string(row) + "_" + std::to_string(column), row,
                    column);
        }
    }
    if (pieces.empty())
        return fail("CONG-052", "No design here has labels", {}, {},
                    "Give routed layouts, guides or label maps");
    info.attributes = set.attributes;
    info.attributes["kind"] = "congestion";
    if (options.stride > 0)
        info.attributes["tiles"] =
            std::to_string(options.side) + " GCells, " + std::to_string(options.stride) + " apart";
    info.attributes["normalised"] = options.minMax ? "min-max per map" : "no";
    auto writer = dataset::MapSetWriter::create(info, file);
    if (!writer)
        return writer.failure();
    const std::size_t channels = info.inputNames.size();
    for (std::size_t s = 0; s < pieces.size(); ++s) {
        if (stop.shouldStop())
            return fail("CONG-079", "Writing the images was stopped");
        const CongestionSample& sample = *pieces[s].sample;
        const auto columns = static_cast<std::size_t>(sample.grid.columns);
        const auto rows = static_cast<std::size_t>(sample.grid.rows);
        const auto image = [&](std::span<const float> map) {
            auto out = options.stride == 0
                           ? resized(map, columns, rows, info.rows)
                           : cut(map, columns, rows, pieces[s].row, pieces[s].column, info.rows);
            if (options.minMax)
                normalise(out);
            return out;
        };
        std::vector<float> input;
        for (std::size_t c = 0; c < channels; ++c) {
            const auto map = image(channel(sample.mapX, channels, c));
            input.insert(input.end(), map.begin(), map.end());
        }
        const auto target = image(combinedLabels(sample.mapY, options.label));
        report.flat += flat(target);
        writer->write(s, input, target);
        progress.report(static_cast<double>(s + 1) / static_cast<double>(pieces.size()),
                        sample.name);
    }
    report.images = pieces.size();
    if (const auto done = writer->finish(); !done)
        return done.failure();
    return report;
}

Expected<ImageReport> importImages(const fs::path& features, const fs::path& labels,
                                   const fs::path& file, const StopToken& stop,
                                   ProgressSink& progress) {
    std::error_code code;
    ImageReport report;
    std::vector<fs::path> names;
    for (fs::directory_iterator it(features, code), end; !code && it != end; it.increment(code)) {
        const fs::path name = it->path().filename();
        if (!it->is_regular_file(code) || name.string().find(".npy") == std::string::npos)
            continue;
        if (fs::is_regular_file(labels / name, code))
            names.push_back(name);
        else
            ++report.skipped;
    }
    if (code)
        return fail("BASE-003", "The folder cannot be read", code.message(), features.string());
    if (names.empty())
        return fail("CONG-052", "No image of the one folder has a label in the other", {},
                    features.string(), "Files belong together by their names");
    std::sort(names.begin(), names.end());
    dataset::MapSetInfo info;
    std::optional<dataset::MapSetWriter> writer;
    for (std::size_t n = 0; n < names.size(); ++n) {
        if (stop.shouldStop())
            return fail("CONG-079", "Reading the images was stopped");
        const auto input = readImage(features / names[n]), target = readImage(labels / names[n]);
        if (!input)
            return input.failure();
        if (!target)
            return target.failure();
        if (n == 0) {
            info.rows = input->rows;
            info.columns = input->columns;
            for (std::size_t c = 0; c < input->channels; ++c)
                info.inputNames.push_back("feature_" + std::to_string(c));
            for (std::size_t c = 0; c < target->channels; ++c)
                info.targetNames.push_back(target->channels == 1 ? "label"
                                                                 : "label_" + std::to_string(c));
            for (const fs::path& name : names) {
                const std::string stem = name.string().substr(0, name.string().find(".npy"));
                info.sampleNames.push_back(plain(stem));
                info.families.push_back(plain(familyOf(stem)));
            }
            info.attributes["kind"] = "images";
            auto made = dataset::MapSetWriter::create(info, file);
            if (!made)
                return made.failure();
            writer.emplace(std::move(*made));
        }
        const auto fits = [&](const Image& image, std::size_t channels) {
            return image.rows == info.rows && image.columns == info.columns &&
                   image.channels == channels;
        };
        if (!fits(*input, info.inputNames.size()) || !fits(*target, info.targetNames.size()))
            return fail("CONG-053", "The images are not all of one size", names[n].string(),
                        features.string());
        report.flat += flat(target->values);
        writer->write(n, input->values, target->values);
        progress.report(static_cast<double>(n + 1) / static_cast<double>(names.size()),
                        names[n].string());
    }
    report.images = names.size();
    if (const auto done = writer->finish(); !done)
        return done.failure();
    return report;
}

} // namespace ohm::congestion
