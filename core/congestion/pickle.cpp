// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/pickle.h"

#include "core/congestion/npy.h"

#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

namespace ohm::congestion {

std::string_view ObjectArray::text(Value value) const {
    const Node& node = m_nodes[value];
    return m_bytes.substr(static_cast<std::size_t>(node.integer), node.length);
}

std::span<const ObjectArray::Value> ObjectArray::items(Value value) const {
    return m_lists[static_cast<std::size_t>(m_nodes[value].integer)];
}

/// The machine of the pickle: a stack, marks on it, a memo. Protocols 2 to 5.
class Unpickler {
public:
    using Kind = ObjectArray::Kind;
    using Value = ObjectArray::Value;
    using Node = ObjectArray::Node;

    Unpickler(ObjectArray& out, std::size_t begin, std::size_t maxValues)
        : m_out(out)
        , m_bytes(out.m_bytes)
        , m_at(begin)
        , m_begin(begin)
        , m_maxValues(maxValues) {}

    /// The value that the pickle leaves, or nothing and `error`.
    std::optional<Value> run() {
        for (;;) {
            unsigned code = 0;
            if (!number(1, code))
                return damaged("it ends before its end mark");
            if (m_out.m_nodes.size() > m_maxValues) {
                error = {"CONG-016",
                         "The pickled array holds too many values",
                         "more than " + std::to_string(m_maxValues),
                         {},
                         {}};
                return {};
            }
            if (code == '.')
                break;
            if (!step(code))
                return {};
        }
        if (m_stack.size() != 1 || !m_marks.empty())
            return damaged("it leaves not one value");
        return m_stack.back();
    }

    Error error;

    // What values of the kind Other are.
    enum Detail : std::uint8_t {
        Reconstruct = 1,
        ArrayType,
        ElementType,
        Element,
        EmptyArray,
        Array
    };

    bool is(Value value, Detail detail) const {
        return m_out.m_nodes[value].kind == Kind::Other && m_out.m_nodes[value].detail == detail;
    }

private:
    std::optional<Value> damaged(const char* detail) {
        error = {"CONG-014",
                 "The pickled array is damaged",
                 detail,
                 {},
                 "It may be cut short; fetch it again"};
        return {};
    }
    bool broken(const char* detail) {
        damaged(detail);
        return false;
    }
    bool refused(const std::string& detail) {
        error = {"CONG-013",
                 "The pickled array asks for something that is not done here",
                 detail,
                 {},
                 "Only texts, numbers, lists and dictionaries are read; nothing is executed"};
        return false;
    }

    template <typename T>
    bool number(std::size_t width, T& out) {
        if (m_bytes.size() - m_at < width)
            return false;
        std::uint64_t value = 0;
        std::memcpy(&value, m_bytes.data() + m_at, width);
        m_at += width;
        out = static_cast<T>(value);
        return true;
    }

    Value add(const Node& node) {
        m_out.m_nodes.push_back(node);
        return static_cast<Value>(m_out.m_nodes.size() - 1);
    }
    bool push(const Node& node) {
        m_stack.push_back(add(node));
        return true;
    }
    bool pushInteger(std::int64_t value, Kind kind = Kind::Int) {
        return push({kind, 0, 0, value});
    }
    bool pushOther(Detail detail) { return push({Kind::Other, detail, 0, 0}); }
    bool pushItems(Kind kind, std::vector<Value> items) {
        m_out.m_lists.push_back(std::move(items));
        return pushInteger(static_cast<std::int64_t>(m_out.m_lists.size() - 1), kind);
    }
    /// A text or bytes of `width` bytes of length.
    bool pushText(std::size_t width, Kind kind) {
        std::uint64_t length = 0;
        if (!number(width, length) || length > m_bytes.size() - m_at ||
            length > std::numeric_limits<std::uint32_t>::max())
            return broken("a text is cut short");
        push({kind, 0, static_cast<std::uint32_t>(length), static_cast<std::int64_t>(m_at)});
        m_at += length;
        return true;
    }

    /// The values above the last mark (above `keep` of them without one), taken off the stack.
    bool popToMark(std::vector<Value>& items) {
        if (m_marks.empty() || m_marks.back() > m_stack.size())
            return broken("a mark is missing");
        const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
        items.assign(begin, m_stack.end());
        m_stack.erase(begin, m_stack.end());
        m_marks.pop_back();
        return true;
    }
    /// `count` values that lie above the last mark.
    bool popSome(std::size_t count, std::vector<Value>& items) {
        if (m_stack.size() < count + (m_marks.empty() ? 0 : m_marks.back()))
            return broken("the stack is empty");
        items.assign(m_stack.end() - static_cast<std::ptrdiff_t>(count), m_stack.end());
        m_stack.resize(m_stack.size() - count);
        return true;
    }
    bool append(std::vector<Value> items, Kind kind) {
        if (m_stack.empty() || m_out.m_nodes[m_stack.back()].kind != kind)
            return broken(kind == Kind::List ? "there is no list to append to"
                                             : "there is no dictionary to fill");
        if (kind == Kind::Dict && items.size() % 2 != 0)
            return broken("a dictionary has a key without a value");
        auto& list = m_out.m_lists[static_cast<std::size_t>(m_out.m_nodes[m_stack.back()].integer)];
        if (list.empty())
            list = std::move(items);
        else
            list.insert(list.end(), items.begin(), items.end());
        return true;
    }

    bool remember(std::uint64_t place) {
        if (m_stack.empty() || (!m_marks.empty() && m_marks.back() >= m_stack.size()))
            return broken("there is nothing to remember");
        if (place > m_at - m_begin) // every entry takes bytes of the file
            return broken("the memo is larger than the file");
        if (place >= m_memo.size())
            m_memo.resize(place + 1, kUnset);
        m_memo[place] = m_stack.back();
        return true;
    }
    bool recall(std::uint64_t place) {
        if (place >= m_memo.size() || m_memo[place] == kUnset)
            return broken("the memo has no such entry");
        m_stack.push_back(m_memo[place]);
        return true;
    }

    bool global(std::string_view module, std::string_view name) {
        if ((module == "numpy.core.multiarray" || module == "numpy._core.multiarray") &&
            name == "_reconstruct")
            return pushOther(Reconstruct);
        if (module == "numpy" && name == "ndarray")
            return pushOther(ArrayType);
        if (module == "numpy" && name == "dtype")
            return pushOther(ElementType);
        return refused("it names " + std::string(module.substr(0, 60)) + "." +
                       std::string(name.substr(0, 60)));
    }
    bool globalText() {
        const std::size_t first = m_bytes.find('\n', m_at);
        const std::size_t second =
            first == std::string_view::npos ? first : m_bytes.find('\n', first + 1);
        if (second == std::string_view::npos)
            return broken("a name is cut short");
        const auto module = m_bytes.substr(m_at, first - m_at);
        const auto name = m_bytes.substr(first + 1, second - first - 1);
        m_at = second + 1;
        return global(module, name);
    }
    bool globalStack() {
        std::vector<Value> names;
        if (!popSome(2, names))
            return false;
        if (m_out.kind(names[0]) != Kind::Text || m_out.kind(names[1]) != Kind::Text)
            return broken("a name is no text");
        return global(m_out.text(names[0]), m_out.text(names[1]));
    }

    bool reduce() {
        std::vector<Value> pair;
        if (!popSome(2, pair))
            return false;
        if (m_out.kind(pair[1]) != Kind::Tuple)
            return broken("arguments are missing");
        const auto arguments = m_out.items(pair[1]);
        if (is(pair[0], Reconstruct) && arguments.size() == 3 && is(arguments[0], ArrayType))
            return pushOther(EmptyArray);
        if (is(pair[0], ElementType) && !arguments.empty() &&
            (m_out.kind(arguments[0]) == Kind::Text || m_out.kind(arguments[0]) == Kind::Bytes)) {
            const std::string_view type = m_out.text(arguments[0]);
            if (type == "O" || type == "O4" || type == "O8" || type == "|O")
                return pushOther(Element);
            return refused("it holds an array of type " + std::string(type.substr(0, 20)));
        }
        return refused("it calls something");
    }
    bool build() {
        std::vector<Value> state;
        if (!popSome(1, state))
            return false;
        if (m_stack.empty() || (!m_marks.empty() && m_marks.back() >= m_stack.size()))
            return broken("there is nothing to build");
        const Value target = m_stack.back();
        if (m_out.kind(state[0]) != Kind::Tuple)
            return refused("it sets the state of an object");
        if (is(target, Element)) // version, byte order, sizes: known for objects
            return true;
        const auto parts = m_out.items(state[0]);
        if (!is(target, EmptyArray) || parts.size() != 5 || !is(parts[2], Element) ||
            m_out.kind(parts[1]) != Kind::Tuple || m_out.kind(parts[4]) != Kind::List)
            return refused("it sets the state of an object");
        Node& node = m_out.m_nodes[target];
        node.detail = Array;
        node.integer = parts[4];
        return true;
    }

    bool step(unsigned code) {
        std::uint64_t n = 0;
        std::vector<Value> items;
        const auto operand = [&](std::size_t width) {
            return number(width, n) || broken("an operand is cut short");
        };
        switch (code) {
        case 0x80: // protocol
            return operand(1) && ((n >= 2 && n <= 5) || refused("protocol " + std::to_string(n)));
        case 0x95: // frame
            return operand(8);
        case '(':
            m_marks.push_back(m_stack.size());
            return m_marks.size() <= kDeepest || refused("lists within lists within lists");
        case ']':
            return pushItems(Kind::List, {});
        case '}':
            return pushItems(Kind::Dict, {});
        case ')':
            return pushItems(Kind::Tuple, {});
        case 't':
            return popToMark(items) && pushItems(Kind::Tuple, std::move(items));
        case 'l':
            return popToMark(items) && pushItems(Kind::List, std::move(items));
        case 0x85:
        case 0x86:
        case 0x87:
            return popSome(code - 0x84, items) && pushItems(Kind::Tuple, std::move(items));
        case 'N':
            return push({});
        case 0x88:
        case 0x89:
            return pushInteger(code == 0x88, Kind::Bool);
        case 'J':
            return operand(4) && pushInteger(static_cast<std::int32_t>(n));
        case 'K':
            return operand(1) && pushInteger(static_cast<std::int64_t>(n));
        case 'M':
            return operand(2) && pushInteger(static_cast<std::int64_t>(n));
        case 0x8a: // an integer of n bytes
            return operand(1) && longInteger(n);
        case 'G':
            return operand(8) && push({Kind::Float, 0, 0, static_cast<std::int64_t>(n)});
        case 'X':
            return pushText(4, Kind::Text);
        case 0x8c:
        case 'U':
            return pushText(1, Kind::Text);
        case 0x8d:
            return pushText(8, Kind::Text);
        case 'T':
            return pushText(4, Kind::Text);
        case 'C':
            return pushText(1, Kind::Bytes);
        case 'B':
            return pushText(4, Kind::Bytes);
        case 'q':
            return operand(1) && remember(n);
        case 'r':
            return operand(4) && remember(n);
        case 0x94:
            return remember(m_memo.size());
        case 'h':
            return operand(1) && recall(n);
        case 'j':
            return operand(4) && recall(n);
        case 'c':
            return globalText();
        case 0x93:
            return globalStack();
        case 'R':
            return reduce();
        case 'b':
            return build();
        case 'a':
            return popSome(1, items) && append(std::move(items), Kind::List);
        case 'e':
            return popToMark(items) && append(std::move(items), Kind::List);
        case 's':
            return popSome(2, items) && append(std::move(items), Kind::Dict);
        case 'u':
            return popToMark(items) && append(std::move(items), Kind::Dict);
        default: {
            char name[40];
            std::snprintf(name, sizeof(name), "instruction 0x%02x", code);
            return refused(name);
        }
        }
    }

    bool longInteger(std::uint64_t width) {
        if (width > 8)
            return refused("an integer of more than 64 bits");
        std::uint64_t value = 0;
        if (!number(width, value))
            return broken("an operand is cut short");
        if (width > 0 && width < 8 && (value >> (8 * width - 1)) & 1)
            value |= ~std::uint64_t{0} << (8 * width);
        return pushInteger(static_cast<std::int64_t>(value));
    }

    static constexpr Value kUnset = ~Value{0};
    static constexpr std::size_t kDeepest = 1000; ///< marks at a time
    ObjectArray& m_out;
    std::string_view m_bytes;
    std::size_t m_at, m_begin, m_maxValues;
    std::vector<Value> m_stack;
    std::vector<std::size_t> m_marks;
    std::vector<Value> m_memo;
};

Expected<ObjectArray> readObjectNpy(std::string_view bytes, std::size_t maxValues) {
    const auto header = readNpyHeader(bytes);
    if (!header)
        return header.failure();
    if (header->type != "|O" && header->type != "O" && header->type != "|O8")
        return fail("CONG-011", "This array holds plain numbers, not names",
                    "type " + header->type);
    ObjectArray out;
    out.m_bytes = bytes;
    out.m_shape = header->shape;
    Unpickler machine(out, header->begin, maxValues);
    const auto value = machine.run();
    if (!value)
        return Unexpected{machine.error};
    const auto broken = [](const char* detail) {
        return fail("CONG-014", "The pickled array is damaged", detail);
    };
    if (!machine.is(*value, Unpickler::Array))
        return broken("it holds no array");
    out.m_list = static_cast<ObjectArray::Value>(out.m_nodes[*value].integer);
    if (out.elements().size() != header->count)
        return broken("its length is not that of the header");
    return out;
}

} // namespace ohm::congestion
