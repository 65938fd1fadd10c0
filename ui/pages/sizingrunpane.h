// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/sizingruns.h"

#include <QWidget>

class QComboBox;
class QDialog;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace ohm::ui {

class SizingSettings;

/// Which algorithm, when it ends, Start, Pause, Stop, and how far it is. Thread: GUI.
class SizingRunPane : public QWidget {
    Q_OBJECT
public:
    explicit SizingRunPane(SizingRuns& runs, QWidget* parent = nullptr);

    QComboBox* algorithmBox() const { return m_algorithm; }
    QSpinBox* budgetBox() const { return m_budget; }
    QSpinBox* seedBox() const { return m_seed; }
    QSpinBox* targetBox() const { return m_target; }
    QSpinBox* stagnationBox() const { return m_stagnation; }
    QSpinBox* minutesBox() const { return m_minutes; }
    QPushButton* startButton() const { return m_start; }
    QPushButton* pauseButton() const { return m_pause; }
    QPushButton* stopButton() const { return m_stop; }
    QPushButton* settingsButton() const { return m_more; }
    SizingSettings* settings() const { return m_settings; }
    QPushButton* compareButton() const { return m_compare; }
    QLabel* status() const { return m_status; }
    /// Chosen algorithms and seeds, queued with its button.
    QDialog* compareDialog(); ///< made when first asked for
    QListWidget* comparedAlgorithms();
    QLineEdit* comparedSeeds();

    optimize::SessionOptions options() const { return optionsFor(algorithm(), seed()); }
    /// With the settings as they are for this algorithm.
    optimize::SessionOptions optionsFor(const QString& algorithm, int seed) const;
    /// The set-up can be simulated.
    void setReady(bool ready);
    bool isReady() const { return m_ready; }
    void showState();

signals:
    void startRequested();
    void compareRequested(const QStringList& algorithms, const QVector<int>& seeds);

private:
    QString outlook(const SizingRun& run) const;
    QString algorithm() const;
    int seed() const;

    SizingRuns& m_runs;
    QComboBox* m_algorithm;
    QSpinBox* m_budget;
    QSpinBox* m_seed;
    QSpinBox* m_target;
    QSpinBox* m_stagnation;
    QSpinBox* m_minutes;
    QPushButton* m_start;
    QPushButton* m_pause;
    QPushButton* m_stop;
    QPushButton* m_compare;
    QPushButton* m_more;
    SizingSettings* m_settings;
    QLabel* m_status;
    QDialog* m_dialog = nullptr;
    QListWidget* m_algorithms = nullptr;
    QLineEdit* m_seeds = nullptr;
    bool m_ready = false;
};

/// "0-2, 7" as numbers, each once and in order; empty if it is not such a list or too long.
QVector<int> parseSeeds(const QString& text);

/// "1 min 20 s".
QString durationText(double seconds);

} // namespace ohm::ui
