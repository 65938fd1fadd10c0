// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/deepwork.h"

#include "core/deeptrain/example.h"
#include "core/runs/runstore.h"
#include "ui/services/text.h"
#include "ui/session/jobend.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QPointer>

#include <algorithm>
#include <chrono>
#include <utility>

namespace ohm::ui {

using namespace Qt::StringLiterals;

DeepWork::DeepWork(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_folder(runs::RunStore::defaultFolder()) {}

DeepWork::~DeepWork() {
    for (const JobId job : {m_reading, m_training}) {
        if (job != 0)
            m_jobs.stop(job);
    }
}

void DeepWork::open(const QString& file) {
    read(QFileInfo(file).fileName(), QFileInfo(file).absoluteFilePath(),
         [file](StopToken) { return congestion::readCongestionSet(file.toStdString()); });
}

void DeepWork::makeExample() {
    read(tr("example designs (made up)"), {},
         [](StopToken stop) { return deeptrain::exampleDesigns({}, std::move(stop)); });
}

void DeepWork::read(const QString& title, const QString& file,
                    std::function<Expected<congestion::CongestionSet>(StopToken)> source) {
    if (m_reading != 0 || m_training != 0)
        return;
    using Read = std::shared_ptr<const DeepDesigns>;
    m_reading = m_jobs.start<Read>(
        {tr("Reading designs"), Pool::Io, {}},
        [title, file, source = std::move(source)](StopToken stop, ProgressSink&) -> Expected<Read> {
            auto set = source(stop);
            if (!set)
                return set.failure();
            auto designs = std::make_shared<DeepDesigns>();
            designs->title = title;
            designs->file = file;
            designs->set = std::move(*set);
            designs->labelled = static_cast<int>(
                std::count_if(designs->set.samples.begin(), designs->set.samples.end(),
                              [](const auto& sample) { return sample.labelled(); }));
            const auto size = deeptrain::largestSize(designs->set, {});
            if (!size)
                return size.failure();
            designs->size = *size;
            constexpr auto kArrival = deeptrain::Label::Arrival;
            designs->timed = static_cast<int>(std::count_if(
                designs->set.samples.begin(), designs->set.samples.end(),
                [](const auto& sample) { return deeptrain::hasLabel(sample, kArrival); }));
            const auto timed = deeptrain::largestSize(designs->set, {}, kArrival);
            if (!timed)
                return timed.failure();
            designs->timedSize = *timed;
            return Read(std::move(designs));
        },
        this,
        [this](Expected<Read> done) {
            m_reading = 0;
            if (done) {
                m_designs = std::move(*done);
                m_jobs.release(std::exchange(m_outcome, nullptr));
                emit designsChanged();
            }
            emit stateChanged();
            if (!done && done.error().code != "UI-002")
                emit failed(done.error());
        });
    emit stateChanged();
}

namespace {

constexpr const char* kPrefix = "deep-";

deeptrain::RunRequest requestOf(const DeepDesigns& designs) {
    deeptrain::RunRequest request;
    request.data = ss(designs.file.isEmpty() ? designs.title : designs.file);
    request.command = "the Deep page of ohmscape";
    return request;
}

} // namespace

std::optional<InterruptedRun> DeepWork::interrupted(const deep::TrainConfig& config,
                                                    const deeptrain::TaskOptions& options) const {
    if (!m_designs)
        return {};
    return interruptedRun(m_folder, kPrefix,
                          deeptrain::recipeText(requestOf(*m_designs), options, config));
}

void DeepWork::train(const deep::TrainConfig& config, const deeptrain::TaskOptions& options,
                     const std::optional<InterruptedRun>& from) {
    if (!m_designs || m_reading != 0 || m_training != 0)
        return;
    deeptrain::RunRequest request = requestOf(*m_designs);
    request.keepSeconds = m_keepSeconds;
    request.folder = from ? from->folder : freeRunFolder(m_folder, kPrefix);
    const QPointer<DeepWork> self(this);
    request.report = [self](const deeptrain::EpochFigures& epoch) {
        // Called on the training's thread.
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [self, epoch] {
                if (self && self->isTraining())
                    emit self->epochReported(epoch);
            },
            Qt::QueuedConnection);
    };
    using Trained = std::shared_ptr<const DeepOutcome>;
    m_training = m_jobs.start<Trained>(
        {tr("Training a deep network"), Pool::Train, {}},
        [designs = m_designs, config, options,
         request](StopToken stop, ProgressSink& progress) mutable -> Expected<Trained> {
            const auto start = std::chrono::steady_clock::now();
            if (!designs->file.isEmpty())
                request.inputs[request.data] = runs::fileHash(request.data);
            auto task = deeptrain::makeTask(designs->set, options);
            if (!task)
                return task.failure();
            auto result = deeptrain::runTraining(request, *task, options, config, stop, progress);
            if (!result)
                return result.failure();
            auto outcome = std::make_shared<DeepOutcome>();
            outcome->task = std::move(*task);
            outcome->result = std::move(*result);
            outcome->loss = config.loss;
            outcome->folder = request.folder;
            outcome->seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            return Trained(std::move(outcome));
        },
        this,
        [this](Expected<Trained> done) {
            m_training = 0;
            if (done) {
                m_outcome = std::move(*done);
                emit trained();
            }
            emit stateChanged();
            if (!done && done.error().code != "UI-002" && done.error().code != "DEEP-003")
                emit failed(done.error());
        });
    whenOver(m_jobs, m_training, this, [this] { emit stateChanged(); }); // what it kept is there
    emit stateChanged();
}

void DeepWork::stop() {
    if (m_training != 0)
        m_jobs.stop(m_training);
}

Expected<void> DeepWork::save(const QString& file) const {
    if (!m_outcome)
        return fail("UI-042", "There is no trained network to keep", {}, {}, "Press Train first");
    return deeptrain::writeDeepModel(m_outcome->result.model, file.toStdString());
}

} // namespace ohm::ui
