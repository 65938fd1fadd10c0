// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/maptraining.h"

#include "core/litho/example.h"
#include "core/runs/runstore.h"
#include "ui/services/text.h"
#include "ui/session/jobend.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QPointer>
#include <QStandardPaths>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr const char* kPrefix = "maps-";

/// Calls on the window's thread, for as long as the training of `self` is there.
template <typename Fn>
void tell(const QPointer<MapTraining>& self, Fn fn) {
    QMetaObject::invokeMethod(
        QCoreApplication::instance(),
        [self, fn = std::move(fn)] {
            if (self)
                fn(*self);
        },
        Qt::QueuedConnection);
}

} // namespace

MapTraining::MapTraining(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_examples(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                 u"/ohmscape/examples"_s)
    , m_folder(runs::RunStore::defaultFolder()) {}

MapTraining::~MapTraining() {
    for (const JobId job : {m_reading, m_training}) {
        if (job != 0)
            m_jobs.stop(job);
    }
}

void MapTraining::open(const QString& file) {
    if (m_reading != 0 || m_training != 0)
        return;
    using Info = std::shared_ptr<const dataset::MapSetInfo>;
    m_reading = m_jobs.start<Info>(
        {tr("Looking at maps"), Pool::Io, {}},
        [file](StopToken, ProgressSink&) -> Expected<Info> {
            const auto reader = dataset::MapSetReader::open(file.toStdString());
            if (!reader)
                return reader.failure();
            return std::make_shared<const dataset::MapSetInfo>(reader->info());
        },
        this,
        [this, file](Expected<Info> done) {
            m_reading = 0;
            if (done) {
                m_file = QFileInfo(file).absoluteFilePath();
                m_info = std::move(*done);
                emit dataChanged();
            }
            emit stateChanged();
            if (!done && done.error().code != "UI-002")
                emit failed(done.error());
        });
    emit stateChanged();
}

void MapTraining::makeExample() {
    if (m_reading != 0 || m_training != 0)
        return;
    const QString file = m_examples + u"/lithography.h5"_s;
    m_reading = m_jobs.start<bool>(
        {tr("Making up masks and their images"), Pool::Cpu, {}},
        [file](StopToken stop, ProgressSink& progress) -> Expected<bool> {
            const std::filesystem::path path = file.toStdString();
            if (dataset::MapSetReader::open(path)) // of an earlier time
                return true;
            if (const auto made = litho::writeExamplePairs(path, {60, 1, 0.3}, stop, progress);
                !made)
                return made.failure();
            return true;
        },
        this,
        [this, file](Expected<bool> done) {
            m_reading = 0;
            if (done)
                return open(file);
            emit stateChanged();
            if (done.error().code != "UI-002")
                emit failed(done.error());
        });
    emit stateChanged();
}

maps::RunRequest MapTraining::requestOf(const MapTrainingSetup& setup) const {
    maps::RunRequest request;
    request.data = setup.data.toStdString();
    request.testData = setup.testData.toStdString();
    request.split = setup.split;
    if (!setup.testData.isEmpty())
        request.split.testShare = 0;
    request.command = "the Deep page of ohmscape";
    request.keepSeconds = m_keepSeconds;
    return request;
}

std::string MapTraining::settingsOf(const MapTrainingSetup& setup, quint64 seed) const {
    maps::Images names; // all that the text needs of them
    if (m_info)
        names.inputNames = m_info->inputNames;
    names.targetNames = setup.targets.empty() && m_info ? m_info->targetNames : setup.targets;
    maps::TrainConfig config = setup.config;
    config.network.seed = seed;
    return maps::recipeText(requestOf(setup), names, config);
}

std::optional<InterruptedRun> MapTraining::interrupted(const MapTrainingSetup& setup,
                                                       int* seed) const {
    for (int i = 0; i < setup.seeds.size(); ++i) {
        if (auto found = interruptedRun(m_folder, kPrefix, settingsOf(setup, setup.seeds[i]))) {
            if (seed)
                *seed = i;
            return found;
        }
    }
    return {};
}

void MapTraining::train(const MapTrainingSetup& setup, bool anew) {
    if (m_reading != 0 || m_training != 0 || setup.seeds.isEmpty())
        return;
    int first = 0;
    std::optional<InterruptedRun> from;
    if (!anew)
        from = interrupted(setup, &first);
    const QPointer<MapTraining> self(this);
    m_paused = false;
    m_training = m_jobs.start<bool>(
        {tr("Training a network on maps"), Pool::Train, {}},
        [self, setup, first, from, request = requestOf(setup),
         runs = m_folder](StopToken stop, ProgressSink& progress) mutable -> Expected<bool> {
            auto images = maps::readImages(request.data, setup.targets, stop);
            if (!images)
                return images.failure();
            if (const auto divided = maps::divide(*images, request.split); !divided)
                return divided.failure();
            if (!request.testData.empty()) {
                auto tests = maps::readImages(request.testData, images->targetNames, stop);
                if (!tests)
                    return tests.failure();
                if (const auto added = maps::addTests(*images, std::move(*tests)); !added)
                    return added.failure();
            }
            for (const std::string& file : {request.data, request.testData}) {
                if (!file.empty())
                    request.inputs[file] = runs::fileHash(file);
            }
            for (int i = first; i < setup.seeds.size(); ++i) {
                const quint64 seed = setup.seeds[i];
                maps::TrainConfig config = setup.config;
                config.network.seed = seed;
                request.folder = from && i == first ? from->folder : freeRunFolder(runs, kPrefix);
                request.report = [self, seed](const maps::EpochFigures& epoch) {
                    tell(self, [seed, epoch](MapTraining& training) {
                        if (training.isTraining())
                            emit training.epochReported(seed, epoch);
                    });
                };
                tell(self, [seed](MapTraining& training) { emit training.seedStarted(seed); });
                auto result = maps::runTraining(request, *images, config, stop, progress);
                if (!result)
                    return result.failure();
                auto outcome = std::make_shared<MapTrained>();
                outcome->model = qs((request.folder / "model.safetensors").string());
                outcome->maps = setup.testData.isEmpty() ? setup.data : setup.testData;
                outcome->seed = seed;
                result->model.weights.clear();
                outcome->result = std::move(*result);
                tell(self, [outcome](MapTraining& training) {
                    training.m_outcome = outcome;
                    emit training.trained();
                });
            }
            return true;
        },
        this,
        [this](Expected<bool> done) {
            m_training = 0;
            m_paused = false;
            emit stateChanged();
            if (!done && done.error().code != "UI-002" && done.error().code != "MAPS-009")
                emit failed(done.error());
        });
    whenOver(m_jobs, m_training, this, [this] { emit stateChanged(); }); // what it kept is there
    emit stateChanged();
}

void MapTraining::setPaused(bool paused) {
    if (m_training == 0 || m_paused == paused)
        return;
    m_paused = paused;
    m_jobs.setPaused(m_training, paused);
    emit stateChanged();
}

void MapTraining::stop() {
    if (m_training != 0)
        m_jobs.stop(m_training);
}

} // namespace ohm::ui
