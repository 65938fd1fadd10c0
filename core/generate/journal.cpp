// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/journal.h"

#include "core/base/files.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace ohm::generate {
namespace {

constexpr char kMagic[8] = {'O', 'H', 'M', 'J', 'N', 'L', '0', '1'};
constexpr std::size_t kFailureLength = 16;

std::uint64_t hashOf(const char* data, std::size_t size) {
    std::uint64_t hash = 1469598103934665603ull; // FNV-1a
    for (std::size_t i = 0; i < size; ++i)
        hash = (hash ^ static_cast<unsigned char>(data[i])) * 1099511628211ull;
    return hash;
}

/// Magic, hash of the key, width.
std::string headerOf(const std::string& key, std::size_t width) {
    std::string header(kMagic, sizeof(kMagic));
    const std::uint64_t hash = hashOf(key.data(), key.size());
    const std::uint64_t count = width;
    header.append(reinterpret_cast<const char*>(&hash), sizeof(hash));
    header.append(reinterpret_cast<const char*>(&count), sizeof(count));
    return header;
}

std::size_t recordSize(std::size_t width) {
    return sizeof(std::uint64_t) + kFailureLength + width * sizeof(double) + sizeof(std::uint64_t);
}

Unexpected cannotWrite(const std::filesystem::path& path) {
    return fail("BASE-010", "The journal cannot be written", std::strerror(errno), path.string());
}

} // namespace

Expected<Journal> Journal::open(const std::filesystem::path& path, const std::string& key,
                                std::size_t width) {
    Journal journal;
    journal.m_path = path;
    journal.m_width = width;
    journal.m_file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (journal.m_file < 0)
        return cannotWrite(path);
    if (::flock(journal.m_file, LOCK_EX | LOCK_NB) != 0)
        return fail("GEN-019", "Another process is making this dataset", {}, path.string(),
                    "Wait for it, or name another output");
    const std::string header = headerOf(key, width);
    std::size_t good = 0;
    {
        const auto bytes = readFile(path);
        if (!bytes)
            return bytes.failure();
        const std::string_view all = bytes->view();
        const bool ours =
            all.substr(0, header.size()) == std::string_view(header).substr(0, all.size());
        const bool bare = all.size() == header.size() && all.starts_with({kMagic, sizeof(kMagic)});
        if (!ours && !bare) // one without records holds nothing to lose
            return fail("GEN-013", "The journal belongs to the making of another dataset", {},
                        path.string(), "Remove it, or name another output");
        const std::size_t size = recordSize(width);
        if (ours && all.size() >= header.size())
            good = header.size();
        while (good > 0 && good + size <= all.size()) {
            const char* record = all.data() + good;
            std::uint64_t sum = 0;
            std::memcpy(&sum, record + size - sizeof(sum), sizeof(sum));
            if (sum != hashOf(record, size - sizeof(sum)))
                break;
            std::uint64_t sample = 0;
            std::memcpy(&sample, record, sizeof(sample));
            Entry entry;
            const char* failure = record + sizeof(sample);
            entry.failure.assign(failure, strnlen(failure, kFailureLength));
            entry.values.resize(width);
            std::memcpy(entry.values.data(), failure + kFailureLength, width * sizeof(double));
            journal.m_entries.emplace(sample, std::move(entry));
            good += size;
        }
    }
    if (::ftruncate(journal.m_file, static_cast<off_t>(good)) != 0 ||
        ::lseek(journal.m_file, 0, SEEK_END) < 0)
        return cannotWrite(path);
    if (good == 0)
        journal.m_pending = header;
    const auto flushed = journal.flush();
    if (!flushed)
        return flushed.failure();
    journal.m_ready = true;
    return journal;
}

Journal::Journal(Journal&& other) noexcept
    : m_path(std::move(other.m_path))
    , m_width(other.m_width)
    , m_file(std::exchange(other.m_file, -1))
    , m_ready(other.m_ready)
    , m_pending(std::move(other.m_pending))
    , m_entries(std::move(other.m_entries)) {}

Journal& Journal::operator=(Journal&& other) noexcept {
    std::swap(m_path, other.m_path);
    std::swap(m_width, other.m_width);
    std::swap(m_file, other.m_file);
    std::swap(m_ready, other.m_ready);
    std::swap(m_pending, other.m_pending);
    std::swap(m_entries, other.m_entries);
    return *this;
}

Journal::~Journal() {
    if (m_file < 0)
        return;
    (void)flush();
    std::error_code ignored;
    if (m_ready && m_entries.empty()) // nothing was done: nothing to go on with
        std::filesystem::remove(m_path, ignored);
    ::close(m_file);
}

void Journal::add(std::uint64_t sample, Entry entry) {
    entry.values.resize(m_width);
    std::string record(recordSize(m_width), '\0');
    std::memcpy(record.data(), &sample, sizeof(sample));
    std::memcpy(record.data() + sizeof(sample), entry.failure.data(),
                std::min(entry.failure.size(), kFailureLength - 1));
    std::memcpy(record.data() + sizeof(sample) + kFailureLength, entry.values.data(),
                m_width * sizeof(double));
    const std::uint64_t sum = hashOf(record.data(), record.size() - sizeof(sum));
    std::memcpy(record.data() + record.size() - sizeof(sum), &sum, sizeof(sum));
    m_pending += record;
    m_entries.insert_or_assign(sample, std::move(entry));
}

Expected<void> Journal::flush() {
    std::size_t done = 0;
    while (done < m_pending.size()) {
        const ssize_t n = ::write(m_file, m_pending.data() + done, m_pending.size() - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            m_pending.erase(0, done);
            return cannotWrite(m_path);
        }
        done += static_cast<std::size_t>(n);
    }
    m_pending.clear();
    return {};
}

} // namespace ohm::generate
