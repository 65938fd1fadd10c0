// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/settings.h"
#include "ui/session/describe.h"
#include "ui/session/prediction.h"
#include "ui/session/simulation.h"
#include "widgets/common/annotation.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace ohm::ui {

/// Predicted against simulated voltages of one circuit. Nets held by sources alone do not count.
/// Immutable. Thread: any (const).
struct Comparison {
    std::vector<learn::NetError> errors; ///< the greatest |error| first
    std::vector<double> errorOf;         ///< V per NetId, NaN where there is none
    double range = 0;                    ///< V: of the simulated values that count
    double mae = 0;                      ///< V
    /// Acc@K over this circuit's nets (Hakhamaneshi et al., Eq. 1); NaN when there are none.
    double accAt(int k) const;
    /// Errors up to here count as right for this K, V.
    double tolerance(int k) const { return k > 0 ? range / k : 0; }
};
using ComparisonPtr = std::shared_ptr<const Comparison>;
/// Null if the two have no net in common. Thread: any.
ComparisonPtr compare(const PredictedCircuit& prediction, const std::vector<double>& simulated);

/// Decides what every view shows of voltages: simulated ones, predicted ones, both or the error,
/// and how they look. Views ask it and subscribe to `changed`. Thread: GUI.
class VoltageDisplay : public QObject {
    Q_OBJECT
public:
    using Mode = Settings::Voltages;

    VoltageDisplay(Simulation& simulation, Prediction& prediction, Settings& settings,
                   QObject* parent = nullptr);

    /// What can be shown now of what the user wants.
    Mode mode() const { return m_mode; }
    bool isOn() const; ///< voltages are shown at all
    /// Simulated values of what is predicted: of the turned knobs while there is a variant.
    const OperatingPointPtr& point() const { return m_point; }
    const PredictionPtr& prediction() const { return m_prediction; }
    bool isPointStale() const { return m_pointStale; }
    bool isPredictionStale() const { return m_predictionStale; }
    const ComparisonPtr& comparison() const { return m_comparison; }

    /// Simulation of the variant that is shown; null: none.
    void setVariantPoint(OperatingPointPtr point);
    /// Nets whose change against the nominal circuit is shown while knobs are turned.
    void setWatched(std::vector<netlist::NetId> nets);
    const std::vector<netlist::NetId>& watched() const { return m_watched; }
    /// V: predicted value of the variant minus that of the file's circuit; NaN without a variant.
    double change(netlist::NetId net) const;

    /// Estimated capacitances instead of voltages, F by net; nets with 0 have none. Empty:
    /// voltages.
    void setCapacitances(std::vector<double> farads);
    const std::vector<double>& capacitances() const { return m_capacitances; }
    bool showsCapacitances() const { return !m_capacitances.empty(); }

    /// The tag of a net; nothing when it has none.
    std::optional<widgets::Annotation> annotation(netlist::NetId net) const;
    /// Colour of a net by its error or capacitance; 0 when neither is shown.
    QRgb colour(netlist::NetId net) const;
    /// |error| at the end of the colour scale, V.
    double scale() const { return m_scale; }
    widgets::ValueLegend legend() const;
    void setDark(bool dark);
    /// What the inspector and tooltips tell.
    DescribeContext context(const netlist::Circuit& circuit) const;

signals:
    void changed();

private:
    void update();

    Simulation& m_simulation;
    Prediction& m_predictor;
    Settings& m_settings;
    Mode m_mode = Mode::Both;
    OperatingPointPtr m_point;
    OperatingPointPtr m_variantPoint;
    PredictionPtr m_prediction;
    ComparisonPtr m_comparison;
    bool m_pointStale = false;
    bool m_predictionStale = false;
    bool m_dark = false;
    double m_scale = 0;
    std::vector<netlist::NetId> m_watched;
    std::vector<double> m_capacitances;
    double m_least = 0, m_most = 0; ///< of them
};

/// "~1.245 V": how predicted values look in texts.
QString predictedText(double value);
/// "+3.2 mV".
QString signedText(double value, const char* unit = "V", int digits = 3);

} // namespace ohm::ui
