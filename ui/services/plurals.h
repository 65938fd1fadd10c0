// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTranslator>

namespace ohm::ui {

/// English counts: of `tr("%n run(s) off the list", nullptr, n)` it makes "run" for one and "runs"
/// for any other number. A translation into another language, installed after it, comes first.
class Plurals : public QTranslator {
    Q_OBJECT
public:
    using QTranslator::QTranslator;
    QString translate(const char* context, const char* source, const char* disambiguation,
                      int n) const override;
    bool isEmpty() const override { return false; }
};

} // namespace ohm::ui
