// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/overrides.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/elementtext.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

bool isSource(char letter) {
    return letter == 'v' || letter == 'i';
}

/// The item that holds a value of a card, the way the evaluator names it.
std::vector<TailItem>::iterator findItem(std::vector<TailItem>& items, const std::string& name,
                                         char letter) {
    if (name != "value")
        return std::find_if(items.begin(), items.end(), [&](const TailItem& item) {
            return toLower(item.name) == name;
        });
    for (auto it = items.begin(); it != items.end(); ++it) {
        const std::string key = toLower(it->name);
        if (key == "dc" || (key.size() == 1 && key[0] == letter && !isSource(letter)))
            return it;
        const std::string word = toLower(it->text);
        if (!key.empty() || word == "params:" || word == "/")
            continue;
        if (isSource(letter) && word == "dc")
            return std::next(it) == items.end() ? items.end() : std::next(it);
        if (isSource(letter) && word == "ac") // magnitude, and perhaps phase, follow
            return items.end();
        return it;
    }
    return items.end();
}

std::string changed(const std::string& before, const std::map<std::string, double>& values,
                    char letter, Dialect dialect) {
    auto items = tailItems(before, dialect);
    for (const auto& [name, value] : values) {
        const auto found = findItem(items, name, letter);
        if (found != items.end())
            found->text = formatExact(value);
        else if (name == "value")
            items.insert(items.begin(), TailItem{isSource(letter) ? "dc" : "", formatExact(value)});
        else
            items.push_back(TailItem{name, formatExact(value)});
    }
    std::string text;
    for (const TailItem& item : items)
        text += " " + (item.name.empty() ? item.text : item.name + "=" + item.text);
    return text;
}

} // namespace

void applyOverrides(CircuitData& data, const ReadOptions& options) {
    Cell& global = data.cells[kTopLevel];
    for (const auto& [name, value] : options.parameters) {
        const auto symbol = data.symbols.find(data.fold(name));
        if (!symbol)
            continue;
        const auto found = global.paramIndex.find(*symbol);
        if (found != global.paramIndex.end())
            global.params[found->second].text = data.text.add(formatExact(value));
    }
    if (options.deviceValues.empty())
        return;
    for (Instance& instance : data.cells[data.top].instances) {
        const auto found = options.deviceValues.find(data.fold(data.text.view(instance.name)));
        if (found == options.deviceValues.end())
            continue;
        const std::string before(data.text.view(instance.tail));
        instance.tail =
            data.text.add(changed(before, found->second, instance.letter, data.dialect));
    }
}

} // namespace ohm::netlist
