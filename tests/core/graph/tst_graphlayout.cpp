// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/coarsen.h"
#include "core/graph/components.h"
#include "core/graph/layout.h"
#include "core/graph/quicklayout.h"
#include "core/graph/repulsion.h"

#include <QElapsedTimer>
#include <QTest>

#include <clocale>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <thread>

using namespace ohm;
using namespace ohm::graph;

namespace {

using Edges = std::vector<std::uint32_t>;

Edges grid(std::uint32_t width, std::uint32_t height) {
    Edges edges;
    for (std::uint32_t y = 0; y < height; ++y)
        for (std::uint32_t x = 0; x < width; ++x) {
            const std::uint32_t at = y * width + x;
            if (x + 1 < width)
                edges.insert(edges.end(), {at, at + 1});
            if (y + 1 < height)
                edges.insert(edges.end(), {at, at + width});
        }
    return edges;
}

double distance(const Point& a, const Point& b) {
    return std::hypot(double(a.x) - b.x, double(a.y) - b.y);
}

void checkPlaced(const std::vector<Point>& points, std::size_t nodes) {
    QCOMPARE(points.size(), nodes);
    float minX = std::numeric_limits<float>::max();
    float minY = minX;
    for (const Point& p : points) {
        QVERIFY(std::isfinite(p.x) && std::isfinite(p.y));
        minX = std::min(minX, p.x);
        minY = std::min(minY, p.y);
    }
    if (nodes > 0) {
        QVERIFY(std::abs(minX) < 1e-2f);
        QVERIFY(std::abs(minY) < 1e-2f);
    }
}

bool same(const std::vector<Point>& a, const std::vector<Point>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Point& p, const Point& q) { return p.x == q.x && p.y == q.y; });
}

class Recorder : public ProgressSink {
public:
    void report(double fraction, const std::string&) override {
        QVERIFY(fraction >= 0 && fraction <= 1);
        monotonous = monotonous && fraction >= last;
        last = fraction;
        ++calls;
        if (stopAfter > 0 && calls == stopAfter)
            source.requestStop();
    }
    double last = 0;
    int calls = 0;
    int stopAfter = 0;
    bool monotonous = true;
    StopSource source;
};

} // namespace

class TestGraphLayout : public QObject {
    Q_OBJECT

private slots:
    void engines_data() {
        QTest::addColumn<int>("engine");
        QTest::newRow("auto") << int(LayoutEngine::Auto);
        QTest::newRow("neato") << int(LayoutEngine::Neato);
        QTest::newRow("sfdp") << int(LayoutEngine::Sfdp);
        QTest::newRow("dot") << int(LayoutEngine::Dot);
        QTest::newRow("quick") << int(LayoutEngine::Quick);
    }
    void engines() {
        QFETCH(int, engine);
        const auto e = static_cast<LayoutEngine>(engine);
        const Edges edges = grid(7, 9);
        const auto first = layoutGraph(63, edges, e);
        QVERIFY(first.ok());
        checkPlaced(*first, 63);
        const auto second = layoutGraph(63, edges, e);
        QVERIFY(second.ok());
        QVERIFY2(same(*first, *second), "the layout differs from run to run");
        double sum = 0;
        for (std::size_t k = 0; k < edges.size(); k += 2)
            sum += distance((*first)[edges[k]], (*first)[edges[k + 1]]);
        const double mean = sum / (double(edges.size()) / 2);
        QVERIFY2(mean > 8 && mean < 120, qPrintable(QString::number(mean)));
        // Neighbours lie nearer than opposite corners.
        QVERIFY(distance((*first)[0], (*first)[62]) > 2.5 * mean);
    }

    void small_data() { engines_data(); }
    void small() {
        QFETCH(int, engine);
        const auto e = static_cast<LayoutEngine>(engine);
        const auto none = layoutGraph(0, {}, e);
        QVERIFY(none.ok() && none->empty());
        const auto one = layoutGraph(1, {}, e);
        QVERIFY(one.ok());
        checkPlaced(*one, 1);
        const Edges pair{0, 1};
        const auto two = layoutGraph(2, pair, e);
        QVERIFY(two.ok());
        checkPlaced(*two, 2);
        QVERIFY(distance((*two)[0], (*two)[1]) > 5);
        // Loops, repeats and edges to nowhere are not edges.
        const Edges odd{0, 0, 0, 1, 1, 0, 0, 1, 3, 17, 2, 3, 3, 4, 4, 2, 4, 5};
        const auto six = layoutGraph(6, odd, e);
        QVERIFY(six.ok());
        checkPlaced(*six, 6);
        const auto strangers = layoutGraph(5, {}, e);
        QVERIFY(strangers.ok());
        checkPlaced(*strangers, 5);
        for (std::size_t i = 0; i < 5; ++i)
            for (std::size_t k = i + 1; k < 5; ++k)
                QVERIFY(distance((*strangers)[i], (*strangers)[k]) > 5);
    }

    void componentsAreKeptApart() {
        Edges edges;
        for (std::uint32_t c = 0; c < 12; ++c) // rings of 10
            for (std::uint32_t i = 0; i < 10; ++i)
                edges.insert(edges.end(), {c * 10 + i, c * 10 + (i + 1) % 10});
        const auto placed = layoutGraph(120, edges);
        QVERIFY(placed.ok());
        checkPlaced(*placed, 120);
        struct Box {
            float l = 1e9f, t = 1e9f, r = -1e9f, b = -1e9f;
        };
        std::vector<Box> boxes(12);
        for (std::size_t i = 0; i < 120; ++i) {
            Box& box = boxes[i / 10];
            const Point& p = (*placed)[i];
            box = {std::min(box.l, p.x), std::min(box.t, p.y), std::max(box.r, p.x),
                   std::max(box.b, p.y)};
        }
        for (std::size_t i = 0; i < 12; ++i)
            for (std::size_t k = i + 1; k < 12; ++k)
                QVERIFY(boxes[i].r < boxes[k].l || boxes[k].r < boxes[i].l ||
                        boxes[i].b < boxes[k].t || boxes[k].b < boxes[i].t);
    }

    void manyComponents() {
        Edges edges;
        for (std::uint32_t i = 0; i < 20000; ++i)
            edges.insert(edges.end(), {2 * i, 2 * i + 1});
        const auto placed = layoutGraph(40000, edges);
        QVERIFY(placed.ok());
        checkPlaced(*placed, 40000);
        std::set<std::pair<float, float>> places;
        for (const Point& p : *placed)
            places.insert({p.x, p.y});
        QCOMPARE(places.size(), std::size_t(40000));
    }

    void splitting() {
        const Edges edges{3, 1, 1, 3, 5, 5, 0, 2, 2, 4, 9, 1};
        const auto components = splitComponents(6, edges);
        QCOMPARE(components.size(), std::size_t(3));
        QVERIFY((components[0].nodes == std::vector<std::uint32_t>{0, 2, 4}));
        QVERIFY((components[0].edges == Edges{0, 1, 1, 2}));
        QVERIFY((components[1].nodes == std::vector<std::uint32_t>{1, 3}));
        QVERIFY((components[1].edges == Edges{0, 1}));
        QVERIFY((components[2].nodes == std::vector<std::uint32_t>{5}));
    }

    void separating() {
        std::vector<Point> points(40, Point{5, 5});
        points.push_back({500, 500});
        separateNodes(points, 10);
        QCOMPARE(points.back().x, 500.0f);
        for (std::size_t i = 0; i < 40; ++i)
            for (std::size_t k = i + 1; k < 40; ++k)
                QVERIFY(distance(points[i], points[k]) > 2);
    }

    void quickUnfoldsAGrid() {
        // The drawing of a grid keeps its distances: opposite corners are as far apart as they are.
        constexpr std::uint32_t kSide = 40;
        const auto placed = quickLayout(kSide * kSide, grid(kSide, kSide));
        QVERIFY(placed.ok());
        const auto& p = *placed;
        const double edge = distance(p[kSide * 20 + 20], p[kSide * 20 + 21]);
        const double diagonal = distance(p[0], p[kSide * kSide - 1]);
        const double other = distance(p[kSide - 1], p[kSide * (kSide - 1)]);
        QVERIFY2(diagonal > 20 * edge && other > 20 * edge, "folded");
        QVERIFY(diagonal / other > 0.6 && diagonal / other < 1.7);
    }

    void sameForAnyNumberOfThreads() {
        const Edges edges = grid(90, 50);
        QuickOptions one;
        one.threads = 1;
        QuickOptions four;
        four.threads = 4;
        const auto a = quickLayout(4500, edges, one);
        const auto b = quickLayout(4500, edges, four);
        QVERIFY(a.ok() && b.ok());
        QVERIFY(same(*a, *b));
        QuickOptions other = one;
        other.seed = 2;
        const auto c = quickLayout(4500, edges, other);
        QVERIFY(c.ok() && !same(*a, *c));
    }

    void previewAndProgress() {
        const Edges edges = grid(80, 80);
        Recorder recorder;
        QuickOptions options;
        int previews = 0;
        options.preview = [&](std::span<const Point> points) {
            ++previews;
            QCOMPARE(points.size(), std::size_t(6400));
        };
        const auto placed = quickLayout(6400, edges, options, {}, recorder);
        QVERIFY(placed.ok());
        QVERIFY(recorder.calls > 20);
        QVERIFY(recorder.monotonous);
        QVERIFY(recorder.last > 0.9);
        Q_UNUSED(previews) // how many depends on the machine's speed
    }

    void stops() {
        const Edges edges = grid(100, 100);
        Recorder recorder;
        recorder.stopAfter = 40;
        const auto placed =
            layoutGraph(10000, edges, LayoutEngine::Quick, recorder.source.token(), recorder);
        QVERIFY(!placed.ok());
        QCOMPARE(placed.error().code, std::string("GRAPH-002"));
        QVERIFY(recorder.calls <= 41);

        StopSource stopped;
        stopped.requestStop();
        for (LayoutEngine engine : {LayoutEngine::Auto, LayoutEngine::Neato, LayoutEngine::Quick}) {
            const auto nothing = layoutGraph(63, grid(7, 9), engine, stopped.token());
            QVERIFY(!nothing.ok());
            QCOMPARE(nothing.error().code, std::string("GRAPH-002"));
        }
    }

    void stopsSoonFromAnotherThread() {
        const Edges edges = grid(300, 200);
        StopSource source;
        Expected<std::vector<Point>> result = fail("", "");
        std::jthread worker(
            [&] { result = layoutGraph(60000, edges, LayoutEngine::Quick, source.token()); });
        QTest::qWait(150);
        source.requestStop();
        QElapsedTimer clock;
        clock.start();
        worker.join();
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, std::string("GRAPH-002"));
        QVERIFY2(clock.elapsed() < 5000, "stopping took seconds"); // far above any real figure
    }

    void tooLargeForGraphviz() {
        const auto placed = layoutGraph(3600, grid(60, 60), LayoutEngine::Neato);
        QVERIFY(!placed.ok());
        QCOMPARE(placed.error().code, std::string("GRAPH-003"));
        QVERIFY(!placed.error().hint.empty());
    }

    void refinesFromAStart() {
        const Edges edges = grid(30, 30);
        const auto first = quickLayout(900, edges);
        QVERIFY(first.ok());
        const auto second = layoutGraph(900, edges, LayoutEngine::Quick, {}, noProgress(), *first);
        QVERIFY(second.ok());
        checkPlaced(*second, 900);
        // It keeps its shape: on average a node moves a small part of the drawing's size.
        double moved = 0;
        for (std::size_t i = 0; i < 900; ++i)
            moved += distance((*first)[i], (*second)[i]) / 900;
        const double size = distance((*first)[0], (*first)[899]);
        QVERIFY2(moved < 0.12 * size, qPrintable(QString::number(moved / size)));
        std::vector<Point> bad(900, Point{std::nanf(""), 0});
        const auto third = layoutGraph(900, edges, LayoutEngine::Quick, {}, noProgress(), bad);
        QVERIFY(third.ok());
        checkPlaced(*third, 900);
    }

    void hubsDoNotCollapse() {
        // A chain whose every node also hangs on one hub: drawn along the chain, not in one spot.
        Edges edges;
        constexpr std::uint32_t kChain = 1200;
        for (std::uint32_t i = 0; i < kChain; ++i) {
            if (i + 1 < kChain)
                edges.insert(edges.end(), {i, i + 1});
            edges.insert(edges.end(), {i, kChain});
        }
        const auto placed = quickLayout(kChain + 1, edges);
        QVERIFY(placed.ok());
        double edge = 0;
        for (std::uint32_t i = 0; i + 1 < kChain; ++i)
            edge += distance((*placed)[i], (*placed)[i + 1]) / (kChain - 1);
        std::vector<double> radius;
        for (std::uint32_t i = 0; i < kChain; ++i)
            radius.push_back(distance((*placed)[i], (*placed)[kChain]));
        std::sort(radius.begin(), radius.end());
        QVERIFY(radius[kChain / 2] > 5 * edge);
    }

    void starAndClique() {
        Edges star;
        for (std::uint32_t i = 1; i < 6000; ++i)
            star.insert(star.end(), {0, i});
        const auto a = layoutGraph(6000, star);
        QVERIFY(a.ok());
        checkPlaced(*a, 6000);
        Edges clique;
        for (std::uint32_t i = 0; i < 300; ++i)
            for (std::uint32_t k = i + 1; k < 300; ++k)
                clique.insert(clique.end(), {i, k});
        const auto b = layoutGraph(300, clique);
        QVERIFY(b.ok());
        checkPlaced(*b, 300);
    }

    void commaLocale() {
        const Edges edges = grid(5, 5);
        const auto plain = layoutGraph(25, edges, LayoutEngine::Neato);
        const char* found = std::setlocale(LC_ALL, "de_DE.UTF-8");
        if (!found)
            found = std::setlocale(LC_ALL, "fr_FR.UTF-8");
        if (!found)
            QSKIP("no locale with a decimal comma is installed");
        const auto comma = layoutGraph(25, edges, LayoutEngine::Neato);
        std::setlocale(LC_ALL, "C");
        QVERIFY(plain.ok() && comma.ok());
        QVERIFY(same(*plain, *comma));
    }

    void severalThreadsTakeTurns() {
        const Edges edges = grid(6, 6);
        const auto expected = layoutGraph(36, edges, LayoutEngine::Neato);
        QVERIFY(expected.ok());
        std::vector<int> good(4, 0);
        {
            std::vector<std::jthread> pool;
            for (std::size_t t = 0; t < good.size(); ++t)
                pool.emplace_back([&, t] {
                    for (int i = 0; i < 3; ++i) {
                        const auto placed = layoutGraph(36, edges, LayoutEngine::Neato);
                        good[t] += placed.ok() && same(*placed, *expected) ? 1 : 0;
                    }
                });
        }
        QVERIFY(std::all_of(good.begin(), good.end(), [](int n) { return n == 3; }));
    }

    void repulsionIsRight() {
        // Against the plain sum over all pairs.
        Random random(7);
        std::vector<Point> points(3000);
        std::vector<float> masses(3000);
        for (std::size_t i = 0; i < points.size(); ++i) {
            points[i] = {random.uniform() * 1000, random.uniform() * 400};
            masses[i] = 1 + std::floor(random.uniform() * 3);
        }
        std::vector<Point> forces(points.size());
        Repulsion(0.7f, 2).compute(points, masses, 0.01f, forces, {});
        double error = 0;
        double size = 0;
        for (std::size_t i = 0; i < points.size(); i += 37) {
            double fx = 0, fy = 0;
            for (std::size_t k = 0; k < points.size(); ++k) {
                const double dx = points[i].x - points[k].x;
                const double dy = points[i].y - points[k].y;
                const double w = masses[k] / (dx * dx + dy * dy + 0.01);
                fx += dx * w;
                fy += dy * w;
            }
            error += std::hypot(fx - forces[i].x, fy - forces[i].y);
            size += std::hypot(fx, fy);
        }
        QVERIFY2(error / size < 0.02, qPrintable(QString::number(error / size)));
    }

    void coarseningShrinks() {
        SpringGraph graph = springGraph(2500, grid(50, 50));
        float mass = 2500;
        while (graph.size() > 50) {
            std::vector<std::uint32_t> parent;
            SpringGraph coarse = coarsen(graph, 3, parent);
            QCOMPARE(parent.size(), graph.size());
            QVERIFY(coarse.size() < graph.size() * 7 / 10);
            QCOMPARE(std::accumulate(coarse.masses.begin(), coarse.masses.end(), 0.0f), mass);
            for (std::uint32_t u = 0; u < coarse.size(); ++u) {
                std::set<std::uint32_t> seen;
                for (std::uint32_t k = coarse.rows[u]; k < coarse.rows[u + 1]; ++k) {
                    QVERIFY(coarse.columns[k] != u && coarse.columns[k] < coarse.size());
                    QVERIFY(seen.insert(coarse.columns[k]).second);
                }
            }
            graph = std::move(coarse);
        }
    }
};

QTEST_GUILESS_MAIN(TestGraphLayout)
#include "tst_graphlayout.moc"
