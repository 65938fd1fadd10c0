// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/jobservice.h"

#include <QDialog>

class QLabel;

namespace ohm::ui {

/// Version of the program, of the libraries it runs with and of the simulator, ready to be copied
/// into a bug report. Not modal. Thread: GUI.
class AboutDialog : public QDialog {
    Q_OBJECT
public:
    AboutDialog(JobService& jobs, const QString& simulator, QWidget* parent = nullptr);
    static QString versionLine(); ///< "Ohmscape 0.1.0"
    QString report() const;

private:
    void refresh();
    QString m_simulator;
    QLabel* m_text;
};

} // namespace ohm::ui
