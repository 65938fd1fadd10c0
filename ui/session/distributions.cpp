// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/distributions.h"

#include "core/generate/request.h"
#include "ui/services/text.h"

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

Distributions::Distributions(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs) {}

Expected<Distributions::Result> Distributions::compare(const DistributionSetup& setup,
                                                       std::map<QString, GraphSetPtr> known,
                                                       const StopToken& stop, ProgressSink& sink) {
    Result out;
    std::vector<dataset::LabelSample> samples;
    for (const auto& [name, data] : setup.sets) {
        if (stop.shouldStop())
            return fail("UI-002", "Stopped");
        GraphSetPtr set = known[data];
        if (!set) {
            auto read = generate::loadOrGenerate(data.toStdString(), stop, sink);
            if (!read)
                return read.failure();
            set = std::make_shared<const dataset::GraphSet>(std::move(*read));
        }
        out.sets[data] = set;
        for (const std::string& label : set->graphLabelNames) {
            if (!out.labels.contains(qs(label)))
                out.labels << qs(label);
        }
        auto parts =
            dataset::labelSamples(*set, name.toStdString(), setup.label.toStdString(), setup.by);
        if (!parts && parts.error().code == "DATA-040" && setup.sets.size() > 1)
            continue; // the others may have it
        if (!parts)
            return parts.failure();
        std::move(parts->begin(), parts->end(), std::back_inserter(samples));
    }
    out.range = dataset::rangeOf(samples);
    const auto against = std::min(static_cast<std::size_t>(std::max(0, setup.against)),
                                  samples.empty() ? 0 : samples.size() - 1);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (stop.shouldStop())
            return fail("UI-002", "Stopped");
        const auto& values = samples[i].values;
        Distribution d;
        d.name = qs(samples[i].name);
        d.statistics = dataset::statisticsOf(values, kBins, out.range);
        d.density = dataset::densityOf(values, out.range.first, out.range.second);
        d.cumulative = dataset::cumulativeOf(values);
        if (i != against)
            d.shift = dataset::shiftBetween(samples[against].values, values);
        out.shown.push_back(std::move(d));
        sink.report(static_cast<double>(i + 1) / static_cast<double>(samples.size()), "comparing");
    }
    return out;
}

void Distributions::show(const DistributionSetup& setup) {
    m_setup = setup;
    const int run = ++m_run;
    m_job = m_jobs.start<Result>(
        {tr("Comparing labels"), Pool::Cpu, u"distributions"_s},
        [setup, known = m_sets](StopToken stop, ProgressSink& sink) {
            return compare(setup, known, stop, sink);
        },
        this,
        [this, run](Expected<Result> done) {
            if (run != m_run)
                return;
            m_job = 0;
            if (done) {
                for (const auto& [data, set] : m_sets) {
                    if (!done->sets.contains(data))
                        m_jobs.release(set);
                }
                m_sets = std::move(done->sets);
                m_shown = std::move(done->shown);
                m_range = done->range;
                m_labels = done->labels;
            } else {
                m_shown.clear();
            }
            emit changed();
            if (!done && done.error().code != "UI-002" && done.error().code != "GEN-012")
                emit failed(done.error());
        });
}

} // namespace ohm::ui
