// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the sizing page share: a project that is simulated in no time, and its tables.
#pragma once

#include "core/base/files.h"
#include "core/optimize/measure.h"
#include "ui/pages/optimizepage.h"
#include "ui/pages/sizingdesignspane.h"
#include "ui/pages/sizinginspectpane.h"
#include "ui/pages/sizingjudgepane.h"
#include "ui/pages/sizingprogresspane.h"
#include "ui/pages/sizingrobustpane.h"
#include "ui/pages/sizingrunpane.h"
#include "ui/pages/sizingsettings.h"
#include "ui/pages/sizingsetuppane.h"
#include "ui/services/commands.h"
#include "ui/services/text.h"
#include "ui/session/whatif.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/signedbars.h"
#include "widgets/parallel/parallelview.h"
#include "widgets/plot/plotview.h"
#include "widgets/scatter/scatterview.h"

#include <ctime>
#include <fstream>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>
#include <QtTest>

namespace ohm::ui::testing {

inline QString divider(const std::filesystem::path& folder) {
    std::ofstream(folder / "divider.cir")
        << "* divider\n.param r1=1k r2=1k\nv1 in 0 dc 1 ac 1\nr1 in out {r1}\nr2 out 0 {r2}\n"
           ".end\n";
    std::ofstream(folder / "project.yaml")
        << "# mine\nname: divider\ncircuits: [divider.cir]\nparameters:\n"
           "  r1: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}   # the upper one\n"
           "  r2: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
           "benches:\n  op: {circuit: divider.cir, analyses: [op, ac dec 5 1 1k]}\n"
           "measurements:\n  vout: {kind: voltage, bench: op, of: out}\n"
           "  supply: {kind: current, bench: op, source: v1}\n"
           "specs:\n  vout: {target: 0.25, tolerance: 0.1}\n  supply: {max: 0.2m}\n";
    return fromPath(folder / "project.yaml");
}
/// Caches, runs and sessions of these tests alone.
inline void useOwnFolders(const QTemporaryDir& own) {
    qputenv("XDG_CACHE_HOME", own.path().toUtf8());
    qputenv("OHMSCAPE_RUNS", own.filePath(QStringLiteral("runs")).toUtf8());
    qputenv("OHMSCAPE_SIZINGS", own.filePath(QStringLiteral("sizings")).toUtf8());
}
inline QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
inline QString shown(OptimizePage& page, SetupKind kind, int row, const QString& key) {
    SetupTable* model = page.setupPane()->model(kind);
    return model->index(row, model->columnOf(key)).data().toString();
}
inline bool edit(OptimizePage& page, SetupKind kind, int row, const QString& key,
                 const QString& text) {
    SetupTable* model = page.setupPane()->model(kind);
    return model->setData(model->index(row, model->columnOf(key)), text, Qt::EditRole);
}
inline void chooseAlgorithm(OptimizePage& page, const QString& name) {
    QComboBox* box = page.runPane()->algorithmBox();
    box->setCurrentIndex(box->findData(name));
}
/// A picture of the page for who wants to look at it.
inline void grabFor(QWidget& page, const QString& name) {
    if (const QString folder = qEnvironmentVariable("OHMSCAPE_GRAB"); !folder.isEmpty())
        page.grab().save(folder + u'/' + name + u".png"_s);
}
/// Members as a session would have simulated them, by a formula.
inline MembersPtr members(const optimize::Problem& problem, int count) {
    auto all = std::make_shared<std::vector<optimize::Member>>();
    dataset::Random random(5, 0);
    for (int i = 0; i < count; ++i) {
        optimize::Member m;
        for (const auto& v : problem.variables)
            m.design.push_back(
                static_cast<int>(random.below(static_cast<std::uint64_t>(v.count()))));
        const double r1 = problem.variables[0].value(m.design[0]);
        const double r2 = problem.variables[1].value(m.design[1]);
        m.values = {r2 / (r1 + r2), 1 / (r1 + r2)};
        all->push_back(m);
    }
    return all;
}

} // namespace ohm::ui::testing
