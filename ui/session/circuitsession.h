// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/terminalgraph.h"
#include "core/netlist/reader.h"
#include "core/project/project.h"
#include "ui/services/jobservice.h"
#include "ui/services/selectionhub.h"
#include "ui/session/celldrawing.h"
#include "ui/session/loader.h"

#include <QDateTime>
#include <QObject>
#include <QStringList>

#include <memory>
#include <optional>

class QFileSystemWatcher;
class QTimer;

namespace ohm::ui {

using TerminalGraphPtr = std::shared_ptr<const graph::TerminalGraph>;

/// What is open: a project, one of its circuits, its graph and the place in the hierarchy that is
/// looked at. Opening reads in the background and announces each part as it becomes ready (circuit,
/// then drawing, index and graph in parallel), so that the first view fills early. A failed opening
/// leaves what was open before. Thread: GUI.
class CircuitSession : public QObject {
    Q_OBJECT
public:
    CircuitSession(JobService& jobs, SelectionHub& hub, QObject* parent = nullptr);
    ~CircuitSession() override;

    /// A netlist, a schematic, a project.yaml or a project's folder.
    void open(const QString& path);
    /// Another circuit of the open project.
    void openCircuit(const QString& path);
    /// Reads the same files again; selection and place are kept where they still exist.
    void reload();
    /// Folders that may be included from besides the circuit's own; for what is opened from now on.
    void setIncludeFolders(const QStringList& folders);
    void close();

    bool isOpen() const { return m_loaded != nullptr; }
    bool isLoading() const { return m_loading; }
    /// What the user opened: the project's file, or the circuit itself.
    QString openedPath() const { return m_openedPath; }
    /// The circuit shown.
    QString circuitPath() const;
    QString title() const;
    /// Circuits of the project, absolute; just the one for a single file.
    const QStringList& circuitPaths() const { return m_circuitPaths; }
    const project::Project& project() const { return m_project; }
    bool isProject() const { return m_isProject; }

    const LoadedCircuitPtr& loaded() const { return m_loaded; }
    netlist::CircuitPtr circuit() const { return m_loaded ? m_loaded->circuit : nullptr; }
    const CircuitIndexPtr& index() const { return m_index; }
    const TerminalGraphPtr& graph() const { return m_graph; }
    Diagnostics diagnostics() const; ///< of the project and the circuit
    /// Where netlists of this session may include from.
    netlist::ReadOptions readOptions() const;

    // --- places in the hierarchy --------------------------------------------------------------
    const CellPath& place() const { return m_place; }
    const CellDrawingPtr& drawing() const { return m_drawing; } ///< null while it is being made
    void enter(const CellPath& place);
    /// The first instance of a subcircuit met from the top; stays where it is if there is none.
    void enterCell(netlist::CellId cell);
    bool canLeave() const { return !m_place.empty(); }
    void leave(); ///< one level up
    /// Goes to the sheet an object stands on, if it is not on the present one.
    void goTo(ObjectId id);

    // --- ids ----------------------------------------------------------------------------------
    ObjectId blockId(const CellPath& path);
    CellPath blockPath(ObjectId id) const;             ///< empty if unknown
    std::optional<ObjectId> find(const QString& name); ///< net, device or block by its flat name
    QString nameOf(ObjectId id) const;

signals:
    void loadingChanged();
    void circuitChanged(); ///< another circuit (or none); everything else has been reset
    void indexReady();
    void graphReady();
    void graphFailed(const ohm::Error& error);
    void placeChanged();
    void drawingReady();
    void drawingFailed(const ohm::Error& error);
    /// Opening failed; what was open stays.
    void openFailed(const QString& path, const ohm::Error& error);
    void fileChangedOnDisk(const QString& path);

private:
    struct Opened {
        project::Project project;
        bool isProject = false;
        QStringList circuits;
        LoadedCircuitPtr loaded;
    };
    struct Keep {
        QStringList selected;
        QString place;
    };
    static Expected<Opened> read(const QString& path, const QString& circuit,
                                 const std::vector<std::filesystem::path>& includeFolders,
                                 StopToken stop, ProgressSink& progress);
    void start(const QString& path, const QString& circuit, std::optional<Keep> keep);
    void accept(const QString& path, Opened opened, const std::optional<Keep>& keep);
    void startParts();
    void startDrawing();
    void watchFiles();
    void checkFiles();
    void setLoading(bool on);
    CellPath placeOf(const QString& name) const;

    JobService& m_jobs;
    SelectionHub& m_hub;
    bool m_loading = false;
    QString m_openedPath;
    bool m_isProject = false;
    std::vector<std::filesystem::path> m_includeFolders;
    project::Project m_project;
    QStringList m_circuitPaths;
    LoadedCircuitPtr m_loaded;
    CircuitIndexPtr m_index;
    TerminalGraphPtr m_graph;
    CellPath m_place;
    CellDrawingPtr m_drawing;
    QVector<CellPath> m_blocks; ///< interned, by ObjectId::index
    std::unique_ptr<QFileSystemWatcher> m_watcher;
    QTimer* m_settle;
    QHash<QString, std::pair<QDateTime, qint64>> m_stamps; ///< time and size when read
};

} // namespace ohm::ui
