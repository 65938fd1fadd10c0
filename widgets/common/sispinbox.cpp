// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/sispinbox.h"

#include "core/base/units.h"

#include <QLineEdit>

#include <cmath>
#include <optional>

namespace ohm::widgets {

namespace {
/// Femto- and attofarads must survive the box's own rounding.
constexpr int kDecimals = 24;
constexpr int kDigits = 6;

std::optional<double> parsed(QString text) {
    text = text.trimmed();
    // What the box writes itself reads back: "3 pF", "1.5 k\u03a9", "12 \u00b5A".
    text.replace(QChar(0x00B5), QLatin1Char('u')).replace(QChar(0x03BC), QLatin1Char('u'));
    text.replace(QChar(0x2212), QLatin1Char('-'));
    text.remove(QChar(0x03A9)).remove(QChar(0x2126)).remove(QLatin1Char(' '));
    // Mega is written M by the box and by people's habit in capital; SPICE reads it as milli.
    const qsizetype mega = text.indexOf(QLatin1Char('M'));
    if (mega > 0 && !text.mid(mega).startsWith(QLatin1String("meg"), Qt::CaseInsensitive) &&
        !text.mid(mega).startsWith(QLatin1String("mil"), Qt::CaseInsensitive))
        text.replace(mega, 1, QStringLiteral("meg"));
    return parseSi(text.toStdString());
}
} // namespace

SiSpinBox::SiSpinBox(QWidget* parent)
    : QDoubleSpinBox(parent) {
    setDecimals(kDecimals);
    setRange(-1e30, 1e30);
    setKeyboardTracking(false);
    setStepType(QAbstractSpinBox::DefaultStepType);
    setToolTip(tr("Takes 10u, 2.2k, 1meg; m is milli, M and meg are mega"));
}

void SiSpinBox::setUnit(const QString& unit) {
    m_unit = unit;
    lineEdit()->setText(textFromValue(value()));
}

QString SiSpinBox::textFromValue(double value) const {
    const QString unit = m_unit == QLatin1String("ohm") ? QStringLiteral("\u03a9") : m_unit;
    return QString::fromStdString(formatSi(value, unit.toStdString(), kDigits)).trimmed();
}

double SiSpinBox::valueFromText(const QString& text) const {
    return parsed(text).value_or(value());
}

QValidator::State SiSpinBox::validate(QString& text, int&) const {
    const std::optional<double> number = parsed(text);
    if (!number)
        return text.size() < 40 ? QValidator::Intermediate : QValidator::Invalid;
    return *number >= minimum() && *number <= maximum() ? QValidator::Acceptable
                                                        : QValidator::Intermediate;
}

void SiSpinBox::stepBy(int steps) {
    if (m_logarithmic && value() > 0)
        setValue(value() * std::pow(10.0, steps / 10.0));
    else
        QDoubleSpinBox::stepBy(steps);
    selectAll();
}

} // namespace ohm::widgets
