// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/maps/training.h"

#include "core/dataset/graphset.h"
#include "core/dataset/random.h"
#include "core/learn/engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>

namespace ohm::maps {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastDeviation = 1e-6;
constexpr std::uint64_t kEpochSeeds = 1'000'003; ///< a seed for every epoch

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Mirrored ways of an image; mirroring twice is nothing.
struct Flip {
    bool across = false, up = false;
};

template <typename T>
void flipInto(std::span<const T> from, std::span<T> to, std::size_t rows, std::size_t columns,
              Flip flip) {
    const std::size_t pixels = rows * columns;
    for (std::size_t first = 0; first < from.size(); first += pixels) {
        for (std::size_t j = 0; j < rows; ++j) {
            const std::size_t source = first + (flip.up ? rows - 1 - j : j) * columns;
            T* row = to.data() + first + j * columns;
            for (std::size_t i = 0; i < columns; ++i)
                row[i] = from[source + (flip.across ? columns - 1 - i : i)];
        }
    }
}

/// Mean and deviation of each input over the training images.
void measureScale(const Images& images, std::span<const std::size_t> training, MapModel& model) {
    const std::size_t channels = images.inputNames.size(), pixels = images.pixels();
    std::vector<double> sum(channels), square(channels);
    for (const std::size_t image : training) {
        const auto values = images.input(image);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto v = static_cast<double>(values[i]);
            sum[i / pixels] += v;
            square[i / pixels] += v * v;
        }
    }
    const auto count = static_cast<double>(training.size() * pixels);
    for (std::size_t c = 0; c < channels; ++c) {
        const double mean = sum[c] / count;
        const double deviation = std::sqrt(std::max(0.0, square[c] / count - mean * mean));
        model.mean.push_back(static_cast<float>(mean));
        model.scale.push_back(deviation > kLeastDeviation ? static_cast<float>(1 / deviation)
                                                          : 1.0f);
    }
}

Expected<void> check(const TrainConfig& config) {
    const auto impossible = [](const char* what, const char* why) {
        return fail("MAPS-006", "This training is not possible", why, what);
    };
    if (const auto loss = deep::checkLoss(config.loss); !loss)
        return loss;
    if (config.epochs < 1 || config.epochs > 1'000'000)
        return impossible("epochs", "There is at least one epoch");
    if (config.batch < 1)
        return impossible("batch", "There is at least one image in a step");
    if (!(config.rate > 0 && config.rate <= 1) || !(config.decay >= 0) || !(config.clipNorm >= 0))
        return impossible("rate", "The rate lies between 0 and 1, decay and norm are not negative");
    return {};
}

class Training {
public:
    Training(const Images& images, const TrainConfig& config, StopToken stop)
        : m_images(images)
        , m_config(config)
        , m_stop(std::move(stop))
        , m_training(imagesOf(images, Part::Train))
        , m_validation(imagesOf(images, Part::Validate)) {
        m_config.network.inputs = static_cast<int>(images.inputNames.size());
        m_config.network.outputs = static_cast<int>(images.targetNames.size());
    }

    Expected<TrainingResult> run(ProgressSink& progress, const EpochSink& sink,
                                 const Keeping& keeping);

private:
    Expected<void> prepare(const Keeping& keeping);
    Expected<void> restore(const TrainState& state);
    Expected<EpochFigures> epoch(int number);
    Expected<void> validate(EpochFigures& figures);
    Expected<void> keep(int epochs, const Keeping& keeping);
    std::size_t targetSize() const { return m_images.targetNames.size() * m_images.pixels(); }
    std::size_t stepsPerEpoch() const {
        const auto batch = static_cast<std::size_t>(m_config.batch);
        return (m_training.size() + batch - 1) / batch;
    }

    const Images& m_images;
    TrainConfig m_config;
    StopToken m_stop;
    std::vector<std::size_t> m_training, m_validation;
    MapModel m_model;
    std::unique_ptr<learn::MapNetwork> m_network;
    std::int64_t m_steps = 0;
    int m_first = 0;
    std::vector<nn::NamedArray> m_best;
    double m_bestValidate = kNaN;
    int m_bestEpoch = 0;
    std::vector<std::uint8_t> m_chosen; ///< Mpgd: as last seen
};

Expected<void> Training::prepare(const Keeping& keeping) {
    if (const auto possible = check(m_config); !possible)
        return possible;
    if (m_training.empty())
        return fail("MAPS-003", "There are no images to train on");
    const auto engine = learn::engine();
    if (!engine)
        return engine.failure();
    auto network = (*engine)->makeMapNetwork(m_config.network);
    if (!network)
        return network.failure();
    m_network = std::move(*network);
    m_model.network = m_config.network;
    m_model.inputNames = m_images.inputNames;
    m_model.targetNames = m_images.targetNames;
    measureScale(m_images, m_training, m_model);
    return keeping.from ? restore(*keeping.from) : Expected<void>{};
}

Expected<void> Training::restore(const TrainState& state) {
    const auto foreign = [] {
        return fail("MAPS-008", "The training that is to go on had other settings or other images",
                    {}, {}, "Start anew in another folder");
    };
    if (state.epoch < 0 || state.epoch > m_config.epochs || !m_network->loadState(state.network))
        return foreign();
    if (!state.chosen.empty() && state.chosen.size() != m_images.targets.size())
        return foreign();
    m_first = state.epoch;
    m_steps = state.steps;
    m_best = state.best;
    m_bestValidate = state.bestValidate;
    m_bestEpoch = state.bestEpoch;
    m_chosen = state.chosen;
    return {};
}

Expected<EpochFigures> Training::epoch(int number) {
    EpochFigures out;
    out.epoch = number + 1;
    const auto start = Clock::now();
    const std::uint64_t seed =
        m_config.network.seed * kEpochSeeds + static_cast<std::uint64_t>(number);
    const auto order = dataset::permutation(m_training.size(), seed);
    const bool picks = m_config.loss.kind == deep::LossKind::Mpgd;
    const bool known = !m_chosen.empty(); // what the epoch before chose
    if (picks && !known)
        m_chosen.assign(m_images.targets.size(), 0);
    const auto batch = static_cast<std::size_t>(m_config.batch);
    const std::size_t inputs = m_images.inputNames.size() * m_images.pixels();
    const std::size_t targets = targetSize();
    const auto total = static_cast<double>(stepsPerEpoch()) * m_config.epochs;
    std::int64_t entries = 0, both = 0, either = 0;
    double selected = 0;
    std::vector<float> x, y, derivatives;
    std::vector<std::uint8_t> marks, back(targets);
    for (std::size_t first = 0; first < order.size(); first += batch) {
        if (m_stop.shouldStop())
            return fail("MAPS-009", "The training was stopped");
        const std::size_t count = std::min(batch, order.size() - first);
        x.resize(count * inputs);
        y.resize(count * targets);
        std::vector<Flip> flips(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t image = m_training[order[first + i]];
            if (m_config.flips) {
                dataset::Random random(seed, image);
                flips[i] = {random.uniform() < 0.5, random.uniform() < 0.5};
            }
            flipInto<float>(m_images.input(image), std::span(x).subspan(i * inputs, inputs),
                            m_images.rows, m_images.columns, flips[i]);
            flipInto<float>(m_images.target(image), std::span(y).subspan(i * targets, targets),
                            m_images.rows, m_images.columns, flips[i]);
        }
        x = scaled(m_model, x, m_images.pixels());
        const auto predicted = m_network->forward({x, static_cast<std::int64_t>(count),
                                                   static_cast<std::int64_t>(m_images.rows),
                                                   static_cast<std::int64_t>(m_images.columns)});
        if (!predicted)
            return predicted.failure();
        derivatives.resize(predicted->size());
        marks.resize(picks ? predicted->size() : 0);
        const auto loss =
            deep::lossOf<float>(m_config.loss, *predicted, y, {}, 1, derivatives, marks, targets);
        if (!std::isfinite(loss.loss))
            return fail("MAPS-007", "The loss is no longer a number",
                        "epoch " + std::to_string(number + 1), {}, "Use a smaller learning rate");
        const double share = static_cast<double>(m_steps) / total;
        const double rate = m_config.cosine
                                ? m_config.rate * 0.5 * (1 + std::cos(std::numbers::pi * share))
                                : m_config.rate;
        const auto norm =
            m_network->backward(derivatives, {rate, m_config.decay, m_config.clipNorm});
        if (!norm)
            return norm.failure();
        ++m_steps;
        out.gradientNorm = *norm;
        const auto weight = static_cast<double>(loss.entries);
        out.loss += loss.loss * weight;
        out.trainSquare += loss.square * weight;
        selected += loss.selected * weight;
        entries += loss.entries;
        for (std::size_t i = 0; picks && i < count; ++i) {
            flipInto<std::uint8_t>(std::span(marks).subspan(i * targets, targets), back,
                                   m_images.rows, m_images.columns, flips[i]);
            std::uint8_t* before = m_chosen.data() + m_training[order[first + i]] * targets;
            for (std::size_t k = 0; k < targets; ++k) {
                both += back[k] & before[k];
                either += back[k] | before[k];
                before[k] = back[k];
            }
        }
    }
    out.steps = m_steps;
    out.loss /= static_cast<double>(entries);
    out.trainSquare /= static_cast<double>(entries);
    if (picks)
        out.selected = selected / static_cast<double>(entries);
    if (picks && known && either > 0)
        out.overlap = static_cast<double>(both) / static_cast<double>(either);
    out.seconds = secondsSince(start);
    return out;
}

Expected<void> Training::validate(EpochFigures& figures) {
    figures.validationSquare = figures.validationMax = figures.validationP99 = kNaN;
    if (m_validation.empty())
        return {};
    const auto predictions = predictImages(*m_network, m_model, m_images, m_validation, m_stop);
    if (!predictions)
        return predictions.failure();
    double square = 0, most = 0, p99 = 0;
    std::vector<congestion::Figure> nrmse, ssim;
    std::vector<float> errors(targetSize()); // of an image
    for (std::size_t i = 0; i < m_validation.size(); ++i) {
        const auto truth = m_images.target(m_validation[i]);
        const std::vector<float>& predicted = (*predictions)[i];
        double first = 0; // of the first target
        for (std::size_t k = 0; k < truth.size(); ++k) {
            const double e = static_cast<double>(predicted[k]) - static_cast<double>(truth[k]);
            square += e * e;
            most = std::max(most, std::fabs(e));
            errors[k] = static_cast<float>(std::fabs(e));
            first += k < m_images.pixels() ? e * e : 0;
        }
        const auto place =
            errors.begin() +
            static_cast<std::ptrdiff_t>(std::ceil(0.99 * (static_cast<double>(errors.size()) - 1)));
        std::nth_element(errors.begin(), place, errors.end());
        p99 += static_cast<double>(*place) / static_cast<double>(m_validation.size());
        const auto map = truth.first(m_images.pixels());
        const auto [low, high] = std::minmax_element(map.begin(), map.end());
        if (*high > *low)
            nrmse.push_back(std::sqrt(first / static_cast<double>(m_images.pixels())) /
                            static_cast<double>(*high - *low));
        ssim.push_back(congestion::ssim(std::span(predicted).first(m_images.pixels()), map,
                                        m_images.columns, m_config.range));
    }
    figures.validationSquare = square / static_cast<double>(m_validation.size() * targetSize());
    figures.validationMax = most;
    figures.validationP99 = p99;
    figures.nrmse = congestion::meanOf(nrmse).mean;
    figures.ssim = congestion::meanOf(ssim).mean;
    return {};
}

Expected<void> Training::keep(int epochs, const Keeping& keeping) {
    TrainState state;
    state.epoch = epochs;
    state.steps = m_steps;
    state.network = m_network->state(true);
    state.best = m_best;
    state.bestValidate = m_bestValidate;
    state.bestEpoch = m_bestEpoch;
    state.chosen = m_chosen;
    return keeping.keep(state);
}

Expected<TrainingResult> Training::run(ProgressSink& progress, const EpochSink& sink,
                                       const Keeping& keeping) {
    if (const auto prepared = prepare(keeping); !prepared)
        return prepared.failure();
    std::vector<double> times;
    auto kept = Clock::now();
    for (int number = m_first; number < m_config.epochs; ++number) {
        auto figures = epoch(number);
        if (!figures)
            return figures.failure();
        if (const auto validated = validate(*figures); !validated)
            return validated.failure();
        if (std::isfinite(figures->validationSquare) &&
            !(figures->validationSquare >= m_bestValidate)) {
            m_bestValidate = figures->validationSquare;
            m_bestEpoch = number + 1;
            m_best = m_network->state(false);
        }
        times.push_back(figures->seconds);
        if (sink)
            sink(*figures);
        progress.report((number + 1.0) / m_config.epochs, "epoch " + std::to_string(number + 1));
        if (keeping.keep && (secondsSince(kept) >= keeping.everySeconds ||
                             m_stop.pauseRequested() || m_stop.stopRequested())) {
            if (const auto written = keep(number + 1, keeping); !written)
                return written.failure();
            kept = Clock::now();
        }
    }
    if (!m_best.empty()) {
        if (const auto loaded = m_network->loadState(m_best); !loaded)
            return loaded.failure();
    }
    TrainingResult result;
    for (const Part part : {Part::Validate, Part::Test}) {
        const auto which = imagesOf(m_images, part);
        if (which.empty())
            continue;
        const auto predictions = predictImages(*m_network, m_model, m_images, which, m_stop);
        if (!predictions)
            return predictions.failure();
        auto figures =
            figuresOf(m_images, which, *predictions, m_config.hotspot, m_config.range, false);
        if (!figures)
            return figures.failure();
        (part == Part::Test ? result.test : result.validation) = std::move(*figures);
        if (part == Part::Test) {
            auto zero =
                figuresOf(m_images, which, *predictions, m_config.hotspot, m_config.range, true);
            if (!zero)
                return zero.failure();
            result.testZero = std::move(*zero);
        }
    }
    result.parameters = m_network->parameterCount();
    result.steps = m_steps;
    result.bestEpoch = m_bestEpoch > 0 ? m_bestEpoch : m_config.epochs;
    result.model = std::move(m_model);
    result.model.weights = m_network->state(false);
    result.model.provenance = {{"loss", deep::nameOf(m_config.loss.kind)},
                               {"epochs", std::to_string(m_config.epochs)},
                               {"best_epoch", std::to_string(result.bestEpoch)}};
    if (!times.empty()) {
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        result.secondsPerEpoch = *middle;
    }
    return result;
}

} // namespace

std::vector<std::size_t> imagesOf(const Images& images, Part part) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < images.count(); ++i) {
        if (images.parts[i] == part)
            out.push_back(i);
    }
    return out;
}

Expected<std::vector<TargetFigures>> figuresOf(const Images& images,
                                               std::span<const std::size_t> which,
                                               std::span<const std::vector<float>> predictions,
                                               double hotspot, double range, bool zero) {
    using congestion::Figure;
    std::vector<TargetFigures> out;
    congestion::MetricOptions options;
    options.columns = images.columns;
    options.hotspot = hotspot;
    options.range = range;
    for (std::size_t t = 0; t < images.targetNames.size(); ++t) {
        TargetFigures f;
        f.target = images.targetNames[t];
        std::vector<Figure> pearson, r2, nrmse, ssim, hot, peak;
        for (std::size_t i = 0; i < which.size(); ++i) {
            const auto truth =
                images.target(which[i]).subspan(t * images.pixels(), images.pixels());
            const auto predicted =
                std::span(predictions[i]).subspan(t * images.pixels(), images.pixels());
            const auto compared = congestion::compare(predicted, truth, options);
            if (!compared) {
                Error error = compared.error();
                error.where = images.names[which[i]];
                return Unexpected{error};
            }
            const congestion::Metrics& m = zero ? compared->zero : compared->prediction;
            ++f.images;
            f.mse += m.mse;
            f.mae += m.mae;
            f.p99Error += m.p99Error;
            f.maxError = std::max(f.maxError, m.maxError);
            f.undefined += m.nrmse ? 0 : 1;
            pearson.push_back(m.pearson);
            r2.push_back(m.r2);
            nrmse.push_back(m.nrmse);
            ssim.push_back(m.ssim);
            hot.push_back(m.hotspotF1);
            peak.push_back(m.peakNrmseMean);
        }
        const auto n = static_cast<double>(std::max<std::size_t>(f.images, 1));
        f.mse /= n;
        f.mae /= n;
        f.p99Error /= n;
        f.pearson = congestion::meanOf(pearson).mean;
        f.r2 = congestion::meanOf(r2).mean;
        f.nrmse = congestion::meanOf(nrmse).mean;
        f.ssim = congestion::meanOf(ssim).mean;
        f.hotspotF1 = congestion::meanOf(hot).mean;
        f.peakNrmse = congestion::meanOf(peak).mean;
        out.push_back(std::move(f));
    }
    return out;
}

Expected<TrainingResult> trainOn(const Images& images, const TrainConfig& config, StopToken stop,
                                 ProgressSink& progress, const EpochSink& sink,
                                 const Keeping& keeping) {
    return Training(images, config, std::move(stop)).run(progress, sink, keeping);
}

} // namespace ohm::maps
