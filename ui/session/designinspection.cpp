// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/designinspection.h"

#include "core/netlist/reader.h"
#include "core/optimize/evaluator.h"
#include "ui/services/text.h"

#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kKept = 24; ///< designs
constexpr int kWorkers = 2;

Expected<InspectedPtr> look(const optimize::Problem& problem, const optimize::Design& design,
                            const std::shared_ptr<sim::SimulatorPool>& pool,
                            const Prediction::Function& ask, const StopToken& stop,
                            ProgressSink& progress) {
    auto seen = std::make_shared<InspectedDesign>();
    seen->design = design;
    const optimize::Evaluator evaluator(problem, pool);
    std::vector<sim::Job> jobs;
    std::vector<std::size_t> benchOf;
    for (std::size_t b = 0; b < problem.benches.size(); ++b) {
        seen->benches.push_back({qs(problem.benches[b].name), {}, {}});
        auto deck = evaluator.deck(b, design);
        if (!deck) {
            seen->benches.back().error = deck.error();
            continue;
        }
        sim::Job job;
        job.deck = std::move(*deck);
        job.analyses = problem.benches[b].analyses;
        job.timeoutSeconds = problem.benches[b].timeoutSeconds;
        jobs.push_back(std::move(job));
        benchOf.push_back(b);
    }
    auto outcomes = pool->runAll(jobs, stop, progress);
    for (std::size_t j = 0; j < outcomes.size(); ++j) {
        if (outcomes[j])
            seen->benches[benchOf[j]].outcome = std::move(*outcomes[j]);
        else if (outcomes[j].error().code == "SIM-006" || outcomes[j].error().code == "SIM-001")
            return outcomes[j].failure();
        else
            seen->benches[benchOf[j]].error = outcomes[j].error();
    }
    netlist::ReadOptions options;
    options.searchPath = problem.searchPath;
    for (const auto& [name, value] : problem.parameters(design))
        options.parameters[name] = value;
    const auto circuit = netlist::readNetlist(problem.benches.front().circuit, options);
    if (!circuit)
        return circuit.failure();
    const auto point = sim::operatingPoint(*pool, **circuit, stop, progress, true);
    if (!point) {
        if (point.error().code == "SIM-006")
            return point.failure();
        seen->note = qs(point.error().text);
        return InspectedPtr(std::move(seen));
    }
    PredictionPtr predicted;
    if (ask) {
        if (auto answer = ask(*circuit, stop))
            predicted = std::move(*answer);
        else
            seen->note = qs(answer.error().text);
    }
    if (predicted)
        seen->network = predicted->model;
    const netlist::Circuit& c = **circuit;
    for (std::size_t n = 0; n < point->netVoltages.size(); ++n) {
        const auto net = static_cast<netlist::NetId>(n);
        const bool driven = predicted && n < predicted->driven.size() && predicted->driven[n];
        seen->nets.push_back({shownText(c.netName(net)), point->netVoltages[n],
                              predicted && !driven ? predicted->voltage(net) : std::nan("")});
    }
    for (std::size_t d = 0; d < point->devices.size(); ++d)
        seen->devices.push_back({shownText(c.deviceName(static_cast<netlist::DeviceId>(d))),
                                 point->devices[d].region == sim::Region::Unknown
                                     ? QString()
                                     : qs(sim::regionName(point->devices[d].region)),
                                 point->devices[d].current.value_or(std::nan(""))});
    return InspectedPtr(std::move(seen));
}

} // namespace

DesignInspection::DesignInspection(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs) {}

void DesignInspection::clear() {
    ++m_generation;
    m_cache.clear();
    m_age.clear();
    m_result.reset();
    m_jobs.abandon(u"sizing-inspect"_s);
    m_job = 0;
    emit changed();
}

void DesignInspection::inspect(const optimize::Problem& problem, const optimize::Design& design) {
    QString key = m_prediction && m_prediction->function() ? m_prediction->modelName() : QString();
    for (const int index : design)
        key += u' ' + QString::number(index);
    if (const auto known = m_cache.value(key)) {
        m_jobs.abandon(u"sizing-inspect"_s);
        m_job = 0;
        ++m_generation;
        m_result = known;
        emit changed();
        return;
    }
    if (!m_pool) {
        sim::PoolOptions options;
        options.workers = kWorkers;
        m_pool = std::make_shared<sim::SimulatorPool>(options);
    }
    const JobSpec spec{tr("Simulating the chosen design"), Pool::Cpu, u"sizing-inspect"_s, 5,
                       false};
    m_job = m_jobs.start<InspectedPtr>(
        spec,
        [problem = problem.asDrawn(), design, pool = m_pool,
         ask = m_prediction ? m_prediction->function()
                            : Prediction::Function()](StopToken stop, ProgressSink& progress) {
            return look(problem, design, pool, ask, stop, progress);
        },
        this,
        [this, key, generation = ++m_generation](Expected<InspectedPtr> seen) {
            if (generation != m_generation)
                return;
            m_job = 0;
            if (seen) {
                m_result = *seen;
                m_cache.insert(key, m_result);
                m_age << key;
                if (m_age.size() > kKept)
                    m_cache.remove(m_age.takeFirst());
            } else if (seen.error().code != "UI-002") {
                emit failed(seen.error());
            }
            emit changed();
        });
    emit changed();
}

} // namespace ohm::ui
