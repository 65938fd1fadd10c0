// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/mapset.h"

#include "core/dataset/h5io.h"

#include <new>

namespace ohm::dataset {
namespace {

constexpr const char* kFormat = "ohmscape-maps";
constexpr const char* kVersion = "1";
constexpr std::size_t kMostSide = 1 << 14;

Unexpected unwritable(const std::filesystem::path& path) {
    return fail("DATA-050", "The file of maps cannot be written", "the disk may be full",
                path.string());
}

} // namespace

struct MapSetWriter::State {
    State(const std::filesystem::path& target)
        : path(target)
        , file(target) {}
    std::filesystem::path path;
    H5Writer file;
};

MapSetWriter::MapSetWriter(std::unique_ptr<State> state)
    : m_state(std::move(state)) {}
MapSetWriter::MapSetWriter(MapSetWriter&&) noexcept = default;
MapSetWriter::~MapSetWriter() = default;

Expected<MapSetWriter> MapSetWriter::create(const MapSetInfo& info,
                                            const std::filesystem::path& path) {
    if (info.samples() == 0 || info.pixels() == 0 || info.inputNames.empty() ||
        info.targetNames.empty() || info.families.size() != info.samples())
        return fail("DATA-050", "There are no maps to write", {}, path.string());
    auto state = std::make_unique<State>(path);
    H5Writer& file = state->file;
    file.text("format", kFormat);
    file.text("format_version", kVersion);
    file.text("input_names", joinedNames(info.inputNames));
    file.text("target_names", joinedNames(info.targetNames));
    for (const auto& [name, value] : info.attributes)
        file.text("provenance." + name, value);
    const auto texts = [&](const char* name, const std::vector<std::string>& values) {
        const std::string joined = joinedNames(values);
        file.array(name, std::vector<std::uint8_t>(joined.begin(), joined.end()));
    };
    texts("sample_names", info.sampleNames);
    texts("families", info.families);
    file.reserve<float>("input", {info.samples(), info.inputNames.size(), info.rows, info.columns},
                        1);
    file.reserve<float>("target",
                        {info.samples(), info.targetNames.size(), info.rows, info.columns}, 1);
    if (!file.good())
        return unwritable(path);
    return MapSetWriter(std::move(state));
}

void MapSetWriter::write(std::size_t sample, std::span<const float> input,
                         std::span<const float> target) {
    m_state->file.rows("input", sample, input);
    m_state->file.rows("target", sample, target);
}

Expected<void> MapSetWriter::finish() {
    if (!m_state->file.commit())
        return unwritable(m_state->path);
    return {};
}

struct MapSetReader::State {
    State(const std::filesystem::path& target)
        : path(target)
        , file(target) {}
    std::filesystem::path path;
    H5Reader file;
    MapSetInfo info;
};

MapSetReader::MapSetReader(std::unique_ptr<State> state)
    : m_state(std::move(state)) {}
MapSetReader::MapSetReader(MapSetReader&&) noexcept = default;
MapSetReader::~MapSetReader() = default;

const MapSetInfo& MapSetReader::info() const {
    return m_state->info;
}

Expected<MapSetReader> MapSetReader::open(const std::filesystem::path& path) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        return fail("BASE-001", "The file does not exist", {}, path.string());
    auto state = std::make_unique<State>(path);
    if (!state->file.good())
        return fail("DATA-002", "This is not a readable HDF5 file", {}, path.string(),
                    "It may be damaged or cut short");
    const auto wrong = [&](const char* text, const char* detail = "") {
        return fail("DATA-051", text, detail, path.string(), "It may be damaged; make it again");
    };
    auto texts = state->file.texts();
    if (!texts)
        return wrong("The attributes of the file cannot be read");
    if ((*texts)["format"] != kFormat || (*texts)["format_version"] != kVersion)
        return wrong("This is no file of maps of this version");
    MapSetInfo& info = state->info;
    info.inputNames = splitNames((*texts)["input_names"]);
    info.targetNames = splitNames((*texts)["target_names"]);
    std::vector<std::uint8_t> names, families;
    if (!state->file.array("sample_names", names) || !state->file.array("families", families))
        return wrong("An array of the file is missing or damaged", "sample_names or families");
    info.sampleNames = splitNames(std::string(names.begin(), names.end()));
    info.families = splitNames(std::string(families.begin(), families.end()));
    const auto input = state->file.shape("input"), target = state->file.shape("target");
    if (!input || !target || input->size() != 4 || target->size() != 4 ||
        (*input)[0] != info.samples() || (*target)[0] != info.samples() ||
        info.families.size() != info.samples() || (*input)[1] != info.inputNames.size() ||
        (*target)[1] != info.targetNames.size() || (*input)[2] != (*target)[2] ||
        (*input)[3] != (*target)[3] || (*input)[2] > kMostSide || (*input)[3] > kMostSide)
        return wrong("An array of the file is missing, damaged or of another size",
                     "input or target");
    info.rows = (*input)[2];
    info.columns = (*input)[3];
    constexpr std::string_view kPrefix = "provenance.";
    for (const auto& [name, value] : *texts) {
        if (name.starts_with(kPrefix))
            info.attributes[name.substr(kPrefix.size())] = value;
    }
    return MapSetReader(std::move(state));
}

Expected<void> MapSetReader::read(std::size_t first, std::size_t count, std::vector<float>& inputs,
                                  std::vector<float>& targets) const {
    try {
        if (m_state->file.rows("input", first, count, inputs) &&
            m_state->file.rows("target", first, count, targets))
            return {};
    } catch (const std::bad_alloc&) {
        return fail("DATA-004", "The maps are too large for the memory of this machine", {},
                    m_state->path.string());
    }
    return fail("DATA-051", "These maps cannot be read", {}, m_state->path.string(),
                "The file may be damaged; make it again");
}

} // namespace ohm::dataset
