// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/fuzzymatcher.h"

#include <algorithm>

namespace ohm::widgets {
namespace {

constexpr int kMatch = 16;
constexpr int kRun = 12;       ///< follows the previous match directly
constexpr int kWordStart = 14; ///< begins a word
constexpr int kTextStart = 20; ///< begins the text
constexpr int kWhole = 60;     ///< pattern and text are equal
constexpr int kLongestGap = 12;

bool isSeparator(QChar c) {
    return !c.isLetterOrNumber();
}

/// Letters and digits as bits, so that most texts are refused without looking at them.
std::uint64_t lettersOf(QStringView folded) {
    std::uint64_t bits = 0;
    for (const QChar c : folded) {
        const char16_t u = c.unicode();
        if (u >= u'a' && u <= u'z')
            bits |= std::uint64_t{1} << (u - u'a');
        else if (u >= u'0' && u <= u'9')
            bits |= std::uint64_t{1} << (26 + (u - u'0'));
        else
            bits |= std::uint64_t{1} << (36 + (u & 15));
    }
    return bits;
}

/// Both already folded. First greedy from the left, then tightened from the right: finds the end
/// of the earliest match and the closest start for it, in linear time.
std::optional<int> scoreFolded(QStringView pattern, QStringView text, QVector<int>* positions) {
    if (pattern.isEmpty())
        return 0;
    // A plain substring beats any scattered match: take the best place of it.
    qsizetype start = text.indexOf(pattern);
    if (start >= 0) {
        for (qsizetype other = start; other >= 0; other = text.indexOf(pattern, other + 1)) {
            if (other == 0 || isSeparator(text[other - 1])) {
                start = other;
                break;
            }
        }
        const int length = static_cast<int>(pattern.size());
        int score = length * kMatch + (length - 1) * kRun -
                    static_cast<int>(std::min<qsizetype>(text.size(), 200) / 8);
        if (start == 0)
            score += kTextStart;
        if (start == 0 || isSeparator(text[start - 1]))
            score += kWordStart;
        if (length == text.size())
            score += kWhole;
        if (positions) {
            for (int i = 0; i < length; ++i)
                positions->append(static_cast<int>(start) + i);
        }
        return score;
    }
    qsizetype at = 0;
    for (const QChar c : pattern) {
        at = text.indexOf(c, at);
        if (at < 0)
            return std::nullopt;
        ++at;
    }
    QVector<int> places(static_cast<int>(pattern.size()));
    qsizetype from = at - 1;
    for (qsizetype i = pattern.size() - 1; i >= 0; --i, --from) {
        while (text[from] != pattern[i])
            --from;
        places[static_cast<int>(i)] = static_cast<int>(from);
    }
    int score = -static_cast<int>(std::min<qsizetype>(text.size(), 200) / 8);
    int last = -1;
    for (const int place : places) {
        score += kMatch;
        if (place == 0)
            score += kTextStart;
        if (place == 0 || isSeparator(text[place - 1]))
            score += kWordStart;
        if (last >= 0)
            score += place == last + 1 ? kRun : -std::min(place - last - 1, kLongestGap);
        last = place;
    }
    if (positions)
        *positions += places;
    return score;
}

} // namespace

std::optional<int> fuzzyScore(QStringView pattern, QStringView text, QVector<int>* positions) {
    const QString foldedText = text.toString().toLower();
    const QString foldedPattern = pattern.toString().toLower();
    int total = 0;
    QVector<int> all;
    for (const QStringView word :
         QStringView(foldedPattern).tokenize(QChar(u' '), Qt::SkipEmptyParts)) {
        const auto score = scoreFolded(word, foldedText, positions ? &all : nullptr);
        if (!score)
            return std::nullopt;
        total += *score;
    }
    if (positions) {
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        *positions = all;
    }
    return total;
}

void FuzzyIndex::reserve(std::size_t texts) {
    m_offsets.reserve(texts + 1);
    m_letters.reserve(texts);
    m_folded.reserve(static_cast<qsizetype>(texts) * 16);
}

void FuzzyIndex::add(QStringView text) {
    // Character by character, so that positions stay those of the original text.
    const qsizetype before = m_folded.size();
    for (const QChar c : text)
        m_folded += c.toLower();
    m_offsets.push_back(static_cast<std::uint32_t>(m_folded.size()));
    m_letters.push_back(lettersOf(QStringView(m_folded).mid(before)));
}

QVector<FuzzyHit> FuzzyIndex::best(QStringView pattern, int limit) const {
    QVector<FuzzyHit> hits;
    if (limit <= 0)
        return hits;
    const QString folded = pattern.toString().toLower();
    QVector<QStringView> words;
    std::uint64_t needed = 0;
    for (const QStringView word : QStringView(folded).tokenize(QChar(u' '), Qt::SkipEmptyParts)) {
        words.append(word);
        needed |= lettersOf(word);
    }
    const int count = size();
    if (words.isEmpty()) {
        for (int i = 0; i < std::min(count, limit); ++i)
            hits.append({i, 0});
        return hits;
    }
    const QStringView all(m_folded);
    for (int i = 0; i < count; ++i) {
        if ((m_letters[static_cast<std::size_t>(i)] & needed) != needed)
            continue;
        const std::uint32_t begin = m_offsets[static_cast<std::size_t>(i)];
        const QStringView text = all.mid(begin, m_offsets[static_cast<std::size_t>(i) + 1] - begin);
        int total = 0;
        bool matches = true;
        for (const QStringView word : words) {
            const auto score = scoreFolded(word, text, nullptr);
            matches = score.has_value();
            if (!matches)
                break;
            total += *score;
        }
        if (matches)
            hits.append({i, total});
    }
    const auto better = [](const FuzzyHit& a, const FuzzyHit& b) {
        return a.score != b.score ? a.score > b.score : a.index < b.index;
    };
    if (hits.size() > limit) {
        std::partial_sort(hits.begin(), hits.begin() + limit, hits.end(), better);
        hits.resize(limit);
    } else {
        std::sort(hits.begin(), hits.end(), better);
    }
    return hits;
}

} // namespace ohm::widgets
