// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/mapwork.h"

#include "ui/services/text.h"

#include <QDir>
#include <QFileInfo>

#include <utility>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kHotspot = 0.05, kRange = 1;

/// What reading leaves: the maps only where the network is known, which says what targets it has.
struct Opened {
    std::shared_ptr<const maps::MapModel> model;
    std::shared_ptr<const maps::Images> images;
    std::shared_ptr<learn::MapNetwork> network;
};

} // namespace

MapWork::MapWork(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs) {}

MapWork::~MapWork() {
    for (const JobId job : {m_reading, m_asking}) {
        if (job != 0)
            m_jobs.stop(job);
    }
}

void MapWork::openNetwork(const QString& file) {
    read(file, m_mapsFile);
}

void MapWork::openMaps(const QString& file) {
    read(m_networkFile, file);
}

void MapWork::read(const QString& network, const QString& maps) {
    if (m_reading != 0)
        return;
    m_reading = m_jobs.start<Opened>(
        {tr("Reading maps"), Pool::Torch, {}},
        [network, maps](StopToken stop, ProgressSink&) -> Expected<Opened> {
            Opened opened;
            if (!network.isEmpty()) {
                auto model = maps::readMapModel(network.toStdString());
                if (!model)
                    return model.failure();
                auto loaded = maps::loadNetwork(*model);
                if (!loaded)
                    return loaded.failure();
                opened.model = std::make_shared<const maps::MapModel>(std::move(*model));
                opened.network = std::move(*loaded);
            }
            if (!maps.isEmpty()) {
                auto images = maps::readImages(
                    maps.toStdString(),
                    opened.model ? opened.model->targetNames : std::vector<std::string>{}, stop);
                if (!images)
                    return images.failure();
                if (opened.model && images->inputNames != opened.model->inputNames)
                    return fail("MAPS-005",
                                "The network was trained on other maps than the file has", {},
                                maps.toStdString(), "Give maps made the same way");
                opened.images = std::make_shared<const maps::Images>(std::move(*images));
            }
            return opened;
        },
        this,
        [this, network, maps](Expected<Opened> done) {
            m_reading = 0;
            if (done) {
                m_networkFile = network;
                m_mapsFile = maps;
                m_networkName = QFileInfo(network).absoluteDir().dirName() + u'/' +
                                QFileInfo(network).fileName();
                m_mapsName = QFileInfo(maps).fileName();
                m_model = std::move(done->model);
                m_images = std::move(done->images);
                m_network = std::move(done->network);
                m_answer = nullptr;
                emit filesChanged();
            }
            emit stateChanged();
            if (!done && done.error().code != "UI-002")
                emit failed(done.error());
        });
    emit stateChanged();
}

void MapWork::ask(int image, int target) {
    if (!m_model || !m_images || image < 0 ||
        static_cast<std::size_t>(image) >= m_images->count() || target < 0 ||
        static_cast<std::size_t>(target) >= m_images->targetNames.size())
        return;
    using Answer = std::shared_ptr<const MapAnswer>;
    m_asking = m_jobs.start<Answer>(
        {tr("Predicting a map"), Pool::Torch, u"maps.ask"_s, 0, true},
        [model = m_model, images = m_images, network = m_network, image,
         target](StopToken stop, ProgressSink&) -> Expected<Answer> {
            const std::size_t which[] = {static_cast<std::size_t>(image)};
            const auto predicted = maps::predictImages(*network, *model, *images, which, stop);
            if (!predicted)
                return predicted.failure();
            const auto figures =
                maps::figuresOf(*images, which, *predicted, kHotspot, kRange, false);
            if (!figures)
                return figures.failure();
            auto answer = std::make_shared<MapAnswer>();
            answer->image = image;
            answer->target = target;
            const std::size_t pixels = images->pixels();
            const auto first = static_cast<std::size_t>(target) * pixels;
            const auto cut = [&](std::span<const float> all) {
                const auto part = all.subspan(first, pixels);
                return std::vector<float>(part.begin(), part.end());
            };
            answer->predicted = cut(predicted->front());
            answer->truth = cut(images->target(which[0]));
            answer->figures = (*figures)[static_cast<std::size_t>(target)];
            return Answer(std::move(answer));
        },
        this,
        [this](Expected<Answer> done) {
            m_asking = 0;
            if (done) {
                m_answer = std::move(*done);
                emit answered();
            } else if (done.error().code != "UI-002") {
                emit failed(done.error());
            }
            emit stateChanged();
        });
    emit stateChanged();
}

} // namespace ohm::ui
