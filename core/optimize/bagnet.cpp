// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/engine.h"
#include "core/learn/judge.h"
#include "core/optimize/encoder.h"
#include "core/optimize/evolution.h"
#include "core/project/installation.h"

#include <algorithm>
#include <cmath>

namespace ohm::optimize {
namespace {

constexpr std::uint64_t kStreams = 16;
constexpr std::size_t kBatch = 48; ///< candidates scored at once

class Bagnet : public Algorithm {
public:
    Bagnet(AlgorithmOptions options, Encoder encoder, std::unique_ptr<learn::Judge> judge)
        : m_options(std::move(options))
        , m_encoder(std::move(encoder))
        , m_judge(std::move(judge)) {}

    Expected<Proposal> propose(std::size_t iteration, Population& population, Evaluator& evaluator,
                               StopToken stop) override {
        const Problem& problem = evaluator.problem();
        dataset::Random random(m_options.seed, iteration * kStreams + 1);
        dataset::Random chance(m_options.seed, iteration * kStreams + 2);
        Breeder breeder(problem, population, random);
        const Member reference = breeder.reference();
        Proposal p;
        auto accuracy = accuracyOnLast(problem, population, reference);
        if (!accuracy)
            return accuracy.failure();
        p.accuracy = *accuracy;
        const auto data = dataOf(problem, population);
        if (!data)
            return data.failure();
        const auto loss = m_judge->train(*data, m_options.gradientSteps, m_options.batch,
                                         m_options.seed * 1000003 + iteration, stop);
        if (!loss)
            return loss.error().code == "LEARN-012"
                       ? Expected<Proposal>(fail("OPT-020", "The sizing was stopped"))
                       : Expected<Proposal>(loss.failure());
        p.loss = *loss;
        const auto refRow = m_encoder.encode(reference.design);
        if (!refRow)
            return refRow.failure();
        std::set<Design> taken = population.known;
        struct Judged {
            double chance; ///< to pass
            Design design;
            Belief belief;
        };
        std::vector<Judged> pool; // when the best are taken
        while (p.designs.size() < m_options.perIteration &&
               (m_options.pool == 0 || pool.size() < m_options.pool) &&
               p.candidates < m_options.mostCandidates) {
            if (stop.shouldStop())
                return fail("OPT-020", "The sizing was stopped");
            std::vector<Design> batch;
            std::vector<float> rows;
            while (batch.size() < kBatch && p.candidates < m_options.mostCandidates) {
                for (Design& child : breeder.offspring()) {
                    ++p.candidates;
                    if (!taken.insert(child).second)
                        continue;
                    const auto row = m_encoder.encode(child);
                    if (!row)
                        return row.failure();
                    rows.insert(rows.end(), row->begin(), row->end());
                    batch.push_back(std::move(child));
                }
            }
            if (batch.empty())
                break;
            const auto verdict = m_judge->score(rows, batch.size(), *refRow);
            if (!verdict)
                return verdict.failure();
            const std::size_t specs = problem.specs.size();
            for (std::size_t i = 0; i < batch.size() && p.designs.size() < m_options.perIteration;
                 ++i) {
                ++p.queries;
                if (m_options.pool > 0) {
                    pool.push_back({chanceOf(*verdict, i, specs, population.critical), batch[i],
                                    beliefOf(*verdict, i, specs)});
                    continue;
                }
                if (accepted(*verdict, i, specs, population.critical, chance)) {
                    p.designs.push_back(batch[i]);
                    p.beliefs.push_back(beliefOf(*verdict, i, specs));
                }
            }
        }
        std::stable_sort(pool.begin(), pool.end(),
                         [](const Judged& a, const Judged& b) { return a.chance > b.chance; });
        for (std::size_t i = 0; i < pool.size() && i < m_options.perIteration; ++i) {
            p.designs.push_back(std::move(pool[i].design));
            p.beliefs.push_back(std::move(pool[i].belief));
        }
        p.reference = reference.values;
        p.stuck = p.designs.empty();
        return p;
    }

    bool hasState() const override { return true; }
    Expected<void> save(const std::filesystem::path& path) const override {
        learn::Checkpoint checkpoint;
        checkpoint.target = "judge";
        checkpoint.weights = m_judge->state();
        return learn::writeCheckpoint(checkpoint, path);
    }
    Expected<void> load(const std::filesystem::path& path) override {
        const auto checkpoint = learn::readCheckpoint(path);
        return checkpoint ? m_judge->loadState(checkpoint->weights)
                          : Expected<void>(checkpoint.failure());
    }

private:
    static Belief beliefOf(const learn::JudgeVerdict& verdict, std::size_t candidate,
                           std::size_t specs) {
        const auto row = [&](const std::vector<float>& all) {
            if (all.empty())
                return std::vector<double>();
            const auto begin = all.begin() + static_cast<std::ptrdiff_t>(candidate * specs);
            return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(specs));
        };
        return {row(verdict.meets), row(verdict.better)};
    }

    /// The larger of "meets the spec" and "better than the reference", over the critical specs.
    static double chanceOf(const learn::JudgeVerdict& verdict, std::size_t candidate,
                           std::size_t specs, const std::vector<std::size_t>& critical) {
        double all = 1;
        for (const std::size_t s : critical) {
            double pass = verdict.better[candidate * specs + s];
            if (!verdict.meets.empty())
                pass = std::max(pass, static_cast<double>(verdict.meets[candidate * specs + s]));
            all *= pass;
        }
        return all;
    }

    /// Takes the larger of "meets the spec" and "better than the reference" as the chance to pass
    /// each critical spec; now and then a rejected one passes all the same.
    bool accepted(const learn::JudgeVerdict& verdict, std::size_t candidate, std::size_t specs,
                  const std::vector<std::size_t>& critical, dataset::Random& chance) const {
        bool good = true;
        for (const std::size_t s : critical) {
            const double u = chance.uniform();
            double pass = verdict.better[candidate * specs + s];
            if (!verdict.meets.empty())
                pass = std::max(pass, static_cast<double>(verdict.meets[candidate * specs + s]));
            good = good && u > 1 - pass;
        }
        const double lucky = chance.uniform();
        return good || (m_options.meetsHeads && lucky < m_options.epsilon);
    }

    Expected<learn::JudgeData> dataOf(const Problem& problem, const Population& population) {
        learn::JudgeData data;
        data.designs = population.members.size();
        for (const Member& m : population.members) {
            const auto row = m_encoder.encode(m.design);
            if (!row)
                return row.failure();
            data.rows.insert(data.rows.end(), row->begin(), row->end());
            for (std::size_t s = 0; s < problem.specs.size(); ++s) {
                data.quality.push_back(qualityOf(problem, s, m.values));
                data.meets.push_back(m.penalties[s] == 0 ? 1 : 0);
            }
        }
        for (const Spec& s : problem.specs)
            data.tiesWin.push_back(s.max ? 1 : 0);
        return data;
    }

    /// How often the judge is right about designs it has not learned yet (those of the last
    /// iteration) against the reference: both heads, critical specs. -1 without such designs.
    Expected<double> accuracyOnLast(const Problem& problem, const Population& population,
                                    const Member& reference) {
        const auto& last = population.lastAdded;
        std::vector<const Member*> fresh;
        std::vector<float> rows;
        for (const Member& m : population.members) {
            if (std::find(last.begin(), last.end(), m.design) == last.end())
                continue;
            const auto row = m_encoder.encode(m.design);
            if (!row)
                return row.failure();
            rows.insert(rows.end(), row->begin(), row->end());
            fresh.push_back(&m);
        }
        if (fresh.empty())
            return -1.0;
        const auto refRow = m_encoder.encode(reference.design);
        if (!refRow)
            return refRow.failure();
        const auto verdict = m_judge->score(rows, fresh.size(), *refRow);
        if (!verdict)
            return verdict.failure();
        std::size_t right = 0, all = 0;
        const std::size_t specs = problem.specs.size();
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            for (const std::size_t s : population.critical) {
                const bool better = qualityOf(problem, s, fresh[i]->values) >
                                    qualityOf(problem, s, reference.values);
                right += (verdict->better[i * specs + s] > 0.5F) == better;
                ++all;
                if (!verdict->meets.empty()) {
                    right +=
                        (verdict->meets[i * specs + s] > 0.5F) == (fresh[i]->penalties[s] == 0);
                    ++all;
                }
            }
        }
        return all > 0 ? static_cast<double>(right) / static_cast<double>(all) : -1.0;
    }

    AlgorithmOptions m_options;
    Encoder m_encoder;
    std::unique_ptr<learn::Judge> m_judge;
};

} // namespace

Expected<std::unique_ptr<Algorithm>> makeBagnet(const Problem& problem,
                                                const AlgorithmOptions& options) {
    const bool graph = options.name != "bagnet-fc";
    auto encoder = graph ? Encoder::graph(problem) : Expected<Encoder>(Encoder::values(problem));
    if (!encoder)
        return encoder.failure();
    const auto engine = learn::engine();
    if (!engine)
        return engine.failure();
    (*engine)->setThreads(options.threads);
    learn::JudgeSpec spec;
    spec.specs = problem.specs.size();
    spec.meetsHeads = options.meetsHeads;
    spec.seed = options.seed;
    spec.designsPerStep = options.designsPerStep;
    if (graph) {
        spec.features = learn::JudgeSpec::Features::Graph;
        spec.graph = encoder->topology();
        const auto path = options.backbone.empty()
                              ? project::networkFolder() / "opamp-deepgen15.safetensors"
                              : options.backbone;
        auto checkpoint = learn::readCheckpoint(path);
        if (!checkpoint)
            return checkpoint.failure();
        spec.backbone = std::move(*checkpoint);
        spec.pretrained = options.name != "bagnet-random";
        spec.frozen = options.name == "bagnet-frozen";
    } else {
        // The moments of a uniform draw from the grid: nothing is taken from any earlier run.
        for (const Variable& v : problem.variables) {
            const double low = v.logarithmic ? std::log(v.low) : v.low;
            const double high = v.value(v.count() - 1);
            const double top = v.logarithmic ? std::log(high) : high;
            spec.mean.push_back(static_cast<float>((low + top) / 2));
            spec.deviation.push_back(static_cast<float>((top - low) / std::sqrt(12.0)));
        }
    }
    auto judge = (*engine)->makeJudge(spec, options.device);
    if (!judge)
        return judge.failure();
    return Expected<std::unique_ptr<Algorithm>>(
        std::make_unique<Bagnet>(options, std::move(*encoder), std::move(*judge)));
}

} // namespace ohm::optimize
