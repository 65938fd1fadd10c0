// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/npy.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace ohm::congestion {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostHeader = std::size_t{1} << 16;
constexpr std::size_t kMostDimensions = 32; ///< as in NumPy

Unexpected noHeader(const char* detail) {
    return fail("CONG-010", "This is not a NumPy file that can be read", detail, {},
                "It may be damaged or cut short");
}

/// A reader of the one dictionary literal of the header.
class Literal {
public:
    explicit Literal(std::string_view text)
        : m_text(text) {}

    bool take(char c) {
        skip();
        if (m_at == m_text.size() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }
    bool word(std::string_view expected) {
        skip();
        if (!m_text.substr(m_at).starts_with(expected))
            return false;
        m_at += expected.size();
        return true;
    }
    bool text(std::string& out) {
        skip();
        if (m_at == m_text.size() || (m_text[m_at] != '\'' && m_text[m_at] != '"'))
            return false;
        const char quote = m_text[m_at];
        const std::size_t end = m_text.find(quote, m_at + 1);
        if (end == std::string_view::npos)
            return false;
        out = m_text.substr(m_at + 1, end - m_at - 1);
        m_at = end + 1;
        return true;
    }
    bool shape(std::vector<std::size_t>& out) {
        if (!take('('))
            return false;
        while (!take(')')) {
            skip();
            std::uint64_t value = 0;
            const char* begin = m_text.data() + m_at;
            const auto [end, code] = std::from_chars(begin, m_text.data() + m_text.size(), value);
            if (code != std::errc() || out.size() == kMostDimensions)
                return false;
            m_at += static_cast<std::size_t>(end - begin);
            word("L"); // Python 2
            out.push_back(value);
            if (!take(',') && (skip(), m_at == m_text.size() || m_text[m_at] != ')'))
                return false;
        }
        return true;
    }
    bool atEnd() {
        skip();
        return m_at == m_text.size();
    }

private:
    void skip() {
        while (m_at < m_text.size() &&
               (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t'))
            ++m_at;
    }
    std::string_view m_text;
    std::size_t m_at = 0;
};

template <typename T>
T load(const char* at, bool swap) {
    unsigned char raw[sizeof(T)];
    std::memcpy(raw, at, sizeof(T));
    if (swap) {
        for (std::size_t i = 0; i < sizeof(T) / 2; ++i)
            std::swap(raw[i], raw[sizeof(T) - 1 - i]);
    }
    T value;
    std::memcpy(&value, raw, sizeof(T));
    return value;
}

/// IEEE 754 binary16.
double half(std::uint16_t bits) {
    const double sign = bits & 0x8000 ? -1 : 1;
    const int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
    if (exponent == 31)
        return mantissa ? std::numeric_limits<double>::quiet_NaN() : sign * INFINITY;
    return sign *
           (exponent ? std::ldexp(1024 + mantissa, exponent - 25) : std::ldexp(mantissa, -24));
}

double element(char kind, std::size_t size, const char* at, bool swap) {
    switch (kind) {
    case 'f':
        return size == 2   ? half(load<std::uint16_t>(at, swap))
               : size == 4 ? static_cast<double>(load<float>(at, swap))
                           : load<double>(at, swap);
    case 'i':
        return size == 1   ? static_cast<double>(load<std::int8_t>(at, false))
               : size == 2 ? static_cast<double>(load<std::int16_t>(at, swap))
               : size == 4 ? static_cast<double>(load<std::int32_t>(at, swap))
                           : static_cast<double>(load<std::int64_t>(at, swap));
    default: // u, b
        return size == 1   ? static_cast<double>(load<std::uint8_t>(at, false))
               : size == 2 ? static_cast<double>(load<std::uint16_t>(at, swap))
               : size == 4 ? static_cast<double>(load<std::uint32_t>(at, swap))
                           : static_cast<double>(load<std::uint64_t>(at, swap));
    }
}

} // namespace

Expected<NpyHeader> readNpyHeader(std::string_view bytes) {
    if (!bytes.starts_with(kMagic) || bytes.size() < 12)
        return noHeader("no NumPy magic");
    const int version = bytes[6];
    if (version < 1 || version > 3)
        return noHeader("unknown version of the format");
    const std::size_t width = version == 1 ? 2 : 4;
    const std::size_t length = version == 1 ? load<std::uint16_t>(bytes.data() + 8, false)
                                            : load<std::uint32_t>(bytes.data() + 8, false);
    NpyHeader header;
    header.begin = 8 + width + length;
    if (length > kMostHeader || header.begin > bytes.size())
        return noHeader("the header is cut short");
    Literal literal(bytes.substr(8 + width, length));
    bool type = false, order = false, shape = false;
    if (!literal.take('{'))
        return noHeader("the header is not a dictionary");
    while (!literal.take('}')) {
        std::string key;
        if (!literal.text(key) || !literal.take(':'))
            return noHeader("the header is not a dictionary");
        if (key == "descr" && !type) {
            type = literal.text(header.type);
            if (!type)
                return fail("CONG-011", "Arrays of records are not read", {}, {},
                            "Save one plain array per file");
        } else if (key == "fortran_order" && !order) {
            header.fortranOrder = literal.word("True");
            order = header.fortranOrder || literal.word("False");
        } else if (key == "shape" && !shape) {
            shape = literal.shape(header.shape);
        } else {
            return noHeader("the header has an unknown or repeated entry");
        }
        if (!literal.take(',')) {
            if (!literal.take('}'))
                return noHeader("the header is not a dictionary");
            break;
        }
    }
    if (!type || !order || !shape || !literal.atEnd())
        return noHeader("the header lacks type, order or shape");
    for (const std::size_t n : header.shape) {
        if (n != 0 && header.count > (std::size_t{1} << 48) / n)
            return noHeader("the shape is beyond all measure");
        header.count *= n;
    }
    return header;
}

Expected<NumericArray> readNumericNpy(std::string_view bytes) {
    auto header = readNpyHeader(bytes);
    if (!header)
        return header.failure();
    const std::string& type = header->type;
    const auto refused = [&] {
        return fail("CONG-011", "Only arrays of real numbers are read here", "type " + type);
    };
    if (type.size() < 3 || !std::strchr("<>|=", type[0]))
        return refused();
    const char kind = type[1];
    std::size_t size = 0;
    const auto [end, code] = std::from_chars(type.data() + 2, type.data() + type.size(), size);
    if (code != std::errc() || end != type.data() + type.size())
        return refused();
    const bool good =
        (kind == 'f' && (size == 2 || size == 4 || size == 8)) ||
        ((kind == 'i' || kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8)) ||
        (kind == 'b' && size == 1);
    if (!good)
        return refused();
    const std::string_view data = bytes.substr(header->begin);
    if (data.size() / size < header->count)
        return fail("CONG-012", "The NumPy file is shorter than its header says",
                    std::to_string(data.size()) + " of " + std::to_string(header->count * size) +
                        " bytes");
    NumericArray array;
    array.shape = header->shape;
    array.values.resize(header->count);
    const bool swap = type[0] == '>';
    if (!header->fortranOrder || array.shape.size() < 2) {
        for (std::size_t i = 0; i < header->count; ++i)
            array.values[i] = element(kind, size, data.data() + i * size, swap);
        return array;
    }
    // First index fastest in the file: count the index tuple as an odometer in C order.
    const std::size_t rank = array.shape.size();
    std::vector<std::size_t> stride(rank, 1), index(rank, 0);
    for (std::size_t d = 1; d < rank; ++d)
        stride[d] = stride[d - 1] * array.shape[d - 1];
    for (std::size_t i = 0, from = 0; i < header->count; ++i) {
        array.values[i] = element(kind, size, data.data() + from * size, swap);
        for (std::size_t d = rank; d-- > 0;) {
            from += stride[d];
            if (++index[d] < array.shape[d])
                break;
            from -= stride[d] * array.shape[d];
            index[d] = 0;
        }
    }
    return array;
}

} // namespace ohm::congestion
