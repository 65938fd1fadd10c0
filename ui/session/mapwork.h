// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/maps/training.h"
#include "ui/services/jobservice.h"

#include <QObject>
#include <QString>

#include <memory>
#include <vector>

namespace ohm::ui {

/// What a network on maps says of one image, beside the truth. A plain value.
struct MapAnswer {
    int image = 0, target = 0;
    std::vector<float> predicted, truth; ///< [rows, columns]
    maps::TargetFigures figures;
};

/// The background work of the map views: files of maps and networks are read, images predicted.
/// Thread: GUI.
class MapWork : public QObject {
    Q_OBJECT
public:
    explicit MapWork(JobService& jobs, QObject* parent = nullptr);
    ~MapWork() override;

    /// A network of `maps train`, then maps of the kind it was trained on; either may come first.
    void openNetwork(const QString& file);
    void openMaps(const QString& file);
    void openBoth(const QString& network, const QString& maps) { read(network, maps); }
    const std::shared_ptr<const maps::MapModel>& model() const { return m_model; }
    /// With the targets of the network. Null until both are there.
    const std::shared_ptr<const maps::Images>& images() const { return m_images; }
    QString networkName() const { return m_networkName; }
    QString mapsName() const { return m_mapsName; }

    void ask(int image, int target); ///< the last question asked is answered
    const std::shared_ptr<const MapAnswer>& answer() const { return m_answer; }
    bool isBusy() const { return m_reading != 0 || m_asking != 0; }

signals:
    void filesChanged();
    void answered();
    void stateChanged();
    void failed(const ohm::Error& error);

private:
    void read(const QString& network, const QString& maps);

    JobService& m_jobs;
    QString m_networkFile, m_mapsFile, m_networkName, m_mapsName;
    std::shared_ptr<const maps::MapModel> m_model;
    std::shared_ptr<const maps::Images> m_images;
    std::shared_ptr<learn::MapNetwork> m_network; ///< used by one job at a time
    std::shared_ptr<const MapAnswer> m_answer;
    JobId m_reading = 0, m_asking = 0;
};

} // namespace ohm::ui
