// SPDX-License-Identifier: GPL-3.0-or-later
// Frames of the graph view (1200 x 800, software raster, offscreen): a device of four terminals per
// place of a grid, each tied to nets around it and one to a common supply.
#include "widgets/graph/graphview.h"

#include <QApplication>
#include <QImage>
#include <QKeyEvent>
#include <QWheelEvent>

#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>

namespace {

using namespace ohm::widgets;

std::shared_ptr<GraphScene> makeScene(std::uint32_t nodes) {
    auto scene = std::make_shared<GraphScene>();
    scene->kinds = {{QStringLiteral("Net"), 0, GraphScene::Kind::Marker::Square, 5},
                    {QStringLiteral("MOSFET terminal"), 1, GraphScene::Kind::Marker::Disc, 4}};
    scene->label = [](std::uint32_t node) { return QStringLiteral("node %1").arg(node); };
    const auto side = static_cast<std::uint32_t>(std::sqrt(nodes / 5.0));
    const auto put = [&](float x, float y, std::uint8_t kind, std::uint32_t group) {
        scene->x.push_back(x);
        scene->y.push_back(y);
        scene->kind.push_back(kind);
        scene->group.push_back(group);
    };
    for (std::uint32_t row = 0; row < side; ++row) {
        for (std::uint32_t column = 0; column < side; ++column) {
            const std::uint32_t place = row * side + column;
            const std::uint32_t first = place * 5;
            const float x = 70.0f * static_cast<float>(column);
            const float y = 70.0f * static_cast<float>(row);
            put(x, y, 0, GraphScene::kNoGroup);
            put(x + 25, y + 5, 1, place);
            put(x + 25, y + 25, 1, place);
            put(x + 45, y + 5, 1, place);
            put(x + 45, y + 25, 1, place);
            for (std::uint32_t i = 1; i < 5; ++i)
                for (std::uint32_t k = i + 1; k < 5; ++k)
                    scene->edges.insert(scene->edges.end(), {first + i, first + k});
            scene->edges.insert(scene->edges.end(), {first, first + 1, first, first + 2});
            if (column + 1 < side)
                scene->edges.insert(scene->edges.end(), {first + 3, first + 5});
            scene->edges.insert(scene->edges.end(), {first + 4, (side / 2 * side + side / 2) * 5});
        }
    }
    return scene;
}

struct Fixture {
    explicit Fixture(std::int64_t nodes)
        : image(1200, 800, QImage::Format_ARGB32_Premultiplied) {
        view.resize(1200, 800);
        view.setScene(makeScene(static_cast<std::uint32_t>(nodes)));
        frame();
    }
    void frame() { static_cast<QWidget&>(view).render(&image); }
    void wheel(int delta) {
        QWheelEvent event(QPointF(600, 400), QPointF(600, 400), {}, QPoint(0, delta), Qt::NoButton,
                          {}, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&view, &event);
    }
    void key(int code) {
        QKeyEvent event(QEvent::KeyPress, code, Qt::NoModifier);
        QCoreApplication::sendEvent(&view, &event);
    }
    GraphView view;
    QImage image;
};

void sceneSet(benchmark::State& state) {
    const auto scene = makeScene(static_cast<std::uint32_t>(state.range(0)));
    GraphView view;
    view.resize(1200, 800);
    for (auto _ : state)
        view.setScene(scene);
}
BENCHMARK(sceneSet)->Arg(10000)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

void wholeDrawnAnew(benchmark::State& state) {
    Fixture f(state.range(0));
    for (auto _ : state) {
        f.view.setKindVisible(0, true); // drops what is cached
        f.frame();
    }
}
BENCHMARK(wholeDrawnAnew)
    ->Arg(1000)
    ->Arg(10000)
    ->Arg(100000)
    ->Arg(1000000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void wholePan(benchmark::State& state) {
    Fixture f(state.range(0));
    int turn = 0;
    for (auto _ : state) {
        f.key(++turn % 2 ? Qt::Key_Left : Qt::Key_Right);
        f.frame();
    }
}
BENCHMARK(wholePan)
    ->Arg(1000)
    ->Arg(10000)
    ->Arg(100000)
    ->Arg(1000000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void wholeZoom(benchmark::State& state) {
    Fixture f(state.range(0));
    int turn = 0;
    for (auto _ : state) {
        f.wheel(++turn % 2 ? 30 : -30);
        f.frame();
    }
}
BENCHMARK(wholeZoom)
    ->Arg(1000)
    ->Arg(10000)
    ->Arg(100000)
    ->Arg(1000000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void closePan(benchmark::State& state) { // about one hundredth of the scene
    Fixture f(state.range(0));
    const double fitted = f.view.zoom();
    while (f.view.zoom() < 10 * fitted)
        f.wheel(120);
    f.frame();
    int turn = 0;
    for (auto _ : state) {
        f.key(++turn % 2 ? Qt::Key_Left : Qt::Key_Right);
        f.frame();
    }
}
BENCHMARK(closePan)
    ->Arg(10000)
    ->Arg(100000)
    ->Arg(1000000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void labelledPan(benchmark::State& state) { // so close that nodes carry marks, labels and hulls
    Fixture f(state.range(0));
    while (f.view.zoom() < 1.2)
        f.wheel(60);
    f.frame();
    int turn = 0;
    for (auto _ : state) {
        f.key(++turn % 2 ? Qt::Key_Left : Qt::Key_Right);
        f.frame();
    }
}
BENCHMARK(labelledPan)->Arg(100000)->Unit(benchmark::kMillisecond)->UseRealTime();

void hover(benchmark::State& state) {
    Fixture f(state.range(0));
    std::int64_t node = 0;
    for (auto _ : state) {
        node = (node + 7919) % state.range(0);
        benchmark::DoNotOptimize(
            f.view.nodeAt(f.view.positionOf(static_cast<std::uint32_t>(node))));
        f.view.setHover(node);
        f.frame();
    }
}
BENCHMARK(hover)->Arg(100000)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
