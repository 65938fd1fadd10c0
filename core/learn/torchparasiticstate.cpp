// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/torchparasiticstate.h"

#include "core/learn/tensorfile.h"

#include <map>

#include <nlohmann/json.hpp>

namespace ohm::learn {
namespace {

using nlohmann::json;
using torch::Tensor;

nn::NamedArray arrayOf(const std::string& name, const Tensor& tensor) {
    const Tensor t = tensor.detach().contiguous();
    return {name, t.sizes().vec(), {t.data_ptr<float>(), t.data_ptr<float>() + t.numel()}};
}

std::string keyOf(const Tensor& parameter) {
    return c10::guts::to_string(parameter.unsafeGetTensorImpl());
}

nn::NamedArray flat(const std::string& name, std::vector<float> values) {
    const auto size = static_cast<std::int64_t>(values.size());
    return {name, {size}, std::move(values)};
}

/// "done.x" with the prefix "done." -> "x".
bool within(const std::string& name, const std::string& prefix, std::string& rest) {
    if (name.rfind(prefix, 0) != 0)
        return false;
    rest = name.substr(prefix.size());
    return true;
}

} // namespace

void storeAdam(torch::optim::Optimizer& adam, const std::vector<Tensor>& parameters,
               const std::string& prefix, std::vector<nn::NamedArray>& arrays) {
    // AdamW keeps the same: its state derives from a class of its own with the same members.
    const auto add = [&](std::size_t i, auto& state) {
        const std::string name = prefix + std::to_string(i);
        arrays.push_back(arrayOf(name + ".mean", state.exp_avg()));
        arrays.push_back(arrayOf(name + ".square", state.exp_avg_sq()));
        arrays.push_back(flat(name + ".step", {static_cast<float>(state.step())})); // below 2^24
    };
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto found = adam.state().find(keyOf(parameters[i]));
        if (found == adam.state().end())
            continue; // before its first step, or it takes no part
        if (auto* state = dynamic_cast<torch::optim::AdamWParamState*>(found->second.get()))
            add(i, *state);
        else if (auto* other = dynamic_cast<torch::optim::AdamParamState*>(found->second.get()))
            add(i, *other);
    }
}

bool restoreAdam(torch::optim::Optimizer& adam, const std::vector<Tensor>& parameters,
                 const std::string& prefix, const std::vector<nn::NamedArray>& arrays) {
    std::map<std::string, const nn::NamedArray*> byName;
    for (const auto& array : arrays)
        byName[array.name] = &array;
    const bool decoupled = dynamic_cast<torch::optim::AdamW*>(&adam) != nullptr;
    const auto tensorOf = [](const nn::NamedArray& array) {
        return torch::from_blob(const_cast<float*>(array.values.data()), array.shape,
                                torch::kFloat32)
            .clone();
    };
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string name = prefix + std::to_string(i);
        if (byName.count(name + ".step") == 0)
            continue;
        const auto mean = byName.find(name + ".mean"), square = byName.find(name + ".square");
        const auto& step = *byName[name + ".step"];
        if (mean == byName.end() || square == byName.end() || step.values.size() != 1 ||
            mean->second->shape != parameters[i].sizes().vec() ||
            square->second->shape != parameters[i].sizes().vec())
            return false;
        const auto fill = [&](auto state) {
            state->step(static_cast<std::int64_t>(step.values[0]));
            state->exp_avg(tensorOf(*mean->second));
            state->exp_avg_sq(tensorOf(*square->second));
            adam.state()[keyOf(parameters[i])] = std::move(state);
        };
        if (decoupled)
            fill(std::make_unique<torch::optim::AdamWParamState>());
        else
            fill(std::make_unique<torch::optim::AdamParamState>());
    }
    return true;
}

std::vector<float> generatorState() {
    auto generator = at::detail::getDefaultCPUGenerator();
    const std::lock_guard<std::mutex> lock(generator.mutex());
    const Tensor bytes = generator.get_state().contiguous();
    const auto* first = bytes.data_ptr<std::uint8_t>();
    return {first, first + bytes.numel()};
}

bool setGeneratorState(const std::vector<float>& state) {
    auto generator = at::detail::getDefaultCPUGenerator();
    const std::lock_guard<std::mutex> lock(generator.mutex());
    if (static_cast<std::int64_t>(state.size()) != generator.get_state().numel())
        return false;
    Tensor bytes = torch::empty({static_cast<std::int64_t>(state.size())}, torch::kUInt8);
    for (std::size_t i = 0; i < state.size(); ++i) {
        if (!(state[i] >= 0 && state[i] < 256))
            return false;
        bytes.data_ptr<std::uint8_t>()[i] = static_cast<std::uint8_t>(state[i]);
    }
    generator.set_state(bytes);
    return true;
}

Expected<std::optional<ParasiticState>> ParasiticKeeper::read() const {
    std::error_code code;
    if (!m_keeping || !std::filesystem::exists(m_keeping->snapshot, code))
        return std::optional<ParasiticState>();
    const auto head = readParasiticSnapshot(m_keeping->snapshot, m_keeping->fingerprint);
    if (!head)
        return head.failure();
    auto file = readTensorFile(m_keeping->snapshot);
    if (!file)
        return file.failure();
    ParasiticState state;
    state.reports = head->reports;
    state.seconds = head->seconds;
    try {
        const json about = json::parse(file->about);
        state.member = about.at("member");
        state.pretraining = about.at("pretraining");
        state.step = about.at("step");
        state.best = about.at("best").is_null() ? std::numeric_limits<double>::infinity()
                                                : about.at("best").get<double>();
        state.mean = about.at("mean");
        state.since = about.at("since");
        state.predictions.resize(about.at("predictions").get<std::size_t>() & 0xff);
    } catch (const json::exception& error) {
        return fail("LEARN-003", "The file is damaged", error.what(), m_keeping->snapshot.string());
    }
    std::string rest;
    for (nn::NamedArray& array : file->arrays) {
        if (within(array.name, "done.", rest)) {
            array.name = rest;
            state.weights.push_back(std::move(array));
        } else if (within(array.name, "phase.", rest)) {
            array.name = rest;
            state.phase.push_back(std::move(array));
        } else if (within(array.name, "prediction.", rest)) {
            const auto at = static_cast<std::size_t>(std::atoi(rest.c_str()));
            if (at < state.predictions.size())
                state.predictions[at] = std::move(array.values);
        } else if (array.name == "generator") {
            state.generator = std::move(array.values);
        }
    }
    return std::optional(std::move(state));
}

Expected<void> ParasiticKeeper::keep(bool now, const std::function<ParasiticState()>& make) {
    using Clock = std::chrono::steady_clock;
    if (!m_keeping)
        return {};
    const double passed = std::chrono::duration<double>(Clock::now() - m_kept).count();
    if (!now && passed < m_keeping->everySeconds)
        return {};
    ParasiticState state = make();
    TensorFile file;
    json about{{"kind", "parasitics-training"},
               {"version", kParasiticSnapshotVersion},
               {"fingerprint", m_keeping->fingerprint},
               {"reports", state.reports},
               {"seconds", state.seconds},
               {"member", state.member},
               {"pretraining", state.pretraining},
               {"step", state.step},
               {"best", nullptr},
               {"mean", state.mean},
               {"since", state.since},
               {"predictions", state.predictions.size()}};
    if (std::isfinite(state.best))
        about["best"] = state.best;
    file.about = about.dump();
    const auto add = [&](const char* prefix, std::vector<nn::NamedArray>& arrays) {
        for (nn::NamedArray& array : arrays) {
            array.name = prefix + array.name;
            file.arrays.push_back(std::move(array));
        }
    };
    add("done.", state.weights);
    add("phase.", state.phase);
    for (std::size_t i = 0; i < state.predictions.size(); ++i)
        file.arrays.push_back(flat("prediction." + std::to_string(i), state.predictions[i]));
    file.arrays.push_back(flat("generator", std::move(state.generator)));
    const auto written = writeTensorFile(file, m_keeping->snapshot);
    m_kept = Clock::now(); // what a slow disk took does not count
    return written;
}

} // namespace ohm::learn
