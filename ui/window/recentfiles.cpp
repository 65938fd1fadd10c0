// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/recentfiles.h"

#include "core/project/installation.h"
#include "core/project/recent.h"
#include "ui/services/text.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QLocale>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
using Entries = std::vector<project::RecentEntry>;
struct Demo {
    project::Project project;
};

QString placeText(const project::RecentEntry& entry) {
    QString folder = QFileInfo(fromPath(entry.path)).absolutePath();
    const QString home = QDir::homePath();
    if (folder.startsWith(home + u'/') || folder == home)
        folder = u'~' + folder.mid(home.size());
    if (entry.lastOpened > 0)
        folder += u" \u00b7 "_s +
                  QLocale().toString(QDateTime::fromSecsSinceEpoch(entry.lastOpened).date(),
                                     QLocale::ShortFormat);
    return folder;
}

widgets::DemoEntry::Picture pictureOf(const QString& name) {
    using P = widgets::DemoEntry::Picture;
    const QString low = name.toLower();
    if (low.contains(u"ladder"_s))
        return P::Ladder;
    if (low.contains(u"opamp"_s) || low.contains(u"op-amp"_s))
        return P::OpAmp;
    if (low.contains(u"ota"_s))
        return P::Ota;
    if (low.contains(u"bandgap"_s))
        return P::Bandgap;
    if (low.contains(u"ldo"_s) || low.contains(u"regulator"_s))
        return P::Regulator;
    if (low.contains(u"ltspice"_s) || low.contains(u"sheet"_s))
        return P::Sheet;
    return P::Circuit;
}

JobSpec quiet(const QString& title, const QString& lane) {
    JobSpec spec;
    spec.title = title;
    spec.lane = lane;
    spec.pool = Pool::Io;
    spec.quiet = true;
    return spec;
}
} // namespace

RecentFiles::RecentFiles(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs) {}

template <typename Change>
void RecentFiles::apply(Change change) {
    m_jobs.start<Entries>(
        quiet(tr("Updating the recent list"), {}),
        [change](StopToken, ProgressSink&) -> Expected<Entries> {
            project::RecentList list;
            const Expected<void> done = change(list);
            if (!done)
                return done.failure();
            return list.entries();
        },
        this,
        [this](Expected<Entries> entries) {
            if (!entries)
                return; // the log has it; a lost recent list must not stand in the way
            m_entries.clear();
            for (const project::RecentEntry& entry : *entries)
                m_entries.push_back({fromPath(entry.path), qs(entry.title), placeText(entry),
                                     entry.pinned, entry.missing});
            emit changed();
        });
}

void RecentFiles::refresh() {
    apply([](project::RecentList&) -> Expected<void> { return {}; });
}

void RecentFiles::touch(const QString& path, const QString& title) {
    apply([path = toPath(path), title = ss(title)](project::RecentList& list) {
        return list.touch(path, title);
    });
}

void RecentFiles::setPinned(const QString& path, bool pinned) {
    apply([path = toPath(path), pinned](project::RecentList& list) {
        return list.setPinned(path, pinned);
    });
}

void RecentFiles::remove(const QString& path) {
    apply([path = toPath(path)](project::RecentList& list) { return list.remove(path); });
}

void RecentFiles::clear() {
    apply([](project::RecentList& list) { return list.clear(); });
}

void RecentFiles::loadDemos() {
    m_jobs.start<std::vector<Demo>>(
        quiet(tr("Looking for demos"), u"demos"_s),
        [](StopToken, ProgressSink&) -> Expected<std::vector<Demo>> {
            std::vector<Demo> demos;
            for (const std::filesystem::path& file : project::shippedDemos()) {
                Expected<project::Project> project = project::readProject(file);
                if (project)
                    demos.push_back({std::move(*project)});
            }
            return demos;
        },
        this,
        [this](Expected<std::vector<Demo>> demos) {
            if (!demos)
                return;
            m_demos.clear();
            for (const Demo& demo : *demos) {
                const QString folder = QFileInfo(fromPath(demo.project.folder())).fileName();
                m_demos.push_back({fromPath(demo.project.file), qs(demo.project.name),
                                   qs(demo.project.description), pictureOf(folder)});
            }
            emit demosChanged();
        });
}

} // namespace ohm::ui
