// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/explore/embeddingtable.h"
#include "core/explore/neighbours.h"
#include "core/explore/tsne.h"
#include "core/graph/terminalgraph.h"
#include "core/learn/errors.h"
#include "ui/services/jobservice.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>
#include <mutex>

namespace ohm::ui {

/// What is to be laid out. A plain value.
struct EmbeddingSetup {
    QString model; ///< checkpoint file
    /// Another network to be seen beside it on the same layout, e.g. the same one finetuned; empty:
    /// none.
    QString beside;
    QString data; ///< dataset file or a request such as "ladder:2-10:300:seed=4"
    explore::EmbeddingRequest request;
    explore::TsneOptions tsne;
    bool pca = false; ///< principal components instead of t-SNE
    /// The open circuit as a further graph, the last of the set; null: without.
    std::shared_ptr<const graph::TerminalGraph> circuit;
};

/// The layout of what a network makes of a dataset, computed in the background and shown while it
/// grows. Thread: GUI.
class Embedding : public QObject {
    Q_OBJECT
public:
    explicit Embedding(JobService& jobs, QObject* parent = nullptr);
    ~Embedding() override;

    void start(const EmbeddingSetup& setup);
    void setPaused(bool paused);
    void stop(); ///< the layout so far stays
    /// Another run of steps from the layout that is there.
    void restart();

    bool isRunning() const { return m_job != 0; }
    bool isPaused() const { return m_paused; }
    bool canRestart() const;
    const EmbeddingSetup& setup() const { return m_setup; }
    std::shared_ptr<const explore::EmbeddingTable> table() const { return m_table; }
    /// The same points as the other network has them; null without one.
    std::shared_ptr<const explore::EmbeddingTable> beside() const { return m_beside; }
    std::shared_ptr<const dataset::GraphSet> set() const { return m_set; }
    /// Part of the data that a graph belongs to, divided as the network's own training did; All for
    /// none of them (the open circuit).
    learn::Part partOf(std::size_t graph) const;
    /// Number of the open circuit among the graphs; -1 without it.
    std::int64_t circuitGraph() const { return m_circuitGraph; }
    std::shared_ptr<const explore::Neighbours> neighbours() const { return m_neighbours; }
    const std::vector<float>& layout() const { return m_layout; }
    int step() const { return m_step; }
    double divergence() const { return m_divergence; } ///< NaN without one
    double kept() const { return m_kept; }             ///< neighbours of ten; NaN until the end

signals:
    void tableChanged();
    void layoutChanged();
    void stateChanged();
    void failed(const ohm::Error& error);

private:
    struct Frame {
        std::mutex mutex;
        std::vector<float> layout;
        int step = 0;
        double divergence = 0;
        bool fresh = false;
    };
    void layOut(bool again);
    void finish();
    void takeFrame();

    JobService& m_jobs;
    EmbeddingSetup m_setup;
    JobId m_job = 0;
    int m_run = 0; ///< number of the latest start: older ones have nothing to say any more
    bool m_paused = false;
    std::shared_ptr<const dataset::GraphSet> m_set;
    std::shared_ptr<const explore::EmbeddingTable> m_table;
    std::shared_ptr<const explore::EmbeddingTable> m_beside;
    std::vector<learn::Part> m_parts;
    std::int64_t m_circuitGraph = -1;
    std::shared_ptr<const explore::Neighbours> m_neighbours;
    std::shared_ptr<explore::Tsne> m_tsne; ///< held by the job while it runs
    std::shared_ptr<Frame> m_frame;
    std::vector<float> m_layout;
    int m_step = 0;
    double m_divergence = 0, m_kept = 0;
    QTimer m_timer;
};

} // namespace ohm::ui
