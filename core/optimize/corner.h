// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ohm::optimize {

/// A change of one parameter of a model card. Thread: a plain value.
struct ModelChange {
    std::string model, parameter; ///< lower case; bins ("nch.1") answer to their common name
    enum class How { Set, Add, Scale } how = How::Set;
    double value = 0; ///< in the parameter's unit; Scale: a factor
};

/// Conditions a design is simulated under besides those drawn. Thread: a plain value.
struct Corner {
    std::string name;
    std::optional<double> temperature;           ///< degrees Celsius
    std::map<std::string, double> parameters;    ///< .param of the bench circuits
    std::vector<ModelChange> models;             ///< in this order
    std::map<std::string, std::string> sections; ///< .lib file to the section taken from it
    std::map<std::string, std::string> files;    ///< .include or .lib file to the one in its place
};
/// The conditions as drawn.
inline constexpr const char* kNominalCorner = "nominal";

/// How a parameter scatters. Thread: a plain value.
struct Spread {
    std::string model; ///< lower case; empty = a .param of the bench circuits
    std::string parameter;
    double sigma = 0;      ///< standard deviation in its unit, or of its value with `relative`
    bool relative = false; ///< of the parameter's value
    bool mismatch = false; ///< drawn for every device anew, else one draw for all
    bool area = false;     ///< mismatch: sigma / sqrt(W L m), `sigma` in unit * m (Pelgrom)
    bool uniform = false;  ///< evenly within +-sqrt(3) sigma instead of normally
};

struct MonteCarlo {
    std::size_t count = 200;
    std::uint64_t seed = 1;
    std::vector<Spread> spreads;
};

/// A corner with one sample of the scatter. Thread: a plain value.
struct Variation {
    Corner corner;
    std::vector<Spread> spreads;
    std::uint64_t seed = 0, sample = 0;
};

/// A flat deck taken apart into cards, so that models can be changed. Thread: owner only.
class DeckCards {
public:
    explicit DeckCards(const std::string& deck);
    std::string text() const;

    /// True if the deck has the model. Errors: OPT-005 the card has no such parameter to add to.
    Expected<bool> change(const ModelChange& change);
    /// In place of what the deck says. Degrees Celsius.
    void setTemperature(double celsius);
    /// One sample: process draws change the model, mismatch draws give each of its devices a model
    /// of its own. Draws depend on seed, sample, model or device, and parameter alone, so that a
    /// device has the same ones in every bench that names it alike. Counts into `used` the spreads
    /// that found their model. Errors: OPT-005 no such parameter, or a device without W and L.
    Expected<void> scatter(const Variation& variation, std::vector<bool>& used);

private:
    Expected<void> mismatch(const std::vector<const Spread*>& spreads, const Variation& variation);
    std::vector<std::string> m_cards;
};

/// A standard normal (or, with `uniform`, even) number for one name in one sample.
double drawFor(const Variation& variation, const std::string& name, bool uniform);

/// The text of a bench circuit with the corner's library sections and files in place of its own.
/// `used` gets the names that were found.
std::string withLibraries(const std::string& circuit, const Corner& corner,
                          std::vector<std::string>* used = nullptr);

} // namespace ohm::optimize
