// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/h5tools.h"

#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace ohm::dataset::h5 {
namespace {

constexpr std::size_t kMostText = std::size_t{1} << 20; ///< bytes of one attribute

std::mutex& libraryLock() {
    static std::mutex mutex;
    return mutex;
}

/// The text of an attribute: one string, of fixed length as ours or variable as h5py's.
std::optional<std::string> attributeText(hid_t file, const char* name) {
    const Handle attribute(H5Aopen(file, name, H5P_DEFAULT), H5Aclose);
    if (!attribute.ok())
        return {};
    const Handle type(H5Aget_type(attribute.id()), H5Tclose);
    const Handle space(H5Aget_space(attribute.id()), H5Sclose);
    if (H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1)
        return {};
    if (H5Tis_variable_str(type.id()) > 0) {
        char* text = nullptr;
        if (H5Aread(attribute.id(), type.id(), static_cast<void*>(&text)) < 0 || !text)
            return {};
        std::string value(text, strnlen(text, kMostText));
        H5free_memory(text);
        return value;
    }
    const std::size_t size = H5Tget_size(type.id());
    if (size == 0 || size > kMostText)
        return {};
    std::string value(size, '\0');
    if (H5Aread(attribute.id(), type.id(), value.data()) < 0)
        return {};
    value.resize(value.find_last_not_of('\0') + 1);
    return value;
}

herr_t collectAttribute(hid_t file, const char* name, const H5A_info_t*, void* out) {
    if (auto value = attributeText(file, name))
        (*static_cast<std::map<std::string, std::string>*>(out))[name] = std::move(*value);
    return 0;
}

} // namespace

Session::Session()
    : m_lock(libraryLock()) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
}

bool writeText(hid_t file, const std::string& name, const std::string& value) {
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.id(), std::max<std::size_t>(1, value.size()));
    H5Tset_cset(type.id(), H5T_CSET_UTF8);
    const Handle attribute(
        H5Acreate2(file, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    return attribute.ok() &&
           H5Awrite(attribute.id(), type.id(), value.empty() ? "\0" : value.data()) >= 0;
}

bool liesInside(hid_t file, const char* name) {
    H5L_info_t link;
    return H5Lexists(file, name, H5P_DEFAULT) > 0 &&
           H5Lget_info(file, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
}
bool liesInside(hid_t set) {
    const Handle properties(H5Dget_create_plist(set), H5Pclose);
    return properties.ok() && H5Pget_layout(properties.id()) != H5D_VIRTUAL &&
           H5Pget_external_count(properties.id()) == 0;
}

std::optional<std::map<std::string, std::string>> attributes(hid_t file) {
    std::map<std::string, std::string> texts;
    if (H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, collectAttribute, &texts) < 0)
        return {};
    return texts;
}

Expected<void> writeFile(const std::filesystem::path& path,
                         const std::function<bool(hid_t file)>& fill) {
    const Session session;
    const std::filesystem::path part = path.string() + "." + std::to_string(::getpid()) + ".part";
    const auto failed = [&] {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        return fail("DATA-001", "The dataset cannot be written", "the disk may be full",
                    path.string());
    };
    {
        // The newer layout of HDF5 1.10 has checksums for all that describes the arrays, too.
        const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
        H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110);
        const Handle file(H5Fcreate(part.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id()),
                          H5Fclose);
        if (!file.ok() || !fill(file.id()) || H5Fflush(file.id(), H5F_SCOPE_GLOBAL) < 0)
            return failed();
    }
    const int written = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = written >= 0 && ::fsync(written) == 0;
    if (written >= 0)
        ::close(written);
    std::error_code code;
    if (synced)
        std::filesystem::rename(part, path, code);
    if (!synced || code)
        return failed();
    return {};
}

} // namespace ohm::dataset::h5
