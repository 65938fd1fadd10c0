// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/errors.h"
#include "ui/services/jobservice.h"
#include "ui/session/datasets.h"

#include <QObject>
#include <QString>

#include <memory>

namespace ohm::ui {

/// What is to be predicted and compared. A plain value.
struct InspectionSetup {
    QString model; ///< checkpoint file
    /// Dataset file or a request such as "ladder:2-10:300:seed=4"; empty: what the network itself
    /// was trained, validated and tested on, as its recipe has it.
    QString data;
    learn::Part part = learn::Part::All;
};

using ErrorReportPtr = std::shared_ptr<const learn::ErrorReport>;

/// The errors of a network on a labelled set, predicted in the background. Thread: GUI.
class ErrorInspection : public QObject {
    Q_OBJECT
public:
    explicit ErrorInspection(JobService& jobs, QObject* parent = nullptr);
    ~ErrorInspection() override;

    void start(const InspectionSetup& setup);
    void stop();
    bool isRunning() const { return m_job != 0; }
    const InspectionSetup& setup() const { return m_setup; }  ///< of the report
    const ErrorReportPtr& report() const { return m_report; } ///< null until there is one
    const GraphSetPtr& set() const { return m_set; }

signals:
    void reportChanged();
    void stateChanged();
    void failed(const ohm::Error& error);

private:
    JobService& m_jobs;
    InspectionSetup m_setup;
    JobId m_job = 0;
    int m_run = 0; ///< number of the latest start: older ones have nothing to say any more
    GraphSetPtr m_set;
    ErrorReportPtr m_report;
};

} // namespace ohm::ui
