// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/corner.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/dataset/random.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <sstream>

namespace ohm::optimize {
namespace {

std::vector<std::string> wordsOf(const std::string& card) {
    std::istringstream stream(card);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

bool isModelCard(const std::string& card) {
    return card.size() > 7 && toLower(card.substr(0, 7)) == ".model ";
}

/// "nch" answers for "nch" and its bins "nch.1", "nch.2".
bool answers(const std::string& model, const std::string& wanted) {
    if (model == wanted)
        return true;
    return model.size() > wanted.size() + 1 && model.compare(0, wanted.size(), wanted) == 0 &&
           model[wanted.size()] == '.' &&
           model.find_first_not_of("0123456789", wanted.size() + 1) == std::string::npos;
}

std::string modelName(const std::string& card) {
    const auto words = wordsOf(card);
    return words.size() > 1 ? toLower(words[1]) : std::string();
}

/// Where "name=value" stands in a card: begin and end of the value.
std::optional<std::pair<std::size_t, std::size_t>> valueAt(const std::string& card,
                                                           const std::string& name) {
    const std::string lower = toLower(card);
    const std::string key = name + "=";
    for (std::size_t at = 0; (at = lower.find(key, at)) != std::string::npos; at += key.size()) {
        if (at == 0 || (lower[at - 1] != ' ' && lower[at - 1] != '('))
            continue;
        const std::size_t begin = at + key.size();
        return std::pair(begin, std::min(lower.find_first_of(" )", begin), lower.size()));
    }
    return std::nullopt;
}

std::optional<double> numberIn(const std::string& card, const std::string& name) {
    const auto place = valueAt(card, name);
    return place ? parseSi(card.substr(place->first, place->second - place->first)) : std::nullopt;
}

Expected<void> changeCard(std::string& card, const ModelChange& change) {
    const auto place = valueAt(card, change.parameter);
    double value = change.value;
    if (change.how != ModelChange::How::Set) {
        const auto before = numberIn(card, change.parameter);
        if (!before)
            return fail("OPT-005", "The model card has no such parameter to change",
                        change.parameter, change.model,
                        "Name a parameter of the card, or set it to a value");
        value = change.how == ModelChange::How::Add ? *before + value : *before * value;
    }
    if (place)
        card.replace(place->first, place->second - place->first, formatExact(value));
    else if (const auto end = card.find_last_not_of(" )"); end != std::string::npos)
        card.insert(end + 1, " " + change.parameter + "=" + formatExact(value));
    return {};
}

std::uint64_t hashOf(const std::string& text) {
    std::uint64_t hash = 14695981039346656037ull;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return hash;
}

ModelChange drawn(const Spread& spread, double sigma, double draw) {
    ModelChange change{spread.model, spread.parameter, ModelChange::How::Add, sigma * draw};
    if (spread.relative) {
        change.how = ModelChange::How::Scale;
        change.value = 1 + sigma * draw;
    }
    return change;
}

} // namespace

double drawFor(const Variation& variation, const std::string& name, bool uniform) {
    dataset::Random random(variation.seed ^ hashOf(name), variation.sample + 1);
    random.next();
    if (uniform)
        return random.uniform(-std::sqrt(3.0), std::sqrt(3.0));
    const double u = 1 - random.uniform(); // above zero
    const double v = random.uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

DeckCards::DeckCards(const std::string& deck) {
    std::istringstream stream(deck);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty() && line[0] == '+' && !m_cards.empty())
            m_cards.back() += " " + line.substr(1);
        else
            m_cards.push_back(std::move(line));
    }
}

std::string DeckCards::text() const {
    std::string all;
    for (const std::string& card : m_cards)
        all += card + "\n";
    return all;
}

void DeckCards::setTemperature(double celsius) {
    std::erase_if(m_cards, [](const std::string& card) {
        const std::string lower = toLower(card.substr(0, 6));
        return lower == ".temp" || lower == ".temp ";
    });
    m_cards.insert(m_cards.begin() + (m_cards.empty() ? 0 : 1), ".temp " + formatExact(celsius));
}

Expected<bool> DeckCards::change(const ModelChange& change) {
    bool found = false;
    for (std::string& card : m_cards) {
        if (!isModelCard(card) || !answers(modelName(card), change.model))
            continue;
        found = true;
        if (const auto done = changeCard(card, change); !done)
            return done.failure();
    }
    return found;
}

Expected<void> DeckCards::scatter(const Variation& variation, std::vector<bool>& used) {
    used.resize(variation.spreads.size(), false);
    std::vector<const Spread*> perDevice;
    for (std::size_t i = 0; i < variation.spreads.size(); ++i) {
        const Spread& spread = variation.spreads[i];
        if (spread.model.empty())
            continue; // a .param: changed before the circuit was read
        const auto found =
            change({spread.model, spread.parameter, ModelChange::How::Scale, 1}); // is it there?
        if (!found)
            return found.failure();
        if (!*found)
            continue;
        used[i] = true;
        if (spread.mismatch) {
            perDevice.push_back(&spread);
            continue;
        }
        const double draw =
            drawFor(variation, "process " + spread.model + " " + spread.parameter, spread.uniform);
        if (const auto done = change(drawn(spread, spread.sigma, draw)); !done)
            return done.failure();
    }
    return perDevice.empty() ? Expected<void>() : mismatch(perDevice, variation);
}

Expected<void> DeckCards::mismatch(const std::vector<const Spread*>& spreads,
                                   const Variation& variation) {
    std::map<std::string, std::string> models; // name to card
    for (const std::string& card : m_cards) {
        if (isModelCard(card))
            models[modelName(card)] = card;
    }
    std::vector<std::string> own;
    for (std::string& card : m_cards) {
        if (card.empty() || card[0] == '*' || card[0] == '.')
            continue;
        std::vector<std::string> words = wordsOf(card);
        // The model stands before the first "name=value"; a net may bear a model's name.
        const auto equals = std::find_if(words.begin(), words.end(), [](const std::string& word) {
            return word.find('=') != std::string::npos;
        });
        for (auto w = static_cast<std::size_t>(equals - words.begin()); w-- > 2;) {
            const std::string name = toLower(words[w]);
            const auto model = models.find(name);
            if (model == models.end())
                continue;
            std::string copy;
            for (const Spread* spread : spreads) {
                if (!answers(name, spread->model))
                    continue;
                double sigma = spread->sigma;
                if (spread->area) {
                    const double size = numberIn(card, "w").value_or(0) *
                                        numberIn(card, "l").value_or(0) *
                                        numberIn(card, "m").value_or(1);
                    if (!(size > 0))
                        return fail("OPT-005",
                                    "A device has no W and L for a mismatch that goes by area",
                                    words[0], spread->model, "Give a sigma instead of an area");
                    sigma /= std::sqrt(size);
                }
                if (copy.empty())
                    copy = model->second;
                const double draw =
                    drawFor(variation, "device " + toLower(words[0]) + " " + spread->parameter,
                            spread->uniform);
                if (const auto done = changeCard(copy, drawn(*spread, sigma, draw)); !done)
                    return done;
            }
            if (copy.empty())
                break;
            // No '.' in the new name: that would make it a bin.
            std::string renamed = name + "_v" + std::to_string(own.size());
            std::replace(renamed.begin(), renamed.end(), '.', '_');
            std::vector<std::string> parts = wordsOf(copy);
            parts[1] = renamed;
            std::string text;
            for (const std::string& part : parts)
                text += (text.empty() ? "" : " ") + part;
            own.push_back(std::move(text));
            words[w] = renamed;
            card.clear();
            for (const std::string& word : words)
                card += (card.empty() ? "" : " ") + word;
            break;
        }
    }
    m_cards.insert(m_cards.end(), own.begin(), own.end());
    return {};
}

std::string withLibraries(const std::string& circuit, const Corner& corner,
                          std::vector<std::string>* used) {
    if (corner.sections.empty() && corner.files.empty())
        return circuit;
    std::istringstream stream(circuit);
    std::string all;
    for (std::string line; std::getline(stream, line);) {
        auto words = wordsOf(line);
        const std::string keyword = words.empty() ? std::string() : toLower(words[0]);
        const bool library = keyword == ".lib" && words.size() == 3;
        const bool include = (keyword == ".include" || keyword == ".inc") && words.size() == 2;
        if (library || include) {
            std::string file = words[1];
            std::erase_if(file, [](char c) { return c == '"' || c == '\''; });
            const std::string name = std::filesystem::path(file).filename().string();
            const auto section = corner.sections.find(name);
            const auto other = corner.files.find(name);
            if (library && section != corner.sections.end()) {
                words[2] = section->second;
                if (used)
                    used->push_back(name);
            }
            if (other != corner.files.end()) {
                const auto folder = std::filesystem::path(file).parent_path();
                words[1] = '"' + (folder / other->second).string() + '"';
                if (used)
                    used->push_back(name);
            }
            line = words[0] + " " + words[1] + (library ? " " + words[2] : std::string());
        }
        all += line + "\n";
    }
    return all;
}

} // namespace ohm::optimize
