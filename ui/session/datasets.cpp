// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/datasets.h"

#include "core/base/files.h"
#include "core/dataset/h5file.h"
#include "core/dataset/samplenetlist.h"
#include "core/generate/opamp.h"
#include "core/generate/request.h"
#include "ui/services/text.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostKept = 3; ///< sets in memory

QString defaultFolder() {
    const QString named = qEnvironmentVariable("OHMSCAPE_DATASETS");
    return named.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                                 u"/ohmscape/datasets"_s
                           : named;
}

struct Made {
    dataset::GraphSet set;
    std::map<std::string, std::size_t> failures;
};

Expected<Made> make(const GenerateRequest& request, StopToken stop, ProgressSink& sink) {
    const std::string file = request.file.toStdString();
    if (request.kind == u"circuit"_s) {
        sim::SimulatorPool pool;
        auto result = generate::runStudy(pool, request.study, file + ".journal", stop, sink);
        if (!result)
            return result.failure();
        return Made{std::move(result->set), std::move(result->failures)};
    }
    if (request.kind.startsWith(u"opamp"_s)) {
        sim::SimulatorPool pool;
        generate::OpampRequest wanted;
        wanted.variant = request.kind == u"opamp"_s ? generate::OpampVariant::TwoStage
                                                    : generate::OpampVariant::BiasedPmos;
        wanted.count = request.count;
        wanted.seed = request.seed;
        wanted.journal = file + ".journal";
        auto result = generate::generateOpamps(pool, wanted, stop, sink);
        if (!result)
            return result.failure();
        return Made{std::move(result->set), std::move(result->failures)};
    }
    sink.report(-1, "solving circuits");
    auto set = generate::generateKind(request.kind.toStdString(), request.low, request.high,
                                      request.count, request.seed);
    if (!set)
        return set.failure();
    return Made{std::move(*set), {}};
}

} // namespace

Expected<QString> writeSample(const dataset::GraphSet& set, std::size_t graph,
                              const QString& name) {
    const auto deck = dataset::sampleNetlist(set, graph);
    if (!deck)
        return deck.failure();
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) +
                           u"/ohmscape/samples"_s;
    QDir().mkpath(folder);
    const QString path = folder + u'/' + name + u"-%1.cir"_s.arg(graph);
    const auto written = writeFileAtomically(path.toStdString(), *deck);
    if (!written)
        return written.failure();
    return path;
}

QString sampleName(const QString& data) {
    QString name = data.endsWith(u".h5"_s) ? QFileInfo(data).completeBaseName() : data;
    for (QChar& c : name) {
        if (!c.isLetterOrNumber())
            c = u'-';
    }
    return name.isEmpty() ? u"sample"_s : name;
}

Datasets::Datasets(JobService& jobs, QString folder, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_folder(folder.isEmpty() ? defaultFolder() : std::move(folder)) {}

QStringList Datasets::files() const {
    QStringList all;
    const QDir folder(m_folder);
    for (const QFileInfo& info : folder.entryInfoList({u"*.h5"_s}, QDir::Files, QDir::Name))
        all << info.absoluteFilePath();
    for (const QString& file : m_added) {
        if (!all.contains(file))
            all << file;
    }
    return all;
}

void Datasets::add(const QString& file) {
    const QString absolute = QFileInfo(file).absoluteFilePath();
    if (!m_added.contains(absolute))
        m_added << absolute;
    emit changed();
}

void Datasets::forget(const QString& file) {
    m_added.removeAll(file);
    m_sets.erase(file);
    emit changed();
}

GraphSetPtr Datasets::set(const QString& file) const {
    const auto found = m_sets.find(file);
    return found == m_sets.end() ? nullptr : found->second;
}

void Datasets::load(const QString& file) {
    if (set(file)) {
        emit loaded(file);
        return;
    }
    m_jobs.start<GraphSetPtr>(
        {tr("Reading %1").arg(QFileInfo(file).fileName()), Pool::Io, u"dataset:"_s + file},
        [path = file.toStdString()](StopToken, ProgressSink&) -> Expected<GraphSetPtr> {
            auto read = dataset::readGraphSet(path);
            if (!read)
                return read.failure();
            return GraphSetPtr(std::make_shared<const dataset::GraphSet>(std::move(*read)));
        },
        this,
        [this, file](Expected<GraphSetPtr> read) {
            if (!read) {
                if (read.error().code != "UI-002")
                    emit failed(read.error());
                return;
            }
            while (m_sets.size() >= kMostKept) {
                m_jobs.release(m_sets.begin()->second);
                m_sets.erase(m_sets.begin());
            }
            m_sets[file] = *read;
            emit loaded(file);
        });
}

void Datasets::generate(const GenerateRequest& given) {
    if (m_job != 0)
        return;
    GenerateRequest request = given;
    QDir().mkpath(QFileInfo(request.file).absolutePath());
    m_job = m_jobs.start<QString>(
        {tr("Generating %1").arg(QFileInfo(request.file).fileName()), Pool::Cpu},
        [request](StopToken stop, ProgressSink& sink) -> Expected<QString> {
            auto made = make(request, stop, sink);
            if (!made)
                return made.failure();
            made->set.attributes["made_by"] = "ohmscape";
            const auto written = dataset::writeGraphSet(made->set, request.file.toStdString());
            if (!written)
                return written.failure();
            QFile::remove(request.file + u".journal"_s); // all of it is in the dataset
            QString text = QObject::tr("%L1 graphs").arg(made->set.graphCount());
            for (const auto& [code, count] : made->failures)
                text += QObject::tr(", %L1 failed (%2)").arg(count).arg(qs(code));
            return text;
        },
        this,
        [this, file = request.file](Expected<QString> done) {
            m_job = 0;
            emit generatingChanged();
            if (!done) {
                if (done.error().code != "UI-002" && done.error().code != "GEN-012")
                    emit failed(done.error());
                return;
            }
            m_sets.erase(file);
            if (QFileInfo(file).absolutePath() != QDir(m_folder).absolutePath())
                add(file);
            emit changed();
            emit generated(file, *done);
        });
    emit generatingChanged();
}

void Datasets::stopGenerating() {
    if (m_job != 0)
        m_jobs.stop(m_job);
}

} // namespace ohm::ui
