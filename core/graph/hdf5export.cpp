// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/hdf5export.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/graph/nodekind.h"

#include <hdf5.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::graph {

namespace {

constexpr std::size_t kMostFixedText = std::size_t{256} << 20;
constexpr std::size_t kLongestTitle = 4096; // attributes live in the 64 kB object header

/// Closes an HDF5 identifier when it goes; every failure is remembered by the Writer.
class Id {
public:
    Id(hid_t id, herr_t (*close)(hid_t))
        : m_id(id)
        , m_close(close) {}
    ~Id() {
        if (m_id >= 0)
            m_close(m_id);
    }
    Id(const Id&) = delete;
    Id& operator=(const Id&) = delete;
    operator hid_t() const { return m_id; }
    bool ok() const { return m_id >= 0; }

private:
    hid_t m_id;
    herr_t (*m_close)(hid_t);
};

class Writer {
public:
    explicit Writer(hid_t file)
        : m_file(file) {}
    bool ok() const { return m_ok; }

    void data(const char* name, hid_t type, std::vector<hsize_t> shape, const void* values) {
        const Id space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                       H5Sclose);
        const Id create(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
        hsize_t total = 1;
        for (hsize_t n : shape)
            total *= n;
        if (total > 4096) { // one-hot codes shrink to almost nothing
            std::vector<hsize_t> chunk = shape;
            if (shape.size() > 1 && shape[0] == 2) {
                chunk[1] = std::min<hsize_t>(chunk[1], 1 << 16);
            } else {
                chunk[0] = std::min<hsize_t>(chunk[0], 1 << 14);
            }
            check(H5Pset_chunk(create, static_cast<int>(chunk.size()), chunk.data()));
            check(H5Pset_shuffle(create));
            check(H5Pset_deflate(create, 4));
        }
        const Id set(H5Dcreate2(m_file, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT),
                     H5Dclose);
        check(set);
        if (set.ok() && total > 0)
            check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    }

    /// UTF-8 strings: of fixed length (which compress) unless a few very long ones would waste
    /// room.
    void strings(const char* name, const std::vector<std::string>& values) {
        std::size_t length = 1;
        for (const std::string& value : values)
            length = std::max(length, value.size());
        if (length * values.size() > kMostFixedText) {
            std::vector<const char*> pointers(values.size());
            for (std::size_t i = 0; i < values.size(); ++i)
                pointers[i] = values[i].c_str();
            const Id variable(stringType(H5T_VARIABLE), H5Tclose);
            data(name, variable, {values.size()}, pointers.data());
            return;
        }
        std::vector<char> bytes(values.size() * length, '\0');
        for (std::size_t i = 0; i < values.size(); ++i)
            std::memcpy(bytes.data() + i * length, values[i].data(), values[i].size());
        const Id type(stringType(length), H5Tclose);
        data(name, type, {values.size()}, bytes.data());
    }

    void attribute(const char* name, const std::string& value) {
        const Id type(stringType(std::max<std::size_t>(value.size(), 1)), H5Tclose);
        const Id space(H5Screate(H5S_SCALAR), H5Sclose);
        const Id attr(H5Acreate2(m_file, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        check(attr);
        if (attr.ok())
            check(H5Awrite(attr, type, value.empty() ? "\0" : value.data()));
    }
    void attribute(const char* name, std::int64_t value) {
        const Id space(H5Screate(H5S_SCALAR), H5Sclose);
        const Id attr(H5Acreate2(m_file, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT),
                      H5Aclose);
        check(attr);
        if (attr.ok())
            check(H5Awrite(attr, H5T_NATIVE_INT64, &value));
    }

private:
    static hid_t stringType(std::size_t length) {
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, length);
        if (length != H5T_VARIABLE)
            H5Tset_strpad(type, H5T_STR_NULLPAD);
        H5Tset_cset(type, H5T_CSET_UTF8);
        return type;
    }
    void check(hid_t result) { m_ok = m_ok && result >= 0; }

    hid_t m_file;
    bool m_ok = true;
};

std::string utf8(std::string_view text) {
    return isUtf8(text) ? std::string(text) : toUtf8(text, TextEncoding::Windows1252);
}

void writeAll(Writer& out, const TerminalGraph& graph, const NodeFeatures& features) {
    const std::size_t nodes = graph.nodeCount();
    const std::size_t directed = graph.edgeCount() * 2;
    const std::int64_t nodePtr[2] = {0, static_cast<std::int64_t>(nodes)};
    const std::int64_t edgePtr[2] = {0, static_cast<std::int64_t>(directed)};
    out.data("node_ptr", H5T_NATIVE_INT64, {2}, nodePtr);
    out.data("edge_ptr", H5T_NATIVE_INT64, {2}, edgePtr);
    out.data("x", H5T_NATIVE_FLOAT, {nodes, features.width}, features.values.data());

    std::vector<std::uint32_t> index(directed * 2);
    const auto edges = graph.edges();
    for (std::size_t e = 0; e < graph.edgeCount(); ++e) {
        index[2 * e] = index[directed + 2 * e + 1] = edges[2 * e];
        index[2 * e + 1] = index[directed + 2 * e] = edges[2 * e + 1];
    }
    out.data("edge_index", H5T_NATIVE_UINT32, {2, directed}, index.data());
    const std::vector<float> labels(nodes, std::numeric_limits<float>::quiet_NaN());
    out.data("labels", H5T_NATIVE_FLOAT, {nodes, 1}, labels.data());
    out.data("output_mask", H5T_NATIVE_UINT8, {nodes}, features.outputMask.data());
    out.data("known_mask", H5T_NATIVE_UINT8, {nodes}, features.known.data());

    std::vector<std::uint8_t> kinds(nodes);
    const std::vector<NodeKind> nodeKind = nodeKinds(graph);
    for (std::size_t i = 0; i < nodes; ++i)
        kinds[i] = static_cast<std::uint8_t>(nodeKind[i]);
    out.data("node_kind", H5T_NATIVE_UINT8, {nodes}, kinds.data());
    std::vector<std::string> names(static_cast<std::size_t>(kNodeKindCount));
    for (int k = 0; k < kNodeKindCount; ++k)
        names[static_cast<std::size_t>(k)] = nodeKindName(static_cast<NodeKind>(k));
    out.strings("kind_names", names);
    names.assign(nodes, {});
    for (std::uint32_t i = 0; i < nodes; ++i)
        names[i] = utf8(graph.nodeName(i));
    out.strings("node_names", names);
    out.strings("columns", features.columns);

    out.attribute("format", std::string("ohmscape-graphs"));
    out.attribute("version", std::int64_t{1});
    out.attribute("schema", std::string(schemaName(features.schema)));
    out.attribute("graphs", std::int64_t{1});
    out.attribute("undirected_edges", static_cast<std::int64_t>(graph.edgeCount()));
    out.attribute("title", utf8(graph.circuit().title().substr(0, kLongestTitle)));
    out.attribute("dialect", std::string(netlist::dialectName(graph.circuit().dialect())));
    out.attribute("normalised", std::int64_t{0});
}

} // namespace

Expected<void> exportHdf5(const TerminalGraph& graph, const NodeFeatures& features,
                          const std::filesystem::path& path) {
    // The library may be built without thread safety.
    static std::mutex mutex;
    std::string image;
    {
        const std::lock_guard lock(mutex);
        const auto failed = [&] {
            return fail("GRAPH-011", "The graph could not be written as HDF5.", {}, path.string());
        };
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
        // Built in memory, so that the file on disk appears whole or not at all.
        const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
        if (H5Pset_fapl_core(access, std::size_t{1} << 20, 0) < 0)
            return failed();
        const Id file(H5Fcreate("graph.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
        if (!file.ok())
            return failed();
        Writer writer(file);
        writeAll(writer, graph, features);
        if (!writer.ok() || H5Fflush(file, H5F_SCOPE_LOCAL) < 0)
            return failed();
        const ssize_t size = H5Fget_file_image(file, nullptr, 0);
        if (size <= 0)
            return failed();
        image.resize(static_cast<std::size_t>(size));
        if (H5Fget_file_image(file, image.data(), image.size()) != size)
            return failed();
    }
    return writeFileAtomically(path, image);
}

} // namespace ohm::graph
