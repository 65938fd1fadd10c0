// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/plurals.h"

namespace ohm::ui {

using namespace Qt::StringLiterals;

QString Plurals::translate(const char*, const char* source, const char*, int n) const {
    if (n < 0)
        return {}; // no count: the text as it is
    QString text = QString::fromUtf8(source);
    if (!text.contains("(s)"_L1))
        return {};
    return text.replace("(s)"_L1, n == 1 ? QLatin1String() : "s"_L1);
}

} // namespace ohm::ui
