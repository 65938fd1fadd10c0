// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/sizingsetup.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/optimize/scattersetup.h"
#include "ui/services/text.h"

#include <QDir>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::string_view kDefaultAnalyses = "[op]";
} // namespace

QString setupKey(SetupKind kind) {
    static const QStringList keys{u"parameters"_s, u"specs"_s,   u"measurements"_s,
                                  u"benches"_s,    u"corners"_s, u"monte_carlo"_s};
    return keys.at(static_cast<int>(kind));
}

/// Another content of one row.
class SizingSetup::Change : public QUndoCommand {
public:
    Change(SizingSetup& owner, SetupKind kind, int row, Row after, const QString& text)
        : QUndoCommand(text)
        , m_owner(owner)
        , m_kind(kind)
        , m_row(row)
        , m_before(owner.rows(kind)[static_cast<std::size_t>(row)])
        , m_after(std::move(after)) {}
    void undo() override { m_owner.replace(m_kind, m_row, m_before); }
    void redo() override { m_owner.replace(m_kind, m_row, m_after); }

private:
    SizingSetup& m_owner;
    SetupKind m_kind;
    int m_row;
    Row m_before, m_after;
};

/// A row that comes or goes.
class SizingSetup::Place : public QUndoCommand {
public:
    Place(SizingSetup& owner, SetupKind kind, int row, Row value, bool comes, const QString& text)
        : QUndoCommand(text)
        , m_owner(owner)
        , m_kind(kind)
        , m_row(row)
        , m_value(std::move(value))
        , m_comes(comes) {}
    void undo() override { put(!m_comes); }
    void redo() override { put(m_comes); }

private:
    void put(bool in) {
        if (in)
            m_owner.insert(m_kind, m_row, m_value);
        else
            m_owner.take(m_kind, m_row);
    }
    SizingSetup& m_owner;
    SetupKind m_kind;
    int m_row;
    Row m_value;
    bool m_comes;
};

SizingSetup::SizingSetup(QObject* parent)
    : QObject(parent) {
    connect(&m_undo, &QUndoStack::cleanChanged, this,
            [this] { emit modifiedChanged(isModified()); });
    connect(&m_undo, &QUndoStack::indexChanged, this, [this] {
        m_staleRedo = m_staleRedo && m_undo.canRedo(); // a new step takes them away
        check();
    });
}

SizingSetup::~SizingSetup() {
    m_undo.disconnect(this); // it clears itself at its end
}

Expected<void> SizingSetup::open(const QString& file) {
    emit aboutToReset();
    m_undo.clear();
    m_file.clear();
    m_text.clear();
    m_issues.clear();
    m_problem.reset();
    m_error.reset();
    for (Rows& rows : m_rows)
        rows.clear();
    const auto finish = [this](std::optional<Error> error) -> Expected<void> {
        emit reset();
        check();
        emit modifiedChanged(false);
        if (error) {
            m_error = error;
            return fail(std::move(*error));
        }
        return {};
    };
    auto project = project::readProject(toPath(file));
    if (!project)
        return finish(project.error());
    const auto bytes = readFile(project->file, kMostBytes);
    if (!bytes)
        return finish(bytes.error());
    const std::string text = toUtf8(bytes->view(), detectEncoding(bytes->view()));
    std::array<Rows, kSetupKinds> tables;
    for (int kind = 0; kind < kSetupKinds; ++kind) {
        auto rows = project::readSetup(text, ss(setupKey(static_cast<SetupKind>(kind))),
                                       project->file.string());
        if (!rows)
            return finish(rows.error());
        if (static_cast<SetupKind>(kind) == SetupKind::Scatter) {
            m_scatterFile = *rows;
            rows = optimize::scatterRows(m_scatterFile);
            m_scatterOdd = !rows; // told by the check
            if (m_scatterOdd)
                rows = Rows();
            m_scatterRead = *rows;
        }
        tables[static_cast<std::size_t>(kind)] = std::move(*rows);
    }
    m_file = project->file;
    m_text = text;
    m_rows = std::move(tables);
    return finish({});
}

QString SizingSetup::text(SetupKind kind, int row, const QString& key) const {
    const Row& entry = rows(kind).at(static_cast<std::size_t>(row));
    if (key.isEmpty())
        return qs(entry.name);
    const std::string* found = entry.find(ss(key));
    return found ? qs(*found) : QString();
}

void SizingSetup::setText(SetupKind kind, int row, const QString& key, const QString& text) {
    const QString before = this->text(kind, row, key);
    if (before == text)
        return;
    Row after = rows(kind)[static_cast<std::size_t>(row)];
    if (!key.isEmpty()) {
        // Lists and tables stand as they are typed; brackets in a name or an expression do not.
        const bool structure =
            kind == SetupKind::Corners || key == u"analyses"_s || key == u"corners"_s;
        after.set(ss(key), ss(text),
                  !(structure && (text.startsWith(u'[') || text.startsWith(u'{'))));
        if (kind == SetupKind::Scatter)
            after.name = optimize::scatterName(after);
        if (kind == SetupKind::Measurements && !text.isEmpty()) { // an expression stands alone
            if (key == u"expr"_s) {
                for (const char* other : {"kind", "bench", "against", "of", "input", "source",
                                          "tolerance", "meas", "at", "from", "to"})
                    after.set(other, {});
            } else if (key == u"kind"_s) {
                after.set("expr", {});
            }
        }
        m_undo.push(new Change(
            *this, kind, row, std::move(after),
            tr("%1 of %2").arg(key, qs(rows(kind)[static_cast<std::size_t>(row)].name))));
        return;
    }
    after.name = ss(text);
    m_undo.beginMacro(tr("rename %1").arg(before));
    m_undo.push(new Change(*this, kind, row, std::move(after), {}));
    const auto follow = [&](SetupKind other, const QStringList& keys) {
        for (int r = 0; r < static_cast<int>(rows(other).size()); ++r) {
            Row changed = rows(other)[static_cast<std::size_t>(r)];
            bool differs = false;
            for (const QString& k : keys) {
                if (this->text(other, r, k) != before)
                    continue;
                differs = true;
                if (k.isEmpty())
                    changed.name = ss(text);
                else
                    changed.set(ss(k), ss(text));
            }
            if (differs)
                m_undo.push(new Change(*this, other, r, std::move(changed), {}));
        }
    };
    if (kind == SetupKind::Measurements && !before.isEmpty())
        follow(SetupKind::Specs, {QString()});
    if (kind == SetupKind::Parameters && !before.isEmpty())
        follow(SetupKind::Parameters, {u"matches"_s});
    if (kind == SetupKind::Benches && !before.isEmpty())
        follow(SetupKind::Measurements, {u"bench"_s, u"against"_s});
    m_undo.endMacro();
}

QString SizingSetup::freeName(SetupKind kind, const QString& wish) const {
    const QStringList taken = names(kind);
    QString name = wish;
    for (int n = 2; taken.contains(name); ++n)
        name = wish + QString::number(n);
    return name;
}

void SizingSetup::pushNew(SetupKind kind, int row, Row value, const QString& text) {
    m_undo.push(new Place(*this, kind, row, std::move(value), true, text));
}

int SizingSetup::add(SetupKind kind, int before) {
    Row row;
    switch (kind) {
    case SetupKind::Parameters:
        row.name = ss(freeName(kind, u"p"_s));
        row.set("value", "1");
        row.set("min", "1");
        row.set("max", "10");
        row.set("step", "1");
        break;
    case SetupKind::Specs: {
        const QStringList taken = names(kind);
        const QStringList measured = names(SetupKind::Measurements);
        const auto open = std::find_if(measured.begin(), measured.end(),
                                       [&](const QString& name) { return !taken.contains(name); });
        row.name = ss(open == measured.end() ? freeName(kind, u"spec"_s) : *open);
        break; // its limits are for the user to say
    }
    case SetupKind::Measurements:
        row.name = ss(freeName(kind, u"m"_s));
        row.set("kind", "voltage");
        if (const QStringList benches = names(SetupKind::Benches); !benches.isEmpty())
            row.set("bench", ss(benches.front()));
        break;
    case SetupKind::Benches:
        row.name = ss(freeName(kind, u"bench"_s));
        if (const QStringList files = circuits(); !files.isEmpty())
            row.set("circuit", ss(files.front()));
        row.set("analyses", std::string(kDefaultAnalyses), false);
        break;
    case SetupKind::Corners:
        row.name = ss(freeName(kind, u"corner"_s));
        break;
    case SetupKind::Scatter:
        row.set("kind", "process");
        row.set("model", "nmos");
        row.set("parameter", "vth0");
        row.set("value", "10m");
        row.name = optimize::scatterName(row);
        break;
    }
    const int count = static_cast<int>(rows(kind).size());
    const int at = before < 0 || before > count ? count : before;
    pushNew(kind, at, row, tr("add %1").arg(qs(row.name)));
    return at;
}

int SizingSetup::duplicate(SetupKind kind, int row) {
    Row copy = rows(kind).at(static_cast<std::size_t>(row));
    const QString name = qs(copy.name);
    if (kind != SetupKind::Scatter) // named after what it says
        copy.name = ss(freeName(kind, name + u"_copy"_s));
    copy.origin.clear();
    pushNew(kind, row + 1, std::move(copy), tr("duplicate %1").arg(name));
    return row + 1;
}

void SizingSetup::remove(SetupKind kind, int row) {
    const Row& gone = rows(kind).at(static_cast<std::size_t>(row));
    m_undo.push(new Place(*this, kind, row, gone, false, tr("remove %1").arg(qs(gone.name))));
}

void SizingSetup::replace(SetupKind kind, int row, const Row& value) {
    at(kind).at(static_cast<std::size_t>(row)) = value;
    emit rowChanged(kind, row);
}

void SizingSetup::insert(SetupKind kind, int row, const Row& value) {
    emit rowToBeInserted(kind, row);
    at(kind).insert(at(kind).begin() + row, value);
    emit rowInserted(kind, row);
}

void SizingSetup::take(SetupKind kind, int row) {
    emit rowToBeRemoved(kind, row);
    at(kind).erase(at(kind).begin() + row);
    emit rowRemoved(kind, row);
}

bool SizingSetup::canUndo() const {
    return m_undo.canUndo() && m_undo.index() > m_floor;
}

bool SizingSetup::canRedo() const {
    return m_undo.canRedo() && !m_staleRedo;
}

void SizingSetup::undo() {
    if (canUndo())
        m_undo.undo();
}

void SizingSetup::redo() {
    if (canRedo())
        m_undo.redo();
}

void SizingSetup::setLocked(bool locked) {
    m_floor = locked ? m_undo.index() : 0;
    m_staleRedo = locked && m_undo.canRedo();
}

std::vector<project::SetupSection> SizingSetup::sections() const {
    std::vector<project::SetupSection> all;
    for (int kind = 0; kind < kSetupKinds; ++kind)
        all.push_back(
            {ss(setupKey(static_cast<SetupKind>(kind))), m_rows[static_cast<std::size_t>(kind)]});
    auto& scatter = all.back().rows;
    scatter = m_scatterOdd || scatter == m_scatterRead ? m_scatterFile
                                                       : optimize::scatterSection(scatter);
    return all;
}

Expected<void> SizingSetup::save(bool overwrite) {
    const auto bytes = readFile(m_file, kMostBytes);
    const std::string now = bytes ? toUtf8(bytes->view(), detectEncoding(bytes->view())) : m_text;
    if (now != m_text && !overwrite)
        return fail("UI-050", "The project file was changed by another program since it was read",
                    {}, m_file.string(), "Save again to put these tables into it");
    const auto text = project::writeSetup(now, sections(), m_file.string());
    if (!text)
        return text.failure();
    if (const auto written = writeFileAtomically(m_file, *text); !written)
        return written;
    m_text = *text;
    m_scatterFile = sections().back().rows;
    m_scatterRead = rows(SetupKind::Scatter);
    for (Rows& rows : m_rows) {
        for (Row& row : rows)
            row.origin = row.name;
    }
    m_undo.setClean();
    return {};
}

QString SizingSetup::issue(SetupKind kind, int row, const QString& key) const {
    const auto found = std::find_if(m_issues.begin(), m_issues.end(), [&](const SetupIssue& i) {
        return i.kind == kind && i.row == row && i.field == key;
    });
    return found == m_issues.end() ? QString() : found->text;
}

QStringList SizingSetup::names(SetupKind kind) const {
    QStringList all;
    for (const Row& row : rows(kind))
        all << qs(row.name);
    return all;
}

QStringList SizingSetup::circuits() const {
    if (!isOpen())
        return {};
    return QDir(fromPath(m_file.parent_path()))
        .entryList({u"*.cir"_s, u"*.sp"_s, u"*.net"_s, u"*.ckt"_s, u"*.spice"_s}, QDir::Files);
}

/// Entry by entry first, so that every fault is marked in its place; then as the sizing itself
/// reads the file, whose one error is put to the entry it names.
void SizingSetup::check() {
    m_issues.clear();
    m_problem.reset();
    m_error.reset();
    if (isOpen()) {
        m_issues = checkSetup(m_rows);
        const auto text = project::writeSetup(m_text, sections(), m_file.string());
        auto project = text ? project::parseProject(*text, m_file)
                            : Expected<project::Project>(text.failure());
        auto problem = project ? optimize::problemOf(*project)
                               : Expected<optimize::Problem>(project.failure());
        if (project)
            m_project = *project;
        if (problem && m_issues.isEmpty()) {
            m_problem = std::move(*problem);
        } else if (!problem) {
            m_error = problem.error();
            const QString place = qs(m_error->where).section(u": "_s, -1);
            for (int k = 0; k < kSetupKinds && m_issues.isEmpty(); ++k) {
                const auto kind = static_cast<SetupKind>(k);
                const QStringList all = names(kind);
                for (int row = 0; row < all.size(); ++row) {
                    const QString full =
                        kind == SetupKind::Scatter
                            ? qs(optimize::scatterPlace(rows(kind)[static_cast<std::size_t>(row)]))
                            : setupKey(kind) + u'.' + all[row];
                    const bool named = place == full || place.startsWith(full + u'.') ||
                                       (kind == SetupKind::Parameters && place == all[row]);
                    if (!named)
                        continue;
                    QString sentence = qs(m_error->text);
                    if (!m_error->detail.empty())
                        sentence += u": "_s + qs(m_error->detail);
                    m_issues.push_back({kind, row, place.mid(full.size() + 1), sentence + u'.'});
                    break;
                }
            }
        } else {
            m_error = Error{"OPT-002", ss(m_issues.front().text), {}, {}, {}};
        }
    }
    emit checked();
}

} // namespace ohm::ui
