// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDoubleSpinBox>

namespace ohm::widgets {

/// A number with an SI prefix and a unit: shows "2.2 kΩ", takes "2k2"-like entries as SPICE does
/// ("2.2k", "1meg", "10u"). Steps by its single step, or by a tenth of a decade when `logarithmic`.
/// Thread: GUI.
class SiSpinBox : public QDoubleSpinBox {
    Q_OBJECT
public:
    explicit SiSpinBox(QWidget* parent = nullptr);

    /// "ohm", "F", "V", ... shown behind the number ("ohm" as the letter omega).
    void setUnit(const QString& unit);
    void setLogarithmic(bool on) { m_logarithmic = on; }

    QString textFromValue(double value) const override;
    double valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;
    void stepBy(int steps) override;

private:
    QString m_unit;
    bool m_logarithmic = false;
};

} // namespace ohm::widgets
