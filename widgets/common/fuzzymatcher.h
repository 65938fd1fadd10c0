// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>
#include <QVector>

#include <cstdint>
#include <optional>
#include <vector>

namespace ohm::widgets {

struct FuzzyHit {
    int index = 0; ///< of the text given to FuzzyIndex
    int score = 0; ///< higher is better
};

/// Score of `pattern` as a subsequence of `text`, case-insensitive: prefixes, word starts and runs
/// score higher, long texts lower. Nothing if it does not occur. `positions` gets the matched
/// characters. Thread: any.
std::optional<int> fuzzyScore(QStringView pattern, QStringView text,
                              QVector<int>* positions = nullptr);

/// Texts prepared for many queries (100k entries answer within a few milliseconds). Immutable
/// after `add`. Thread: any for const access.
class FuzzyIndex {
public:
    void reserve(std::size_t texts);
    void add(QStringView text);
    int size() const { return static_cast<int>(m_offsets.size()) - 1; }
    /// The best `limit` hits, best first; ties keep the given order. Blanks in the pattern separate
    /// words that must all match. An empty pattern hits all.
    QVector<FuzzyHit> best(QStringView pattern, int limit) const;

private:
    QString m_folded; ///< all texts, case-folded, one after the other
    std::vector<std::uint32_t> m_offsets{0};
    std::vector<std::uint64_t> m_letters; ///< per text: which letters and digits occur
};

} // namespace ohm::widgets
