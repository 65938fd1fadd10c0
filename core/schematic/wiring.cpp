// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/wiring.h"

#include "core/schematic/routing.h"

#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>

namespace ohm::schematic::draw {
namespace {

constexpr std::int32_t kTextHeight = 12;
constexpr std::uint32_t kNoNet = 0xFFFFFFFEU;
/// With more terminals than this nothing is wired: no one could follow the wires.
constexpr std::size_t kMostWired = 1500;

/// Pins of one net that are wired together.
struct Cluster {
    std::uint32_t net = 0;
    std::vector<Pt> pins;
    bool labelled = false;
    std::vector<std::vector<Pt>> paths;
};

bool automaticName(std::string_view name) {
    // net12, n3, 17, _x: made by a program, not worth ink where the wire shows the connection.
    std::size_t letters = 0;
    for (const char c : name)
        letters += std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (letters == 0)
        return true;
    std::size_t at = name.starts_with("net") ? 3 : name.starts_with("n") ? 1 : 0;
    if (at == 0)
        return false;
    while (at < name.size() && (name[at] == '_' || name[at] == '$'))
        ++at;
    return at < name.size() &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(at), name.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::uint8_t turns(Pt direction) {
    return direction.x > 0 ? 0 : direction.y > 0 ? 1 : direction.x < 0 ? 2 : 3;
}

class Wirer {
public:
    Wirer(const Model& model, const Placement& placement, const WiringOptions& options,
          const StopToken& stop)
        : m(model)
        , p(placement)
        , m_options(options)
        , m_stop(stop)
        , m_router(area()) {}

    SchematicDoc run() {
        addInstances();
        placeRails();
        makeClusters();
        labelLonePins();
        routeClusters();
        labelClusters();
        emitWires();
        return std::move(m_doc);
    }

private:
    Box area() const {
        Box all;
        for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
            const Pt at = p.parts[d].at;
            all.include(p.footprints[d].body.moved(at));
            for (const Box& text : p.texts[d])
                all.include(text);
        }
        if (all.empty())
            all = {0, 0, 0, 0};
        return {all.x0 - 120, all.y0 - 100, all.x1 + 120, all.y1 + 100};
    }

    void addInstances() {
        m_doc.generated = true;
        m_doc.title = m.title;
        m_doc.symbols = m.symbols;
        for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
            const Device& device = m.devices[d];
            SymbolInstance instance;
            instance.symbol = device.symbol;
            instance.at = p.parts[d].at;
            instance.orientation = p.parts[d].orientation;
            instance.name = device.name;
            instance.value = device.value;
            instance.device = device.flat;
            instance.sheet = device.sheet;
            if (!device.label.empty())
                instance.attributes.emplace_back("parameters", device.label);
            if (!device.master.empty())
                instance.attributes.emplace_back("model", device.master);
            const TextLayout texts = layoutTexts(m, device, instance.orientation);
            instance.nameSlot = texts.name;
            instance.valueSlot = texts.value;
            m_doc.instances.push_back(std::move(instance));
            std::vector<std::string> names;
            for (const std::uint32_t n : device.nets)
                names.push_back(m.nets[n].name);
            m_doc.pinNets.push_back(std::move(names));

            const Footprint& f = p.footprints[d];
            for (const Box& solid : f.solid)
                m_router.addBody(solid.moved(instance.at));
            for (const Box& text : p.texts[d])
                if (!text.empty()) {
                    m_router.addText(text);
                    m_boxes.push_back(text);
                }
            m_boxes.push_back(f.body.moved(instance.at));
            for (std::uint32_t i = 0; i < device.nets.size(); ++i)
                m_router.addPin(p.pinAt({d, i}), f.leaving[i], device.nets[i]);
        }
    }

    // --- labels -------------------------------------------------------------------------------
    static Box flagBox(const Label& label) {
        const std::int32_t w = textWidth(label.name) + (label.kind == Label::Kind::Local ? 6 : 16);
        const std::int32_t h = kTextHeight / 2 + 1;
        const Pt a = label.at;
        const bool up = label.quarterTurns == 0;
        const std::int32_t half = std::max(12, textWidth(label.name) / 2);
        switch (label.kind) {
        case Label::Kind::Ground:
            return {a.x - 12, up ? a.y : a.y - 20, a.x + 12, up ? a.y + 20 : a.y};
        case Label::Kind::Supply:
            if (label.quarterTurns == 0 || label.quarterTurns == 2)
                return {a.x - half, up ? a.y - 26 : a.y, a.x + half, up ? a.y : a.y + 26};
            break;
        default:
            break;
        }
        switch (label.quarterTurns) {
        case 0:
            return {a.x, a.y - h, a.x + w, a.y + h};
        case 1:
            return {a.x - h, a.y, a.x + h, a.y + w};
        case 2:
            return {a.x - w, a.y - h, a.x, a.y + h};
        default:
            return {a.x - h, a.y - w, a.x + h, a.y};
        }
    }

    bool clear(const Box& box) const {
        for (const Box& b : m_boxes)
            if (b.overlaps(box))
                return false;
        return true;
    }

    void addLabel(Label label, std::uint32_t net) {
        label.net = m.nets[net].name;
        const Box box = flagBox(label);
        m_boxes.push_back(box);
        // The point itself stays open to its own wire.
        m_router.addText(box);
        m_router.addAnchor(label.at, net);
        m_stops[net].push_back(label.at);
        m_doc.labels.push_back(std::move(label));
    }

    Label nameLabel(std::uint32_t n, Pt at, Pt direction) const {
        const Net& net = m.nets[n];
        Label label;
        label.kind = !net.port    ? Label::Kind::Local
                     : net.input  ? Label::Kind::PortIn
                     : net.output ? Label::Kind::PortOut
                                  : Label::Kind::PortBi;
        if (net.rail())
            label.kind = Label::Kind::Local;
        label.name = net.text;
        label.at = at;
        label.quarterTurns = turns(direction);
        return label;
    }

    /// A stub from `from` and a name at its end, in the first place that is free.
    bool stub(std::uint32_t n, Pt from, Pt direction, std::int32_t longest,
              std::int32_t shortest = 10) {
        for (std::int32_t length = shortest; length <= longest; length += kGrid) {
            const Pt end{from.x + direction.x * length, from.y + direction.y * length};
            if (!openWay(n, from, direction, length))
                return false;
            const Label label = nameLabel(n, end, direction);
            const Box box = flagBox(label);
            if (!clear(box) || m_router.wireIn(box, n))
                continue;
            if (length > 0)
                layStub(n, {from, end});
            addLabel(label, n);
            return true;
        }
        return false;
    }

    void layStub(std::uint32_t n, const std::vector<Pt>& way) {
        m_router.lay(n, way);
        m_stubs[n].push_back(way);
    }

    bool openWay(std::uint32_t n, Pt from, Pt direction, std::int32_t length) const {
        for (std::int32_t l = kGrid; l <= length; l += kGrid) {
            const Pt q{from.x + direction.x * l, from.y + direction.y * l};
            if (!m_router.free(q, n))
                return false;
        }
        return true;
    }

    /// A name at `end`, reached by `way`, that reads horizontally towards `side`.
    bool flag(std::uint32_t n, const std::vector<Pt>& way, Pt side) {
        const Label label = nameLabel(n, way.back(), side);
        const Box box = flagBox(label);
        if (!clear(box) || m_router.wireIn(box, n))
            return false;
        layStub(n, way);
        addLabel(label, n);
        return true;
    }

    /// Names a single pin: straight out, else after a bend, else right at the pin.
    void namePin(std::uint32_t n, Pt at, Pt leaving) {
        if (leaving.x != 0 && stub(n, at, leaving, 30))
            return;
        // Sideways: a name is read more easily than a turned one.
        const std::int32_t first = m.nets[n].input ? -1 : 1;
        for (const std::int32_t out : {10, 20, 30}) {
            if (!openWay(n, at, leaving, out))
                break;
            const Pt knee{at.x + leaving.x * out, at.y + leaving.y * out};
            if (leaving.x == 0) {
                for (const std::int32_t side : {first, -first})
                    if (flag(n, {at, knee}, {side, 0}))
                        return;
                continue;
            }
            for (const std::int32_t turn : {-10, 10, -20, 20, -30, 30}) {
                const Pt end{knee.x, knee.y + turn};
                if (!openWay(n, knee, {0, turn > 0 ? 1 : -1}, std::abs(turn)))
                    continue;
                for (const std::int32_t side : {leaving.x, -leaving.x})
                    if (flag(n, {at, knee, end}, {side, 0}))
                        return;
            }
        }
        if (leaving.x == 0 && stub(n, at, leaving, 20, 10))
            return;
        addLabel(nameLabel(n, at, leaving), n);
    }

    // --- supplies and ground ------------------------------------------------------------------
    /// The ground sign is for node 0 alone: another ground carries its name.
    bool earth(std::uint32_t n) const {
        return m.nets[n].role == NetRole::Ground && m.nets[n].name == "0";
    }

    Label railLabel(std::uint32_t n, Pt at, bool up) const {
        const Net& net = m.nets[n];
        Label label;
        label.name = net.text;
        label.at = at;
        const bool sign = earth(n);
        label.kind = sign ? Label::Kind::Ground : Label::Kind::Supply;
        label.quarterTurns = sign ? (up ? 2 : 0) : (up ? 0 : 2);
        return label;
    }

    void placeRails() {
        for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
            const Device& device = m.devices[d];
            std::map<std::uint32_t, std::vector<std::uint32_t>> byNet;
            for (std::uint32_t i = 0; i < device.nets.size(); ++i)
                if (m.nets[device.nets[i]].rail())
                    byNet[device.nets[i]].push_back(i);
            for (auto& [net, pins] : byNet)
                placeRail(d, net, pins);
        }
    }

    void placeRail(std::uint32_t d, std::uint32_t n, const std::vector<std::uint32_t>& pins) {
        const Footprint& f = p.footprints[d];
        bool wantsUp = m.nets[n].top;
        // The earth sign may hang or stand, as the pin does.
        if (earth(n))
            for (const std::uint32_t i : pins)
                if (f.leaving[i].y != 0)
                    wantsUp = f.leaving[i].y < 0;
        // The pin that already points the right way carries the sign.
        std::uint32_t main = pins.front();
        const auto rate = [&](std::uint32_t i) {
            return f.leaving[i].y == (wantsUp ? -1 : 1) ? 2 : f.leaving[i].x != 0 ? 1 : 0;
        };
        for (const std::uint32_t i : pins)
            if (rate(i) > rate(main))
                main = i;
        const bool straight = rate(main) == 2;
        std::vector<std::uint32_t> rest;
        for (const std::uint32_t i : pins)
            if (i != main)
                rest.push_back(i);
        if (straight)
            addLabel(railLabel(n, p.pinAt({d, main}), wantsUp), n);
        else
            placeLooseRail(d, n, main, wantsUp);
        const Pt home = p.pinAt({d, main});
        for (const std::uint32_t i : rest) {
            const Pt at = p.pinAt({d, i});
            if (at == home)
                continue;
            if (!m.devices[d].block)
                if (const auto path = m_router.find(n, at, {home}, 34)) {
                    m_router.lay(n, path->points);
                    m_stops[n].push_back(at);
                    continue;
                }
            placeLooseRail(d, n, i, wantsUp);
        }
    }

    /// A supply on a pin that points elsewhere: a bend and the sign, or its name.
    void placeLooseRail(std::uint32_t d, std::uint32_t n, std::uint32_t pin, bool wantsUp) {
        const Pt at = p.pinAt({d, pin});
        const Pt leaving = p.footprints[d].leaving[pin];
        const bool bulk = m.devices[d].kind == netlist::DeviceKind::Mosfet && pin == 3;
        if (leaving.x != 0 && !bulk && !m.devices[d].box)
            for (const std::int32_t out : {10, 20})
                for (const std::int32_t down : {10, 0, 20}) {
                    const std::int32_t sign = wantsUp ? -1 : 1;
                    const Pt knee{at.x + leaving.x * out, at.y};
                    const Pt end{knee.x, knee.y + sign * down};
                    if (!openWay(n, at, leaving, out) ||
                        (down > 0 && !openWay(n, knee, {0, sign}, down)))
                        continue;
                    const Label label = railLabel(n, end, wantsUp);
                    if (!clear(flagBox(label)) || m_router.wireIn(flagBox(label), n))
                        continue;
                    std::vector<Pt> way{at, knee};
                    if (down > 0)
                        way.push_back(end);
                    layStub(n, way);
                    addLabel(label, n);
                    return;
                }
        if (leaving.x != 0 && (bulk || m.devices[d].box) && stub(n, at, leaving, 20, bulk ? 0 : 10))
            return;
        namePin(n, at, leaving);
    }

    // --- which pins are wired -----------------------------------------------------------------
    void makeClusters() {
        std::size_t pins = 0;
        for (const Device& device : m.devices)
            pins += device.nets.size();
        m_named = pins > kMostWired;
        for (std::uint32_t n = 0; n < m.nets.size(); ++n) {
            const Net& net = m.nets[n];
            if (net.rail() || net.pins.empty())
                continue;
            split(n);
        }
    }

    void split(std::uint32_t n) {
        const Net& net = m.nets[n];
        std::vector<Pt> pins;
        std::vector<bool> apart;
        std::vector<int> band;
        for (const PinRef& ref : net.pins) {
            const Pt at = p.pinAt(ref);
            if (std::find(pins.begin(), pins.end(), at) != pins.end())
                continue;
            pins.push_back(at);
            apart.push_back(p.apart[ref.device]);
            band.push_back(p.band[ref.device]);
        }
        const std::size_t count = pins.size();
        std::int32_t reach = m_named ? 0 : m_options.reach;
        if (count > 12)
            reach = std::min(reach, 180);
        else if (count > 7)
            reach = std::min(reach, 300);
        // Minimum spanning tree, cut where it is long.
        std::vector<std::uint32_t> root(count);
        for (std::uint32_t i = 0; i < count; ++i)
            root[i] = i;
        const auto find = [&](std::uint32_t i) {
            while (root[i] != i)
                i = root[i] = root[root[i]];
            return i;
        };
        struct Edge {
            std::int32_t length;
            std::uint32_t a, b;
        };
        std::vector<Edge> edges;
        if (count <= 200)
            for (std::uint32_t a = 0; a < count; ++a)
                for (std::uint32_t b = a + 1; b < count; ++b) {
                    const std::int32_t length =
                        std::abs(pins[a].x - pins[b].x) + std::abs(pins[a].y - pins[b].y);
                    if (length <= reach && !apart[a] && !apart[b] && band[a] == band[b])
                        edges.push_back({length, a, b});
                }
        std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
            return std::tie(a.length, a.a, a.b) < std::tie(b.length, b.a, b.b);
        });
        for (const Edge& e : edges)
            root[find(e.a)] = find(e.b);
        std::map<std::uint32_t, Cluster> parts;
        for (std::uint32_t i = 0; i < count; ++i) {
            Cluster& c = parts[find(i)];
            c.net = n;
            c.pins.push_back(pins[i]);
        }
        for (auto& [id, cluster] : parts) {
            cluster.labelled = parts.size() > 1 || net.port || cluster.pins.size() == 1;
            m_clusters.push_back(std::move(cluster));
        }
    }

    Pt leavingAt(std::uint32_t n, Pt at) const {
        for (const PinRef& ref : m.nets[n].pins)
            if (p.pinAt(ref) == at)
                return p.footprints[ref.device].leaving[ref.pin];
        return {1, 0};
    }

    void labelLonePins() {
        for (Cluster& c : m_clusters)
            if (c.pins.size() == 1 && c.labelled) {
                std::size_t meeting = 0;
                for (const PinRef& ref : m.nets[c.net].pins)
                    meeting += p.pinAt(ref) == c.pins[0];
                if (meeting > 1 && meeting == m.nets[c.net].pins.size() && !m.nets[c.net].port)
                    continue; // pins that touch need no name
                namePin(c.net, c.pins[0], leavingAt(c.net, c.pins[0]));
            }
    }

    // --- routing ------------------------------------------------------------------------------
    void routeClusters() {
        std::vector<std::size_t> order;
        for (std::size_t c = 0; c < m_clusters.size(); ++c)
            if (m_clusters[c].pins.size() > 1)
                order.push_back(c);
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return std::pair(extent(m_clusters[a]), a) < std::pair(extent(m_clusters[b]), b);
        });
        for (const std::size_t c : order)
            route(c);
        // Once all lie, each may find a better way around the others.
        for (int pass = 0; pass < 2; ++pass)
            for (const std::size_t c : order) {
                if (m_stop.stopRequested())
                    return;
                reroute(c);
            }
    }

    static std::int32_t extent(const Cluster& c) {
        Box box;
        for (const Pt q : c.pins)
            box.include(q);
        return box.x1 - box.x0 + box.y1 - box.y0;
    }

    struct Routed {
        std::vector<std::vector<Pt>> paths;
        std::vector<Pt> left; ///< pins that found no way
    };

    Routed tryRoute(const Cluster& c, double patience) {
        Routed out;
        std::vector<Pt> tree{};
        std::vector<Pt> open = c.pins;
        // Start in the middle of the closest pair, then always the pin nearest to the tree.
        std::size_t a = 0;
        std::int32_t least = std::numeric_limits<std::int32_t>::max();
        for (std::size_t i = 0; i < open.size(); ++i)
            for (std::size_t j = i + 1; j < open.size(); ++j)
                if (const std::int32_t d = effort(open[i], open[j]); d < least) {
                    least = d;
                    a = i;
                }
        tree.push_back(open[a]);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(a));
        while (!open.empty()) {
            std::size_t next = 0;
            std::int32_t nearest = std::numeric_limits<std::int32_t>::max();
            for (std::size_t i = 0; i < open.size(); ++i)
                for (const Pt t : tree)
                    if (const std::int32_t d = effort(open[i], t); d < nearest) {
                        nearest = d;
                        next = i;
                    }
            const Pt from = open[next];
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(next));
            const double limit = patience * (nearest / kGrid) + 70;
            const auto path = m_router.find(c.net, from, tree, limit);
            if (!path) {
                out.left.push_back(from);
                continue;
            }
            m_router.lay(c.net, path->points);
            for (std::size_t i = 1; i < path->points.size(); ++i)
                appendLine(tree, path->points[i - 1], path->points[i]);
            if (path->points.size() == 1)
                tree.push_back(from);
            out.paths.push_back(path->points);
        }
        return out;
    }

    /// Distance, and something for the bend: pins in one line are joined first.
    static std::int32_t effort(Pt a, Pt b) {
        const std::int32_t dx = std::abs(a.x - b.x);
        const std::int32_t dy = std::abs(a.y - b.y);
        return dx + dy + (dx > 0 && dy > 0 ? 40 : 0);
    }
    static void appendLine(std::vector<Pt>& points, Pt a, Pt b) {
        const Pt d{(b.x > a.x) - (b.x < a.x), (b.y > a.y) - (b.y < a.y)};
        for (Pt q = a; q != b; q = {q.x + d.x * kGrid, q.y + d.y * kGrid})
            points.push_back(q);
        points.push_back(b);
    }

    void route(std::size_t c) {
        Cluster& cluster = m_clusters[c];
        Routed r = tryRoute(cluster, 2.0);
        cluster.paths = std::move(r.paths);
        m_left[c] = std::move(r.left);
    }

    void reroute(std::size_t c) {
        Cluster& cluster = m_clusters[c];
        takeBack(cluster);
        const auto old = cluster.paths;
        // What the old way costs today, with the others where they are now, is at most its price
        // then plus their crossings: laying anew decides.
        Routed r = tryRoute(cluster, 2.0);
        if (r.left.size() <= m_left[c].size()) {
            cluster.paths = std::move(r.paths);
            m_left[c] = std::move(r.left);
            return;
        }
        takeBackPaths(cluster.net, r.paths);
        for (const auto& path : old)
            m_router.lay(cluster.net, path);
    }

    void takeBack(const Cluster& cluster) { takeBackPaths(cluster.net, cluster.paths); }
    void takeBackPaths(std::uint32_t net, const std::vector<std::vector<Pt>>& paths) {
        if (paths.empty())
            return;
        // The router knows nets, not clusters: the others of this net are laid again.
        std::vector<std::vector<Pt>> keep;
        for (const Cluster& other : m_clusters)
            if (other.net == net && &other.paths != &paths)
                for (const auto& path : other.paths)
                    if (std::find(paths.begin(), paths.end(), path) == paths.end())
                        keep.push_back(path);
        m_router.remove(net);
        for (const auto& path : keep)
            m_router.lay(net, path);
        // Stubs of lone pins are no cluster's path.
        for (const auto& stubPath : m_stubs[net])
            m_router.lay(net, stubPath);
    }

    // --- names of wired nets ------------------------------------------------------------------
    void labelClusters() {
        for (std::size_t c = 0; c < m_clusters.size(); ++c) {
            Cluster& cluster = m_clusters[c];
            if (cluster.pins.size() < 2)
                continue;
            bool named = cluster.labelled;
            for (const Pt pin : m_left[c]) {
                // Not reached by a wire: by name, then, and the rest of the net as well.
                namePin(cluster.net, pin, leavingAt(cluster.net, pin));
                std::erase(cluster.pins, pin);
                named = true;
            }
            if (cluster.pins.size() == 1) {
                namePin(cluster.net, cluster.pins[0], leavingAt(cluster.net, cluster.pins[0]));
                continue;
            }
            const Net& net = m.nets[cluster.net];
            if (named ||
                (!automaticName(net.text) && !m_nameShown[cluster.net] && net.pins.size() > 2))
                nameCluster(cluster, named);
        }
    }

    void nameCluster(const Cluster& cluster, bool mustBe) {
        const std::uint32_t n = cluster.net;
        const Net& net = m.nets[n];
        std::vector<Pt> points;
        for (const auto& path : cluster.paths)
            for (std::size_t i = 1; i < path.size(); ++i)
                appendLine(points, path[i - 1], path[i]);
        for (const Pt q : cluster.pins)
            points.push_back(q);
        std::sort(points.begin(), points.end());
        points.erase(std::unique(points.begin(), points.end()), points.end());
        Box box;
        for (const Pt q : points)
            box.include(q);
        struct Choice {
            Pt at, direction;
            std::int32_t length, side;
        };
        double best = std::numeric_limits<double>::max();
        Choice choice{};
        for (const Pt q : points)
            for (const Pt dir : {Pt{1, 0}, Pt{-1, 0}, Pt{0, 1}, Pt{0, -1}}) {
                for (std::int32_t length = 10; length <= (net.port ? 60 : 30); length += kGrid) {
                    if (!m_router.free({q.x + dir.x * length, q.y + dir.y * length}, n))
                        break;
                    for (const std::int32_t side : {-1, 1}) {
                        if (dir.x == -side)
                            continue; // a flag does not point back over its stub
                        double cost = length / 10.0 + (dir.y != 0 ? 3 : 0);
                        if (net.input)
                            cost += (q.x - box.x0) / 20.0 + (side > 0 ? 12 : 0);
                        else if (net.output || !net.port)
                            cost += (box.x1 - q.x) / 20.0 + (side < 0 ? 12 : 0);
                        if (cost >= best)
                            continue;
                        const Label label =
                            nameLabel(n, {q.x + dir.x * length, q.y + dir.y * length}, {side, 0});
                        const Box flag = flagBox(label);
                        if (!clear(flag) || m_router.wireIn(flag, kNoNet))
                            continue;
                        best = cost;
                        choice = {q, dir, length, side};
                    }
                }
            }
        // On the wire itself, if it is long enough and not meant for the edge of the sheet.
        if (!net.port)
            for (const auto& path : cluster.paths)
                for (std::size_t i = 1; i < path.size(); ++i) {
                    Pt a = path[i - 1];
                    Pt b = path[i];
                    if (a.y != b.y)
                        continue;
                    if (a.x > b.x)
                        std::swap(a, b);
                    const std::int32_t w = textWidth(net.text);
                    for (std::int32_t x = a.x + kGrid; x < b.x; x += kGrid) {
                        const Box text{x - w / 2, a.y - 14, x + w / 2, a.y - 2};
                        if (text.x0 < a.x - 4 || text.x1 > b.x + 4 || !clear(text) ||
                            m_router.wireIn({text.x0 - 1, text.y0, text.x1 + 1, text.y1}, kNoNet) ||
                            !alone({x, a.y}, n))
                            continue;
                        const double cost = 0.5;
                        if (cost >= best)
                            continue;
                        best = cost;
                        choice = {{x, a.y}, {0, 0}, 0, 1};
                    }
                }
        if (best == std::numeric_limits<double>::max()) {
            if (mustBe)
                addLabel(nameLabel(n, cluster.pins[0], leavingAt(n, cluster.pins[0])), n);
            return;
        }
        m_nameShown[n] = true;
        const Pt end{choice.at.x + choice.direction.x * choice.length,
                     choice.at.y + choice.direction.y * choice.length};
        Label label = nameLabel(n, end, {choice.side, 0});
        if (choice.length == 0) {
            label.anchor = TextAnchor::Bottom;
            label.quarterTurns = 0;
            label.net = net.name;
            const std::int32_t w = textWidth(net.text);
            m_boxes.push_back({end.x - w / 2, end.y - 14, end.x + w / 2, end.y - 2});
            m_stops[n].push_back(end);
            m_doc.labels.push_back(std::move(label));
            return;
        }
        m_router.lay(n, {choice.at, end});
        m_stops[n].push_back(choice.at);
        addLabel(label, n);
    }

    /// No other net crosses here: a label would sit on both.
    bool alone(Pt q, std::uint32_t n) const {
        return !m_router.wireIn({q.x - 1, q.y - 1, q.x + 1, q.y + 1}, n);
    }

    void emitWires() {
        std::map<Pt, int> meeting;
        for (std::uint32_t n = 0; n < m.nets.size(); ++n) {
            std::vector<Pt> stops = m_stops[n];
            for (const PinRef& ref : m.nets[n].pins) {
                stops.push_back(p.pinAt(ref));
                ++meeting[p.pinAt(ref)];
            }
            for (const auto& s : m_router.segments(n, stops)) {
                m_doc.wires.push_back({s.a, s.b, m.nets[n].name});
                ++meeting[s.a];
                ++meeting[s.b];
            }
        }
        for (const auto& [at, count] : meeting)
            if (count >= 3)
                m_doc.junctions.push_back(at);
    }

    const Model& m;
    const Placement& p;
    WiringOptions m_options;
    const StopToken& m_stop;
    Router m_router;
    SchematicDoc m_doc;
    std::vector<Box> m_boxes; ///< bodies, texts and labels: no further text may cover them
    std::map<std::uint32_t, std::vector<Pt>> m_stops;
    std::map<std::uint32_t, std::vector<std::vector<Pt>>> m_stubs;
    std::map<std::uint32_t, bool> m_nameShown;
    bool m_named = false; ///< too many terminals to wire: names everywhere
    std::map<std::size_t, std::vector<Pt>> m_left;
    std::vector<Cluster> m_clusters;
};

} // namespace

SchematicDoc wire(const Model& model, const Placement& placement, const WiringOptions& options,
                  const StopToken& stop) {
    return Wirer(model, placement, options, stop).run();
}

} // namespace ohm::schematic::draw
