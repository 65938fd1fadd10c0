// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/circuitsession.h"

#include "core/base/log.h"
#include "core/project/installation.h"
#include "ui/services/text.h"

#include <QDir>
#include <QFileInfo>
#include <QFileSystemWatcher>
#include <QTimer>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kSettleMs = 300; ///< editors write in several steps
constexpr int kWatchedFiles = 200;
constexpr std::size_t kMaxGraphEdges = 150'000'000; ///< beyond, the graph would need many GB

JobSpec job(const QString& title, const QString& lane, Pool pool = Pool::Cpu) {
    JobSpec spec;
    spec.title = title;
    spec.lane = lane;
    spec.pool = pool;
    return spec;
}

Expected<TerminalGraphPtr> buildGraph(const netlist::CircuitPtr& circuit, const StopToken& stop) {
    std::size_t edges = 0;
    for (std::size_t i = 0; i < circuit->deviceCount(); ++i) {
        const std::size_t n = circuit->deviceNets(static_cast<netlist::DeviceId>(i)).size();
        edges += n * (n > 0 ? n - 1 : 0) / 2 + n;
        if ((i & 0xFFFF) == 0 && stop.shouldStop())
            return fail("UI-002", "Stopped.");
    }
    if (edges > kMaxGraphEdges)
        return fail("UI-016", "The terminal-node graph of this circuit is too large to be shown.",
                    std::to_string(edges) + " edges", {}, "Open one of its subcircuits instead.");
    return std::make_shared<const graph::TerminalGraph>(circuit);
}
} // namespace

CircuitSession::CircuitSession(JobService& jobs, SelectionHub& hub, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_hub(hub)
    , m_settle(new QTimer(this)) {
    m_settle->setSingleShot(true);
    m_settle->setInterval(kSettleMs);
    connect(m_settle, &QTimer::timeout, this, &CircuitSession::checkFiles);
}

CircuitSession::~CircuitSession() = default;

QString CircuitSession::circuitPath() const {
    return m_loaded ? fromPath(m_loaded->path) : QString();
}

QString CircuitSession::title() const {
    if (!m_loaded)
        return {};
    const QString file = QFileInfo(circuitPath()).fileName();
    return m_isProject ? qs(m_project.name) + u" \u2013 "_s + file : file;
}

Diagnostics CircuitSession::diagnostics() const {
    Diagnostics all = m_project.diagnostics;
    if (m_loaded)
        all.insert(all.end(), m_loaded->diagnostics.begin(), m_loaded->diagnostics.end());
    return all;
}

netlist::ReadOptions CircuitSession::readOptions() const {
    netlist::ReadOptions options;
    options.searchPath = project::modelSearchPath(m_project);
    options.searchPath.insert(options.searchPath.end(), m_includeFolders.begin(),
                              m_includeFolders.end());
    return options;
}

// --- opening ------------------------------------------------------------------------------------

Expected<CircuitSession::Opened>
CircuitSession::read(const QString& path, const QString& circuit,
                     const std::vector<std::filesystem::path>& includeFolders, StopToken stop,
                     ProgressSink& progress) {
    const std::filesystem::path file = toPath(path);
    const Expected<FileKind> kind = sniffFile(file);
    if (!kind)
        return kind.failure();
    Opened opened;
    opened.isProject = *kind == FileKind::Project;
    if (opened.isProject) {
        Expected<project::Project> project = project::readProject(file);
        if (!project)
            return project.failure();
        opened.project = std::move(*project);
        for (const std::filesystem::path& entry : opened.project.circuits)
            opened.circuits.push_back(QDir::cleanPath(fromPath(opened.project.folder() / entry)));
        if (opened.circuits.isEmpty())
            return fail("UI-017", "The project lists no circuits.", {}, file.string(),
                        "Add netlists or schematics under circuits in its project.yaml.");
    } else {
        opened.project = project::projectForFile(file);
        opened.circuits = {path};
    }
    const QString wanted = opened.circuits.contains(circuit) ? circuit : opened.circuits.first();
    Expected<LoadedCircuitPtr> loaded =
        loadCircuit(toPath(wanted), opened.project, includeFolders, std::move(stop), progress);
    if (!loaded)
        return loaded.failure();
    opened.loaded = std::move(*loaded);
    return opened;
}

void CircuitSession::setIncludeFolders(const QStringList& folders) {
    m_includeFolders.clear();
    for (const QString& folder : folders)
        m_includeFolders.push_back(toPath(folder));
}

void CircuitSession::open(const QString& path) {
    start(QFileInfo(path).absoluteFilePath(), {}, std::nullopt);
}

void CircuitSession::openCircuit(const QString& path) {
    if (path != circuitPath() || m_loading)
        start(m_openedPath, path, std::nullopt);
}

void CircuitSession::reload() {
    if (!m_loaded)
        return;
    Keep keep;
    if (m_loaded->circuit)
        keep.place = placeName(*m_loaded->circuit, m_place);
    for (const ObjectId id : m_hub.selection())
        keep.selected.push_back(nameOf(id));
    start(m_openedPath, circuitPath(), keep);
}

void CircuitSession::start(const QString& path, const QString& circuit, std::optional<Keep> keep) {
    const QString shown = QFileInfo(circuit.isEmpty() ? path : circuit).fileName();
    setLoading(true);
    m_jobs.start<Opened>(
        job(tr("Reading %1").arg(shown), u"open"_s),
        [path, circuit, folders = m_includeFolders](StopToken stop, ProgressSink& progress) {
            return read(path, circuit, folders, std::move(stop), progress);
        },
        this,
        [this, path, keep = std::move(keep)](Expected<Opened> result) {
            setLoading(false);
            if (!result) {
                emit openFailed(path, result.error());
                return;
            }
            accept(path, std::move(*result), keep);
        });
}

void CircuitSession::setLoading(bool on) {
    if (m_loading == on)
        return;
    m_loading = on;
    emit loadingChanged();
}

void CircuitSession::accept(const QString& path, Opened opened, const std::optional<Keep>& keep) {
    m_hub.clear();
    for (const QString& lane : {u"index"_s, u"graph"_s, u"draw"_s})
        m_jobs.abandon(lane);
    // Freeing a million devices takes a while: not here.
    m_jobs.release(std::exchange(m_drawing, nullptr));
    m_jobs.release(std::exchange(m_graph, nullptr));
    m_jobs.release(std::exchange(m_index, nullptr));
    m_jobs.release(std::exchange(m_loaded, nullptr));
    m_blocks.clear();

    m_openedPath = path;
    m_isProject = opened.isProject;
    m_project = std::move(opened.project);
    m_circuitPaths = std::move(opened.circuits);
    m_loaded = std::move(opened.loaded);
    m_place = keep && m_loaded->circuit ? placeOf(keep->place) : CellPath{};
    if (m_loaded->circuit) {
        const netlist::Circuit& circuit = *m_loaded->circuit;
        log::info("ui", "opened " + m_loaded->path.string() + ": " +
                            std::to_string(circuit.deviceCount()) + " devices, " +
                            std::to_string(circuit.netCount()) + " nets");
    }
    watchFiles();
    emit circuitChanged();
    startDrawing();
    startParts();
    if (keep && m_loaded->circuit) {
        QVector<ObjectId> ids;
        for (const QString& name : keep->selected) {
            if (const auto id = find(name))
                ids.push_back(*id);
        }
        m_hub.select(ids, SelectionSource::Program);
    }
}

void CircuitSession::startParts() {
    const netlist::CircuitPtr shared = circuit();
    if (!shared)
        return;
    JobSpec indexing = job(tr("Indexing the hierarchy"), u"index"_s);
    indexing.quiet = true;
    m_jobs.start<CircuitIndexPtr>(
        indexing,
        [shared](StopToken stop, ProgressSink&) { return indexCircuit(*shared, std::move(stop)); },
        this,
        [this](Expected<CircuitIndexPtr> result) {
            if (!result)
                return;
            m_index = std::move(*result);
            emit indexReady();
        });
    m_jobs.start<TerminalGraphPtr>(
        job(tr("Building the graph"), u"graph"_s),
        [shared](StopToken stop, ProgressSink&) { return buildGraph(shared, stop); }, this,
        [this](Expected<TerminalGraphPtr> result) {
            if (!result) {
                emit graphFailed(result.error());
                return;
            }
            m_graph = std::move(*result);
            emit graphReady();
        });
}

void CircuitSession::startDrawing() {
    m_jobs.release(std::exchange(m_drawing, nullptr));
    emit placeChanged();
    m_jobs.start<CellDrawingPtr>(
        job(tr("Drawing the schematic"), u"draw"_s),
        [loaded = m_loaded, place = m_place](StopToken stop, ProgressSink& progress) {
            return drawPlace(*loaded, place, std::move(stop), progress);
        },
        this,
        [this](Expected<CellDrawingPtr> result) {
            if (!result) {
                emit drawingFailed(result.error());
                return;
            }
            m_drawing = std::move(*result);
            emit drawingReady();
        });
}

void CircuitSession::close() {
    for (const QString& lane : {u"open"_s, u"index"_s, u"graph"_s, u"draw"_s})
        m_jobs.abandon(lane);
    setLoading(false);
    m_hub.clear();
    m_jobs.release(std::exchange(m_drawing, nullptr));
    m_jobs.release(std::exchange(m_graph, nullptr));
    m_jobs.release(std::exchange(m_index, nullptr));
    m_jobs.release(std::exchange(m_loaded, nullptr));
    m_blocks.clear();
    m_place.clear();
    m_openedPath.clear();
    m_circuitPaths.clear();
    m_project = {};
    m_isProject = false;
    m_watcher.reset();
    m_stamps.clear();
    emit circuitChanged();
    emit placeChanged();
}

// --- places
// ---------------------------------------------------------------------------------------

void CircuitSession::enter(const CellPath& place) {
    if (!m_loaded || !m_loaded->circuit || place == m_place || !cellAt(*m_loaded->circuit, place))
        return;
    m_place = place;
    startDrawing();
}

void CircuitSession::enterCell(netlist::CellId cell) {
    if (!m_loaded || !m_loaded->circuit || !m_index)
        return;
    // Level by level; each definition is met once, so this ends however deep or wide the design.
    std::vector<std::pair<netlist::CellId, CellPath>> level{{m_loaded->circuit->topCell(), {}}};
    std::vector<bool> seen(m_index->cells.size());
    while (!level.empty()) {
        std::vector<std::pair<netlist::CellId, CellPath>> next;
        for (const auto& [at, path] : level) {
            if (at == cell) {
                enter(path);
                return;
            }
            if (at >= m_index->cells.size())
                continue;
            for (const std::uint32_t block : m_index->cells[at].blocks) {
                const netlist::CellId child = m_loaded->circuit->cellInstance(at, block).child;
                if (child >= seen.size() || seen[child])
                    continue;
                seen[child] = true;
                CellPath below = path;
                below.push_back(block);
                next.emplace_back(child, std::move(below));
            }
        }
        level = std::move(next);
    }
}

void CircuitSession::leave() {
    if (!canLeave())
        return;
    CellPath up = m_place;
    up.pop_back();
    enter(up);
}

void CircuitSession::goTo(ObjectId id) {
    const netlist::CircuitPtr shared = circuit();
    if (!shared)
        return;
    if (id.kind == ObjectKind::Terminal)
        id = {ObjectKind::Device, shared->terminalDevice(id.index)};
    if (id.kind == ObjectKind::Net) {
        // A net may cross many sheets; stay if it is on this one, else go to one of its devices.
        if (m_drawing && !m_drawing->netNames(id.index).isEmpty())
            return;
        const auto terminals = shared->netTerminals(id.index);
        if (terminals.empty())
            return;
        id = {ObjectKind::Device, shared->terminalDevice(terminals.front())};
    }
    CellPath at = id.kind == ObjectKind::Device ? shared->devicePath(id.index) : blockPath(id);
    if (at.empty())
        return;
    at.pop_back();
    enter(at);
}

CellPath CircuitSession::placeOf(const QString& name) const {
    CellPath path;
    const netlist::Circuit& shared = *m_loaded->circuit;
    netlist::CellId cell = shared.topCell();
    for (const QString& part : name.split(u'.', Qt::SkipEmptyParts)) {
        const std::string wanted = ss(part);
        bool found = false;
        for (std::uint32_t i = 0; i < shared.cellInstanceCount(cell) && !found; ++i) {
            const netlist::InstanceView view = shared.cellInstance(cell, i);
            if (view.name == wanted && view.child != netlist::kNone) {
                path.push_back(i);
                cell = view.child;
                found = true;
            }
        }
        if (!found)
            return {};
    }
    return path;
}

// --- ids
// ------------------------------------------------------------------------------------------

ObjectId CircuitSession::blockId(const CellPath& path) {
    const auto found = std::find(m_blocks.cbegin(), m_blocks.cend(), path);
    if (found == m_blocks.cend()) {
        m_blocks.push_back(path);
        return {ObjectKind::Block, static_cast<quint32>(m_blocks.size() - 1)};
    }
    return {ObjectKind::Block, static_cast<quint32>(found - m_blocks.cbegin())};
}

CellPath CircuitSession::blockPath(ObjectId id) const {
    return id.kind == ObjectKind::Block && id.index < static_cast<quint32>(m_blocks.size())
               ? m_blocks.at(id.index)
               : CellPath{};
}

std::optional<ObjectId> CircuitSession::find(const QString& name) {
    const netlist::CircuitPtr shared = circuit();
    if (!shared || name.isEmpty())
        return std::nullopt;
    const std::string text = ss(name);
    if (const auto device = shared->findDevice(text))
        return ObjectId{ObjectKind::Device, *device};
    if (const auto net = shared->findNet(text))
        return ObjectId{ObjectKind::Net, *net};
    const CellPath place = placeOf(name);
    if (!place.empty())
        return blockId(place);
    return std::nullopt;
}

QString CircuitSession::nameOf(ObjectId id) const {
    const netlist::CircuitPtr shared = circuit();
    if (!shared)
        return {};
    switch (id.kind) {
    case ObjectKind::Net:
        return id.index < shared->netCount() ? qs(shared->netName(id.index)) : QString();
    case ObjectKind::Device:
        return id.index < shared->deviceCount() ? qs(shared->deviceName(id.index)) : QString();
    case ObjectKind::Terminal:
        if (id.index < shared->terminalCount())
            return qs(shared->deviceName(shared->terminalDevice(id.index)));
        return {};
    case ObjectKind::Block:
        return placeName(*shared, blockPath(id));
    default:
        return {};
    }
}

// --- files on disk
// --------------------------------------------------------------------------------

void CircuitSession::watchFiles() {
    m_watcher = std::make_unique<QFileSystemWatcher>();
    connect(m_watcher.get(), &QFileSystemWatcher::fileChanged, this, [this] { m_settle->start(); });
    connect(m_watcher.get(), &QFileSystemWatcher::directoryChanged, this,
            [this] { m_settle->start(); });
    m_stamps.clear();
    QStringList paths{circuitPath()};
    if (m_isProject)
        paths.push_back(fromPath(m_project.file));
    if (m_loaded->circuit) {
        for (const std::string& file : m_loaded->circuit->files())
            paths.push_back(QFileInfo(qs(file)).absoluteFilePath());
    }
    if (m_loaded->schematic) {
        for (const schematic::SchematicDoc& sheet : m_loaded->schematic->sheets)
            paths.push_back(QFileInfo(qs(sheet.path)).absoluteFilePath());
    }
    paths.removeDuplicates();
    for (const QString& path : paths) {
        const QFileInfo info(path);
        if (m_stamps.size() >= kWatchedFiles || !info.isFile())
            continue;
        m_stamps.insert(path, {info.lastModified(), info.size()});
        m_watcher->addPath(path);
        // Editors that replace the file end the watch on it; the folder tells of the new one.
        m_watcher->addPath(info.absolutePath());
    }
}

void CircuitSession::checkFiles() {
    for (auto it = m_stamps.begin(); it != m_stamps.end(); ++it) {
        const QFileInfo info(it.key());
        const std::pair<QDateTime, qint64> now{info.exists() ? info.lastModified() : QDateTime(),
                                               info.exists() ? info.size() : -1};
        if (now == it.value())
            continue;
        it.value() = now;
        if (info.exists() && m_watcher)
            m_watcher->addPath(it.key());
        emit fileChangedOnDisk(it.key());
    }
}

} // namespace ohm::ui
