// SPDX-License-Identifier: GPL-3.0-or-later
// Frames of the scatter view (1200 x 800, software raster, offscreen) and what the pointer costs.
#include "widgets/scatter/scatterview.h"

#include <QApplication>
#include <QImage>
#include <QKeyEvent>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <random>

namespace {

using ohm::widgets::ScatterView;

struct Fixture {
    explicit Fixture(std::int64_t points)
        : view(QStringLiteral("bench"))
        , image(1200, 800, QImage::Format_RGB32) {
        std::mt19937_64 random(1);
        std::normal_distribution<float> normal;
        std::vector<float> xy(static_cast<std::size_t>(points) * 2);
        for (float& v : xy)
            v = 30 * normal(random);
        view.resize(1200, 800);
        view.setPoints(xy);
        QVector<QRgb> colours(points);
        for (qsizetype i = 0; i < colours.size(); ++i)
            colours[i] = ohm::widgets::rampColour(static_cast<double>(i) / points, false).rgb();
        view.setColours(colours, {});
        frame();
    }
    void frame() { view.render(&image); }
    void key(int key) {
        QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier);
        QApplication::sendEvent(&view, &event);
    }
    ScatterView view;
    QImage image;
};

void pan(benchmark::State& state) {
    Fixture f(state.range(0));
    bool right = false;
    for (auto _ : state) {
        f.key(right ? Qt::Key_Right : Qt::Key_Left);
        right = !right;
        f.frame();
    }
}
void zoom(benchmark::State& state) {
    Fixture f(state.range(0));
    bool in = false;
    for (auto _ : state) {
        f.key(in ? Qt::Key_Plus : Qt::Key_Minus);
        in = !in;
        f.frame();
    }
}
void hover(benchmark::State& state) {
    Fixture f(state.range(0));
    double at = 0;
    for (auto _ : state) {
        at += 37;
        benchmark::DoNotOptimize(
            f.view.pointAt(QPointF(std::fmod(at, 1200), std::fmod(at * 1.7, 800))));
        f.frame(); // the ring around the point
    }
}

} // namespace

BENCHMARK(pan)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(zoom)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(hover)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

int main(int argc, char** argv) {
    ::setenv("QT_QPA_PLATFORM", "offscreen", 0);
    QApplication app(argc, argv);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
