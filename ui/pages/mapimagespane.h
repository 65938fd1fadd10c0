// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/mapwork.h"
#include "widgets/plot/plotview.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QTabWidget;

namespace ohm::widgets {
class MapView;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

class MapTrainForm;

/// What a network on maps makes of the images of a file (aerial and resist images of masks, tiles
/// of congestion): predicted, true and the error with one zoom and one colour scale, and a
/// histogram of the errors. Beside it the curves of trainings of such networks; the form of these
/// is a widget of its own, for the side of the page. Thread: GUI.
class MapImagesPane : public QWidget {
    Q_OBJECT
public:
    explicit MapImagesPane(JobService& jobs, QWidget* parent = nullptr);

    MapWork& work() { return m_work; }
    MapTrainForm* trainForm() const { return m_form; }
    QTabWidget* tabs() const { return m_tabs; } ///< prediction, training
    QPushButton* networkButton() const { return m_network; }
    QPushButton* mapsButton() const { return m_maps; }
    QComboBox* imageBox() const { return m_image; }
    QComboBox* targetBox() const { return m_target; }
    QDoubleSpinBox* thresholdBox() const { return m_threshold; }
    QLabel* figuresLabel() const { return m_figures; }
    widgets::MapView* map() const { return m_map; }
    widgets::PlotView* histogram() const { return m_histogram; }

signals:
    void failed(const ohm::Error& error);

private:
    void showFiles();
    void showAnswer();
    void ask();

    MapWork m_work;
    MapTrainForm* m_form = nullptr;
    QTabWidget* m_tabs = nullptr;
    QPushButton *m_network = nullptr, *m_maps = nullptr;
    QComboBox *m_image = nullptr, *m_target = nullptr;
    QDoubleSpinBox* m_threshold = nullptr;
    QLabel *m_file = nullptr, *m_figures = nullptr;
    widgets::MapView* m_map = nullptr;
    widgets::PlotView* m_histogram = nullptr;
};

/// Errors |predicted - true| in bins: all entries, and over them those that are marked. Entries
/// that are unknown on a side are left out.
QVector<widgets::PlotBars> errorBars(std::span<const float> predicted, std::span<const float> truth,
                                     std::span<const std::uint8_t> marked);

} // namespace ohm::ui
