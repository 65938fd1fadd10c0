// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/schematicdoc.h"
#include "widgets/schematic/schematicindex.h"

#include <QHash>
#include <QPainterPath>
#include <QString>

#include <memory>
#include <vector>

namespace ohm::widgets {

/// A symbol in one of its eight orientations, ready to draw around the instance's origin.
struct SymbolArt {
    struct Text {
        QPointF at;
        QString text;
        double size;
        schematic::TextAnchor anchor;
    };
    QPainterPath strokes;
    QPainterPath fills;
    std::vector<QLineF> rough; ///< strokes as lines, for small sizes
    std::vector<Text> texts;
    QRectF box;  ///< shapes and pins
    QRectF body; ///< shapes alone
};

/// What is at a point: a net or a device, by name. Both empty: nothing.
struct SceneHit {
    QString net;
    QString device;
    bool operator==(const SceneHit&) const = default;
    bool empty() const { return net.isEmpty() && device.isEmpty(); }
};

/// A drawing prepared for painting and picking: art per symbol and orientation, names as QString,
/// items per net, a spatial index. Immutable after construction. Thread: GUI.
class SchematicScene {
public:
    struct Instance {
        const SymbolArt* art = nullptr;
        QPointF at;
        QRectF box;  ///< on the sheet, with pins
        QRectF body; ///< on the sheet, without leads' ends
        QString name, value, device;
        QPointF nameAt, valueAt;
        schematic::TextAnchor nameAnchor, valueAnchor;
        std::vector<QPointF> pins;
        std::vector<int> pinNets; ///< -1: none
        bool placeholder = false;
        bool descends = false; ///< has a child sheet
    };
    struct Label {
        schematic::Label::Kind kind;
        QPointF at;
        QString name;
        int net;
        schematic::TextAnchor anchor;
        int quarterTurns;
        QRectF box; ///< rough, with its text
    };
    struct Net {
        QString name;
        std::vector<std::uint32_t> wires;
        std::vector<std::uint32_t> labels;
        std::vector<QPointF> pins;
        QRectF box;
    };
    struct Note {
        QPointF at;
        QStringList lines;
        double size;
        bool directive;
        schematic::TextAnchor anchor;
        QRectF box;
    };

    explicit SchematicScene(std::shared_ptr<const schematic::SchematicDoc> doc);

    const schematic::SchematicDoc& doc() const { return *m_doc; }
    const QRectF& bounds() const { return m_bounds; } ///< with texts
    bool empty() const;

    const std::vector<Instance>& instances() const { return m_instances; }
    const std::vector<QLineF>& wires() const { return m_wires; }
    const std::vector<int>& wireNets() const { return m_wireNets; }
    const std::vector<Label>& labels() const { return m_labels; }
    const std::vector<Net>& nets() const { return m_nets; }
    const std::vector<Note>& notes() const { return m_notes; }
    const std::vector<QPointF>& junctions() const { return m_junctions; }
    const SymbolArt& drawings() const { return m_drawings; }
    int netIndex(const QString& name) const { return m_netIndex.value(name, -1); }
    int instanceIndex(const QString& device) const { return m_deviceIndex.value(device, -1); }

    std::vector<std::uint32_t> instancesIn(const QRectF& area) const;
    std::vector<std::uint32_t> wiresIn(const QRectF& area) const;
    /// The nearest thing within `reach` units; pins and wires win over the body they touch.
    SceneHit hit(const QPointF& at, double reach) const;

    /// Estimate of a text's box in units, before any font is known.
    static QRectF textBox(const QPointF& at, schematic::TextAnchor anchor, const QString& text,
                          double size);
    /// Top left corner of a text of the given size that is anchored at `at`.
    static QPointF anchored(const QPointF& at, schematic::TextAnchor anchor, const QSizeF& size);

private:
    const SymbolArt* artFor(std::uint32_t symbol, schematic::Orientation orientation);
    void addInstances();
    void addNets();
    void addTexts();
    int netFor(const std::string& name);

    std::shared_ptr<const schematic::SchematicDoc> m_doc;
    std::vector<std::unique_ptr<SymbolArt>> m_art; ///< symbol * 8 + orientation
    std::vector<Instance> m_instances;
    std::vector<QLineF> m_wires;
    std::vector<int> m_wireNets;
    std::vector<Label> m_labels;
    std::vector<Net> m_nets;
    std::vector<Note> m_notes;
    std::vector<QPointF> m_junctions;
    SymbolArt m_drawings;
    QHash<QString, int> m_netIndex;
    QHash<QString, int> m_deviceIndex;
    SchematicIndex m_instanceGrid;
    SchematicIndex m_wireGrid;
    QRectF m_bounds;
};

} // namespace ohm::widgets
