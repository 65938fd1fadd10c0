// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"
#include "core/generate/study.h"
#include "ui/services/jobservice.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <map>
#include <memory>

namespace ohm::ui {

using GraphSetPtr = std::shared_ptr<const dataset::GraphSet>;

/// One sample of a set as a netlist among the user's caches, to be opened; returns its path. `name`
/// is that of the set. Errors: those of sampleNetlist, BASE-010.
Expected<QString> writeSample(const dataset::GraphSet& set, std::size_t graph, const QString& name);

/// A name for samples of a dataset's file or a request, fit for file names.
QString sampleName(const QString& data);

/// What to generate. A plain value.
struct GenerateRequest {
    QString kind = QStringLiteral("ladder"); ///< "circuit": the study
    int low = 2, high = 10;                  ///< branches
    std::size_t count = 1000;
    quint64 seed = 0;
    QString file;
    generate::Study study;
};

/// The datasets this user knows: files of a folder and files added by hand; generating new ones in
/// the background. Thread: GUI.
class Datasets : public QObject {
    Q_OBJECT
public:
    /// `folder` empty: $OHMSCAPE_DATASETS, else $XDG_DATA_HOME/ohmscape/datasets.
    explicit Datasets(JobService& jobs, QString folder = {}, QObject* parent = nullptr);

    const QString& folder() const { return m_folder; }
    QStringList files() const; ///< of the folder, then those added; absolute
    void add(const QString& file);
    void forget(const QString& file); ///< out of the list; the file stays

    /// Reads in the background; `loaded` follows. Kept while it is the one shown.
    void load(const QString& file);
    GraphSetPtr set(const QString& file) const; ///< null until loaded

    void generate(const GenerateRequest& request);
    void stopGenerating();
    bool isGenerating() const { return m_job != 0; }

signals:
    void changed();
    void loaded(const QString& file);
    void failed(const ohm::Error& error);
    /// With the failures by reason, if any.
    void generated(const QString& file, const QString& summary);
    void generatingChanged();

private:
    JobService& m_jobs;
    QString m_folder;
    QStringList m_added;
    std::map<QString, GraphSetPtr> m_sets;
    JobId m_job = 0;
};

} // namespace ohm::ui
