// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

namespace ohm {

std::string Error::message() const {
    std::string line = text;
    if (!where.empty())
        line += " (" + where + ")";
    if (!detail.empty())
        line += ": " + detail;
    if (!hint.empty())
        line += (line.empty() || line.back() == '.' ? " " : ". ") + hint;
    if (!code.empty())
        line += " [" + code + "]";
    return line;
}

Unexpected fail(std::string code, std::string text, std::string detail, std::string where,
                std::string hint) {
    return Unexpected{Error{std::move(code), std::move(text), std::move(detail), std::move(where),
                            std::move(hint)}};
}

} // namespace ohm
