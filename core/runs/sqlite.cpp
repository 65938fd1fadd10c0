// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/sqlite.h"

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include <sqlite3.h>

namespace ohm::runs {
namespace {
constexpr int kPatienceMs = 5000;
constexpr int kPauseMs = 10;
} // namespace

std::int64_t Database::Row::integer(int column) const {
    return sqlite3_column_int64(m_statement, column);
}

double Database::Row::real(int column) const {
    return sqlite3_column_double(m_statement, column);
}

std::string Database::Row::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return bytes ? std::string(bytes,
                               static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column)))
                 : std::string();
}

Database::Database(Database&& other) noexcept
    : m_handle(std::exchange(other.m_handle, nullptr))
    , m_path(std::move(other.m_path)) {}

Database& Database::operator=(Database&& other) noexcept {
    std::swap(m_handle, other.m_handle);
    std::swap(m_path, other.m_path);
    return *this;
}

Database::~Database() {
    sqlite3_close(m_handle);
}

Expected<Database> Database::open(const std::filesystem::path& path) {
    Database database;
    database.m_path = path.string();
    const int code = sqlite3_open_v2(path.c_str(), &database.m_handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    const auto failed = [&](const std::string& detail) {
        return fail(
            "RUN-001", "The list of runs cannot be opened", detail, path.string(),
            "Move the file away; it is made again from the runs' folders, without tags and notes");
    };
    if (code != SQLITE_OK)
        return failed(database.m_handle ? sqlite3_errmsg(database.m_handle) : "no memory");
    sqlite3_busy_timeout(database.m_handle, kPatienceMs);
    // A foreign database runs no code of its own here, and is not trusted with its schema.
    sqlite3_db_config(database.m_handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database.m_handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // The write-ahead log lets readers go on while one writes; touching the file finds damage.
    // Several that switch to it at once are told to come back, whatever the patience above.
    for (int waited = 0;; waited += kPauseMs) {
        const auto mode = database.run("PRAGMA journal_mode = WAL");
        if (mode)
            break;
        if (sqlite3_errcode(database.m_handle) != SQLITE_BUSY || waited >= kPatienceMs)
            return failed(mode.error().detail);
        std::this_thread::sleep_for(std::chrono::milliseconds(kPauseMs));
    }
    if (const auto read = database.run("SELECT count(*) FROM sqlite_master"); !read)
        return failed(read.error().detail);
    return database;
}

Expected<void> Database::run(const std::string& sql, const std::vector<Value>& values,
                             const std::function<void(const Row&)>& each) {
    const auto failed = [&] {
        return fail("RUN-004", "The list of runs cannot be read or written",
                    sqlite3_errmsg(m_handle), m_path);
    };
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(m_handle, sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr) !=
        SQLITE_OK)
        return failed();
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw,
                                                                               &sqlite3_finalize);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int at = static_cast<int>(i) + 1;
        int code = SQLITE_OK;
        if (const auto* number = std::get_if<std::int64_t>(&values[i]))
            code = sqlite3_bind_int64(raw, at, *number);
        else if (const auto* real = std::get_if<double>(&values[i]))
            code = sqlite3_bind_double(raw, at, *real);
        else {
            const auto& text = std::get<std::string>(values[i]);
            code = sqlite3_bind_text(raw, at, text.data(), static_cast<int>(text.size()),
                                     SQLITE_TRANSIENT);
        }
        if (code != SQLITE_OK)
            return failed();
    }
    for (;;) {
        const int code = sqlite3_step(raw);
        if (code == SQLITE_DONE)
            return {};
        if (code != SQLITE_ROW)
            return failed();
        if (each)
            each(Row(raw));
    }
}

Expected<void> Database::transaction(const std::function<Expected<void>()>& body) {
    // Immediate: two that read first and write then would block each other for ever.
    if (const auto begun = run("BEGIN IMMEDIATE"); !begun)
        return begun;
    if (const auto done = body(); !done) {
        (void)run("ROLLBACK");
        return done;
    }
    const auto committed = run("COMMIT");
    if (!committed)
        (void)run("ROLLBACK");
    return committed;
}

} // namespace ohm::runs
