// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/jobservice.h"

#include <functional>
#include <memory>

namespace ohm::ui {

/// Calls once when the work of a job has really ended. One that is stopped answers at once, and may
/// still be keeping what it has. Thread: GUI.
inline void whenOver(JobService& jobs, JobId id, QObject* context, std::function<void()> call) {
    auto connection = std::make_shared<QMetaObject::Connection>();
    *connection = QObject::connect(&jobs, &JobService::finished, context,
                                   [id, connection, call = std::move(call)](quint64 ended) {
                                       if (ended != id)
                                           return;
                                       const auto last = call; // goes with the connection
                                       QObject::disconnect(*connection);
                                       last();
                                   });
}

} // namespace ohm::ui
