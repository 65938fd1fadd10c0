// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/errorinspection.h"

#include "core/generate/request.h"
#include "core/learn/prepare.h"
#include "core/learn/recipe.h"

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

struct Inspected {
    GraphSetPtr set;
    ErrorReportPtr report;
};

struct Chosen {
    dataset::GraphSet set;
    std::vector<std::size_t> graphs; ///< all if empty
};

/// The network's own data, split as its training did.
Expected<Chosen> ownData(const learn::Checkpoint& checkpoint, learn::Part part,
                         const StopToken& stop, ProgressSink& sink) {
    const auto recipe = learn::parseRecipe(checkpoint.recipe);
    if (checkpoint.recipe.empty() || !recipe)
        return fail("UI-031", "The network does not say what it was trained on", {}, {},
                    "Choose the data");
    auto parts = learn::prepareData(*recipe, {}, stop, sink);
    if (!parts)
        return parts.failure();
    if (part == learn::Part::All) {
        for (const dataset::GraphSet* more : {&parts->validation, &parts->test}) {
            if (more->graphCount() == 0)
                continue;
            if (const auto joined = parts->training.extend(*more); !joined)
                return joined.failure();
        }
    }
    dataset::GraphSet& set = part == learn::Part::Validation ? parts->validation
                             : part == learn::Part::Test     ? parts->test
                                                             : parts->training;
    if (set.graphCount() == 0)
        return fail("LEARN-070", "This part of the data is empty",
                    "the network's training set none aside", {},
                    "Choose another part, or all of the data");
    return Chosen{std::move(set), {}};
}

Expected<Chosen> chosenData(const InspectionSetup& setup, const learn::Checkpoint& checkpoint,
                            const StopToken& stop, ProgressSink& sink) {
    if (setup.data.isEmpty())
        return ownData(checkpoint, setup.part, stop, sink);
    auto set = generate::loadOrGenerate(setup.data.toStdString(), stop, sink);
    if (!set)
        return set.failure();
    auto graphs = learn::graphsOf(*set, checkpoint, setup.part);
    if (!graphs)
        return graphs.failure();
    return Chosen{std::move(*set), std::move(*graphs)};
}

Expected<Inspected> inspect(const InspectionSetup& setup, const StopToken& stop,
                            ProgressSink& sink) {
    const auto checkpoint = learn::readCheckpoint(setup.model.toStdString());
    if (!checkpoint)
        return checkpoint.failure();
    auto chosen = chosenData(setup, *checkpoint, stop, sink);
    if (!chosen)
        return chosen.failure();
    const auto engine = learn::engine();
    if (!engine)
        return engine.failure();
    const auto model = (*engine)->load(*checkpoint);
    if (!model)
        return model.failure();
    auto report = learn::inspectErrors(**model, chosen->set, chosen->graphs, stop, sink);
    if (!report)
        return report.failure();
    return Inspected{std::make_shared<const dataset::GraphSet>(std::move(chosen->set)),
                     std::make_shared<const learn::ErrorReport>(std::move(*report))};
}

} // namespace

ErrorInspection::ErrorInspection(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs) {}

ErrorInspection::~ErrorInspection() {
    stop();
}

void ErrorInspection::start(const InspectionSetup& setup) {
    stop();
    const int run = ++m_run;
    m_job = m_jobs.start<Inspected>(
        {tr("Inspecting errors"), Pool::Torch, u"errors"_s},
        [setup](StopToken stop, ProgressSink& sink) { return inspect(setup, stop, sink); }, this,
        [this, setup, run](Expected<Inspected> done) {
            if (run != m_run)
                return;
            m_job = 0;
            if (done) {
                m_jobs.release(m_set);
                m_setup = setup;
                m_set = done->set;
                m_report = done->report;
                emit reportChanged();
            }
            emit stateChanged();
            if (!done && done.error().code != "UI-002" && done.error().code != "LEARN-012")
                emit failed(done.error());
        });
    emit stateChanged();
}

void ErrorInspection::stop() {
    if (m_job != 0)
        m_jobs.stop(m_job);
}

} // namespace ohm::ui
