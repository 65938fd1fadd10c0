// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/devices.h"
#include "ui/session/deepwork.h"

#include <QVector>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTabWidget;

namespace ohm::widgets {
class MapView;
class MessageBar;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

class DepthPane;
class MapImagesPane;

/// Deep networks on routed designs: block, depth, storage and loss are chosen, the memory they will
/// need is shown before the start, figures appear per epoch, and a design's congestion is mapped
/// predicted, true and the error. A training that is stopped is kept and goes on. Beside it a depth
/// sweep and the maps of networks on images. Thread: GUI.
class DeepPage : public QWidget {
    Q_OBJECT
public:
    explicit DeepPage(JobService& jobs, QWidget* parent = nullptr);

    DeepWork& work() { return m_work; }
    widgets::MessageBar* bar() const { return m_bar; }
    QPushButton* openButton() const { return m_open; }
    QPushButton* exampleButton() const { return m_example; }
    QPushButton* trainButton() const { return m_train; }
    QPushButton* saveButton() const { return m_save; }
    QComboBox* blockBox() const { return m_block; }
    QComboBox* storageBox() const { return m_storage; }
    QComboBox* lossBox() const { return m_loss; }
    QComboBox* splitBox() const { return m_split; }
    QComboBox* labelBox() const { return m_label; }
    QComboBox* designBox() const { return m_design; }
    QComboBox* deviceBox() const { return m_device; }
    QComboBox* normBox() const { return m_norm; }
    QComboBox* sumsBox() const { return m_sums; } ///< over nets or over edges
    QSpinBox* groupsBox() const { return m_groups; }
    QDoubleSpinBox* rateBox() const { return m_rate; }
    QDoubleSpinBox* quantileBox() const { return m_quantile; }
    QDoubleSpinBox* floorBox() const { return m_floor; }
    QLabel* deviceNote() const { return m_deviceNote; } ///< where it runs, or why not on a GPU
    QCheckBox* halfMomentsBox() const { return m_halfMoments; }
    QSpinBox* layersBox() const { return m_layers; }
    QSpinBox* channelsBox() const { return m_channels; }
    QSpinBox* selectBox() const { return m_select; }
    QSpinBox* epochsBox() const { return m_epochs; }
    QLabel* memoryLabel() const { return m_memory; }
    QLabel* liveLabel() const { return m_live; }
    QLabel* resultLabel() const { return m_result; }
    widgets::PlotView* lossPlot() const { return m_lossPlot; }
    widgets::PlotView* figuresPlot() const { return m_figuresPlot; }
    widgets::PlotView* selectedPlot() const { return m_selectedPlot; }
    widgets::PlotView* histogram() const { return m_histogram; }
    widgets::MapView* map() const { return m_map; }
    QPushButton* anewButton() const { return m_anew; } ///< seen where a training can go on
    QTabWidget* tabs() const { return m_tabs; }
    DepthPane* depthPane() const { return m_depth; }
    MapImagesPane* imagesPane() const { return m_images; }
    /// What would be trained now.
    deep::TrainConfig config() const;
    /// Whether there is a GPU, as the driver says (deep::cudaUsable): nothing, or why not.
    void setGpu(const std::optional<Error>& missing);
    /// Keeps the trained network in a file and tells.
    void saveTo(const QString& file);

private:
    QWidget* buildSide();
    QWidget* scrolled(QWidget* form, const QString& name) const;
    QWidget* buildMain();
    void adapt(); ///< what goes with the chosen block
    void showMemory();
    void showDevice();
    void askForGpu(JobService& jobs);
    deep::DeviceChoice deviceChoice() const;
    void showState();
    void showDesigns();
    void showEpoch(const deeptrain::EpochFigures& epoch);
    void showResult();
    void showMap();
    void showHistogram();
    void start(bool anew);
    deeptrain::TaskOptions options() const;

    DeepWork m_work;
    widgets::MessageBar* m_bar;
    QPushButton *m_open = nullptr, *m_example = nullptr, *m_train = nullptr, *m_anew = nullptr,
                *m_save = nullptr;
    QComboBox *m_block = nullptr, *m_storage = nullptr, *m_loss = nullptr, *m_split = nullptr,
              *m_label = nullptr, *m_design = nullptr, *m_device = nullptr, *m_norm = nullptr,
              *m_sums = nullptr;
    QCheckBox* m_halfMoments = nullptr;
    QLabel* m_deviceNote = nullptr;
    std::optional<Error> m_noGpu; ///< why a GPU cannot be chosen
    QSpinBox *m_layers = nullptr, *m_channels = nullptr, *m_select = nullptr, *m_epochs = nullptr,
             *m_seed = nullptr, *m_groups = nullptr;
    QDoubleSpinBox *m_threshold = nullptr, *m_rate = nullptr, *m_quantile = nullptr,
                   *m_floor = nullptr;
    QFormLayout* m_form = nullptr;
    QLabel *m_file = nullptr, *m_memory = nullptr, *m_live = nullptr, *m_result = nullptr;
    widgets::PlotView *m_lossPlot = nullptr, *m_figuresPlot = nullptr, *m_selectedPlot = nullptr,
                      *m_histogram = nullptr;
    widgets::MapView* m_map = nullptr;
    QTabWidget* m_tabs = nullptr;
    QStackedWidget* m_sides = nullptr; ///< the form of deep networks, that of networks on maps
    DepthPane* m_depth = nullptr;
    MapImagesPane* m_images = nullptr;
    std::optional<InterruptedRun> m_interrupted; ///< of what the form says
    QVector<deeptrain::EpochFigures> m_epochsSeen;
};

} // namespace ohm::ui
