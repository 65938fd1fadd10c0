// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace ohm::runs {

/// A connection to one database file. Thread: one at a time.
class Database {
public:
    using Value = std::variant<std::int64_t, double, std::string>;
    /// A row that is being read; valid within the callback.
    class Row {
    public:
        explicit Row(sqlite3_stmt* statement)
            : m_statement(statement) {}
        std::int64_t integer(int column) const;
        double real(int column) const;
        std::string text(int column) const;

    private:
        sqlite3_stmt* m_statement;
    };

    Database() = default;
    Database(Database&& other) noexcept;
    Database& operator=(Database&& other) noexcept;
    ~Database();

    /// Opens or makes it; waits up to five seconds for others that write. Errors: RUN-001.
    static Expected<Database> open(const std::filesystem::path& path);
    /// Runs one statement with values in place of its question marks. Errors: RUN-004.
    Expected<void> run(const std::string& sql, const std::vector<Value>& values = {},
                       const std::function<void(const Row&)>& each = {});
    /// All or nothing; `body` must not throw. Errors: those of the body, RUN-004.
    Expected<void> transaction(const std::function<Expected<void>()>& body);

private:
    sqlite3* m_handle = nullptr;
    std::string m_path;
};

} // namespace ohm::runs
