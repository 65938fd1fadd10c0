// SPDX-License-Identifier: GPL-3.0-or-later
// Clips, optics and images: against definitions, the clear field and the known answers of real
// kernels and clips.
#include "core/dataset/mapset.h"
#include "core/litho/simulate.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <map>
#include <numbers>
#include <random>

using namespace ohm::litho;
using namespace std::string_literals;
using Complex = std::complex<double>;

namespace {

std::filesystem::path sharedLitho() {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    const QString base = given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given;
    const QString path = base + QStringLiteral("/data/litho");
    return QFileInfo::exists(path) ? std::filesystem::path(path.toStdString())
                                   : std::filesystem::path();
}

const char* const kClip = R"(BEGIN /* made for this test */
EQUIV  1  1000  MICRON  +X,+Y
CNAME Temp_Top
LEVEL M1

CELL Temp_Top PRIME
   RECT N M1  0 0 300 100
   PGON N M1  500 0 700 0 700 400 600 400
     600 100 500 100
ENDMSG
)";

std::string gridText(const std::vector<Rect>& rects, int w, int h) {
    std::string text(static_cast<std::size_t>(w * h), '0');
    for (const Rect& r : rects) {
        for (int y = std::max(0, r.y0); y < std::min(h, r.y1); ++y) {
            for (int x = std::max(0, r.x0); x < std::min(w, r.x1); ++x)
                ++text[static_cast<std::size_t>(y * w + x)];
        }
    }
    return text;
}

/// A small lens whose arithmetic can be repeated by hand.
Optics smallOptics() {
    Lens lens;
    lens.wavelength = 500;
    lens.aperture = 0.9;
    lens.index = 1;
    lens.count = 200;
    return *opticsOf(lens);
}

} // namespace

class TestLitho : public QObject {
    Q_OBJECT
private slots:
    void aClip() {
        const auto clip = readClip(kClip, "AND2_X4__0_0");
        QVERIFY2(clip.ok(), clip.ok() ? "" : clip.error().message().c_str());
        QCOMPARE(clip->family, "AND2_X4"s);
        QCOMPARE(clip->shapes.size(), std::size_t{2});
        QCOMPARE(clip->bounds, (Rect{0, 0, 700, 400}));
        const auto cover = coverOf(*clip);
        QVERIFY(cover.ok());
        double area = 0;
        for (const Rect& r : *cover)
            area += (r.x1 - r.x0) * (r.y1 - r.y0);
        QCOMPARE(area, 30000.0 + 20000 + 30000);
        const auto shift = centring(*clip);
        QCOMPARE((*shift)[0], 674);
        QCOMPARE((*shift)[1], 824);
    }
    void brokenClips_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* text, const char* code) {
            QTest::newRow(text) << QByteArray(text) << QString::fromLatin1(code);
        };
        row("", "LITHO-001");
        row("CELL x PRIME", "LITHO-001");
        row("RECT N M1 0 0 10", "LITHO-001");
        row("RECT N M1 0 0 10 0", "LITHO-001");
        row("RECT N M1 0 0 10 99999999999", "LITHO-001");
        row("RECT N M1 0 0 10 x", "LITHO-001");
        row("PGON N M1 0 0 10 0 10", "LITHO-001");
        row("PGON N M1 0 0 10 0", "LITHO-001");
        row("PGON N M1 0 0 10 0 10 10 5 20", "LITHO-002");
        row("PGON N M1 0 0 10 0 10 10 0 10 5 5 5 0", "LITHO-002");
    }
    void brokenClips() {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        const auto clip = readClip(text.toStdString(), "x");
        QVERIFY(!clip.ok());
        QCOMPARE(QString::fromStdString(clip.error().code), code);
    }
    void tooMuchIsRefused() {
        std::string many = "PGON N M1";
        for (int i = 0; i < 20000; ++i)
            many += " 0 0";
        QCOMPARE(readClip(many, "x").error().code, "LITHO-003"s);
        const auto wide = readClip("RECT N M1 0 0 3000 10", "x");
        QCOMPARE(centring(*wide).error().code, "LITHO-004"s);
        QCOMPARE(coverOf(*wide, -1).error().code, "LITHO-020"s);
        QCOMPARE(coverOf(*wide, 501).error().code, "LITHO-020"s);
    }
    void coversAreUnionsWithoutOverlap() {
        std::mt19937 random(11);
        for (int round = 0; round < 40; ++round) {
            std::string text;
            std::vector<Rect> drawn;
            for (int k = 0; k < 6; ++k) {
                const Rect r{static_cast<int>(random() % 40) + 10,
                             static_cast<int>(random() % 40) + 10, 0, 0};
                const int w = static_cast<int>(random() % 15) + 1;
                const int h = static_cast<int>(random() % 15) + 1;
                text += "RECT N M1 " + std::to_string(r.x0) + " " + std::to_string(r.y0) + " " +
                        std::to_string(w) + " " + std::to_string(h) + "\n";
                drawn.push_back({r.x0, r.y0, r.x0 + w, r.y0 + h});
            }
            const auto clip = readClip(text, "x");
            for (const int bias : {0, 1, 7}) {
                std::vector<Rect> grown = drawn;
                for (Rect& r : grown)
                    r = {r.x0 - bias, r.y0 - bias, r.x1 + bias, r.y1 + bias};
                std::string expected = gridText(grown, 80, 80);
                for (char& c : expected)
                    c = c == '0' ? '0' : '1';
                QCOMPARE(gridText(*coverOf(*clip, bias), 80, 80), expected);
            }
        }
    }
    void rastersKeepTheArea() {
        const auto clip = readClip(kClip, "x");
        const auto cover = coverOf(*clip, 3);
        double area = 0;
        for (const Rect& r : *cover)
            area += (r.x1 - r.x0) * (r.y1 - r.y0);
        for (const int side : {128, 256, 2048}) {
            const auto raster = rasterOf(*cover, 1900, -201, side); // over the edges of the field
            double sum = 0;
            for (const float value : raster) {
                QVERIFY(value >= 0 && value <= 1.0001F);
                sum += static_cast<double>(value);
            }
            const double pixel = 2048.0 / side;
            QVERIFY(std::abs(sum * pixel * pixel - area) < area * 1e-5);
        }
    }
    void spectraAreDiscreteFourierSums() {
        const auto clip = readClip(kClip, "x");
        const auto cover = coverOf(*clip);
        const int half = 9;
        const MaskSpectrum exact = spectrumOf(*cover, 674, 824, half);
        const MaskSpectrum raster = spectrumOf(rasterOf(*cover, 674, 824, kField), half);
        for (std::size_t i = 0; i < exact.values.size(); ++i)
            QVERIFY(std::abs(exact.values[i] - raster.values[i]) < 1e-12);
        // One coefficient by its definition.
        const int fx = -5, fy = 8;
        Complex sum = 0;
        for (const Rect& r : *cover) {
            for (int y = r.y0 + 824; y < r.y1 + 824; ++y) {
                for (int x = r.x0 + 674; x < r.x1 + 674; ++x)
                    sum += std::polar(1.0, -2 * std::numbers::pi * (fy * y + fx * x) / kField);
            }
        }
        sum /= static_cast<double>(kField) * kField;
        QVERIFY(std::abs(sum - exact.values[static_cast<std::size_t>((fy + half) * (2 * half + 1) +
                                                                     fx + half)]) < 1e-10);
    }
    void kernelsOfALens() {
        const Optics optics = smallOptics();
        const auto n = static_cast<std::size_t>(optics.width() * optics.width());
        QVERIFY(std::is_sorted(optics.scales.rbegin(), optics.scales.rend()));
        for (std::size_t a = 0; a < 6; ++a) { // orthonormal
            for (std::size_t b = 0; b <= a; ++b) {
                Complex dot = 0;
                for (std::size_t i = 0; i < n; ++i)
                    dot += std::conj(optics.kernels[a * n + i]) * optics.kernels[b * n + i];
                QVERIFY(std::abs(dot - (a == b ? 1.0 : 0.0)) < 1e-9);
            }
        }
        // All of them together let a clear field through unchanged.
        QVERIFY(std::abs(optics.clearField() - 1) < 1e-9);
        Lens fine;
        const auto immersion = opticsOf(fine);
        QVERIFY(immersion.ok());
        QCOMPARE(immersion->count, 24);
        QVERIFY(immersion->clearField() > 0.85 && immersion->clearField() <= 1);
        fine.defocus = 60;
        const auto blurred = opticsOf(fine);
        QVERIFY(blurred.ok());
        Lens none;
        none.innerSigma = 0.9;
        QCOMPARE(opticsOf(none).error().code, "LITHO-012"s);
        none = {};
        none.wavelength = 13.5;
        QCOMPARE(opticsOf(none).error().code, "LITHO-012"s);
    }
    void imagesBySummingDirectly() {
        // The formula taken literally, at some places, against the fast way on two grids.
        const Optics optics = smallOptics();
        const auto clip = readClip(kClip, "x");
        const auto cover = coverOf(*clip, 40);
        const MaskSpectrum mask = spectrumOf(*cover, 674, 824, optics.half);
        const auto n = static_cast<std::size_t>(optics.width());
        const auto direct = [&](double x, double y) {
            double sum = 0;
            for (std::size_t k = 0; k < static_cast<std::size_t>(optics.count); ++k) {
                Complex e = 0;
                for (int fy = -optics.half; fy <= optics.half; ++fy) {
                    for (int fx = -optics.half; fx <= optics.half; ++fx) {
                        const std::size_t at = static_cast<std::size_t>(fy + optics.half) * n +
                                               static_cast<std::size_t>(fx + optics.half);
                        e += optics.kernels[k * n * n + at] * mask.values[at] *
                             std::polar(1.0, 2 * std::numbers::pi * (fy * y + fx * x) / kField);
                    }
                }
                sum += optics.scales[k] * std::norm(e);
            }
            return sum;
        };
        for (const int side : {128, 512, 2048}) {
            auto imager = Imager::create(optics, side);
            QVERIFY(imager.ok());
            const auto image = imager->image(mask);
            const double pixel = 2048.0 / side;
            std::mt19937 random(5);
            for (int k = 0; k < 20; ++k) {
                const auto i = static_cast<std::size_t>(random()) % static_cast<std::size_t>(side);
                const auto j = static_cast<std::size_t>(random()) % static_cast<std::size_t>(side);
                const double x = (static_cast<double>(i) + 0.5) * pixel - 0.5;
                const double y = (static_cast<double>(j) + 0.5) * pixel - 0.5;
                const double want = direct(x, y);
                QVERIFY(std::abs(image[j * static_cast<std::size_t>(side) + i] - want) < 1e-12);
                QVERIFY(std::abs(imager->valueAt(x, y) - want) < 1e-12);
            }
        }
        QCOMPARE(Imager::create(optics, 100).error().code, "LITHO-022"s);
        QCOMPARE(Imager::create(optics, 4096).error().code, "LITHO-022"s);
        QCOMPARE(Imager::create(optics, 64).error().code, "LITHO-022"s);
    }
    void brokenKernels() {
        QTemporaryDir folder;
        const auto write = [&](const char* name, const QByteArray& bytes) {
            QFile file(folder.filePath(QString::fromLatin1(name)));
            if (file.open(QIODevice::WriteOnly))
                file.write(bytes);
            return std::filesystem::path(folder.filePath(QString::fromLatin1(name)).toStdString());
        };
        const QByteArray two(2 * 9 * 8, '\0');
        QVERIFY(readOptics(write("k", two), write("s", QByteArray(8, '\0'))).ok());
        const auto code = [&](const QByteArray& kernels, const QByteArray& scales) {
            return readOptics(write("k", kernels), write("s", scales)).error().code;
        };
        QCOMPARE(code(two.left(100), QByteArray(8, '\0')), "LITHO-010"s);
        QCOMPARE(code(two, QByteArray(9, '\0')), "LITHO-010"s);
        QCOMPARE(code(two, {}), "LITHO-010"s);
        QCOMPARE(code({}, {}), "LITHO-010"s);
        QCOMPARE(code(QByteArray(2 * 16 * 8, '\0'), QByteArray(8, '\0')), "LITHO-010"s); // even
        QByteArray nan = two;
        nan.replace(qsizetype{0}, qsizetype{4}, QByteArray("\xff\xff\xff\x7f"));
        QCOMPARE(code(nan, QByteArray(8, '\0')), "LITHO-011"s);
        QCOMPARE(readOpticsFolder(folder.path().toStdString()).error().code, "LITHO-010"s);
        QCOMPARE(readOptics("/none", "/none").error().code, "BASE-001"s);
    }
    void pairsForNetworks() {
        OpticsPair optics{smallOptics(), smallOptics()};
        std::vector<Clip> clips{*readClip(kClip, "a__0_0"),
                                *readClip("RECT N M1 0 0 500 500", "b")};
        SimulateOptions options;
        options.side = 128;
        options.biases = {0, 60};
        options.corners = {Corner::Nominal, Corner::Inner};
        QTemporaryDir folder;
        const std::string file = folder.filePath(QStringLiteral("p.h5")).toStdString();
        const auto report =
            simulateClips(clips, optics, options, file, ohm::StopToken(), ohm::noProgress());
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message().c_str());
        QCOMPARE(report->masks.size(), std::size_t{4});
        QCOMPARE(report->masks[2].maskArea, 250000.0);
        QCOMPARE(report->masks[3].maskArea, 620.0 * 620);
        const auto set = ohm::dataset::MapSetReader::open(file);
        QVERIFY2(set.ok(), set.ok() ? "" : set.error().message().c_str());
        const auto& info = set->info();
        QCOMPARE(info.samples(), std::size_t{4});
        QCOMPARE(info.sampleNames[3], "b+60"s);
        QCOMPARE(info.families[0], "a"s);
        QCOMPARE(info.targetNames, (std::vector<std::string>{"aerial_nominal", "resist_nominal",
                                                             "aerial_inner", "resist_inner"}));
        std::vector<float> inputs, targets;
        QVERIFY(set->read(1, 3, inputs, targets).ok());
        QCOMPARE(inputs.size(), std::size_t{3} * 128 * 128);
        QCOMPARE(targets.size(), std::size_t{3} * 4 * 128 * 128);
        const float* b = targets.data() + 2 * 4 * 128 * 128; // sample 3
        const float bright = *std::max_element(b, b + 128 * 128);
        QVERIFY(std::abs(static_cast<double>(bright) - report->masks[3].corners[0].maximum) < 1e-6);
        const float middle = b[64 * 128 + 64];
        const float resist = b[128 * 128 + 64 * 128 + 64];
        QVERIFY(std::abs(static_cast<double>(resist) -
                         resistOf(static_cast<double>(middle), Exposure{})) < 1e-4);
        // The inner corner has 0.98 of the dose: its square, here with the same lens.
        QVERIFY(std::abs(b[2 * 128 * 128 + 64 * 128 + 64] / middle - 0.9604F) < 1e-5F);
        QVERIFY(!set->read(3, 2, inputs, targets).ok());
        // The same numbers whatever the number of threads.
        options.threads = 1;
        const auto alone =
            simulateClips(clips, optics, options, {}, ohm::StopToken(), ohm::noProgress());
        for (std::size_t n = 0; n < 4; ++n) {
            QVERIFY(alone->masks[n].corners[0].mean == report->masks[n].corners[0].mean);
            QVERIFY(alone->masks[n].corners[1].maximum == report->masks[n].corners[1].maximum);
        }
    }
    void whatCannotBeSimulated() {
        OpticsPair optics{smallOptics(), smallOptics()};
        std::vector<Clip> clips{*readClip("RECT N M1 0 0 5000 10", "wide")};
        SimulateOptions options;
        options.side = 128;
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("p.h5"));
        const auto code = [&](const ohm::StopToken& stop) {
            return simulateClips(clips, optics, options, path.toStdString(), stop,
                                 ohm::noProgress())
                .error()
                .code;
        };
        QCOMPARE(code({}), "LITHO-004"s);
        ohm::StopSource stop;
        stop.requestStop();
        QCOMPARE(code(stop.token()), "LITHO-029"s);
        options.side = 100;
        QCOMPARE(code({}), "LITHO-022"s);
        options.side = 128;
        options.biases = {};
        QCOMPARE(code({}), "LITHO-023"s);
        options.biases = {999};
        QCOMPARE(code({}), "LITHO-020"s);
        QVERIFY(!QFileInfo::exists(path)); // nothing half made stays
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), qsizetype{0});
        options.biases = {0};
        clips = {*readClip("RECT N M1 0 0 50 10", "x")};
        QCOMPARE(
            simulateClips(clips, optics, options, "/no/such/folder/p.h5", {}, ohm::noProgress())
                .error()
                .code,
            "DATA-050"s);
    }
    void foreignMapFiles() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("x.h5")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("no HDF5");
        file.close();
        QCOMPARE(ohm::dataset::MapSetReader::open(file.fileName().toStdString()).error().code,
                 "DATA-002"s);
        QCOMPARE(ohm::dataset::MapSetReader::open("/none").error().code, "BASE-001"s);
    }
    void damagedMapFiles() {
        QTemporaryDir folder;
        const QString whole = folder.filePath(QStringLiteral("w.h5"));
        ohm::dataset::MapSetInfo info;
        info.rows = info.columns = 16;
        info.inputNames = info.targetNames = {"a"};
        info.sampleNames = info.families = {"one", "two"};
        std::vector<float> map(256);
        for (std::size_t i = 0; i < map.size(); ++i)
            map[i] = static_cast<float>((i * 37) % 101);
        auto writer = ohm::dataset::MapSetWriter::create(info, whole.toStdString());
        QVERIFY(writer.ok());
        writer->write(1, map, map);
        writer->write(0, map, map);
        QVERIFY(writer->finish().ok());
        QFile file(whole);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        int refused = 0;
        for (int i = 0; i < 400; ++i) {
            QByteArray bad = bytes;
            const auto at = static_cast<qsizetype>(i) * bytes.size() / 400;
            if (i % 2 == 0)
                bad[at] = static_cast<char>(bad[at] ^ (1 << (i % 8)));
            else
                bad.truncate(at);
            QFile out(folder.filePath(QStringLiteral("b.h5")));
            QVERIFY(out.open(QIODevice::WriteOnly) && out.write(bad) == bad.size());
            out.close();
            const auto set = ohm::dataset::MapSetReader::open(out.fileName().toStdString());
            std::vector<float> inputs, targets;
            if (!set || !set->read(0, 2, inputs, targets)) {
                ++refused;
                continue;
            }
            // What is read is what was written, or it is told.
            QCOMPARE(inputs.size(), std::size_t{512});
            QVERIFY(std::equal(map.begin(), map.end(), inputs.begin()) &&
                    std::equal(map.begin(), map.end(), targets.begin() + 256));
        }
        QVERIFY(refused > 200);
    }

    void clearFieldOfRealKernels() {
        const auto folder = sharedLitho();
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto optics = readOpticsFolder(folder / "kernels");
        QVERIFY2(optics.ok(), optics.ok() ? "" : optics.error().message().c_str());
        QCOMPARE(optics->focus.count, 24);
        QCOMPARE(optics->focus.half, 17);
        QVERIFY(std::abs(optics->focus.clearField() - 0.95153715) < 5e-9);
        QVERIFY(std::abs(optics->defocus.clearField() - 0.94174895) < 5e-9);
        // And simulated: a mask that is 1 everywhere.
        const Rect all{0, 0, kField, kField};
        auto imager = Imager::create(optics->focus, 128);
        for (const double value : imager->image(spectrumOf(std::span(&all, 1), 0, 0, 17)))
            QVERIFY(std::abs(value - 0.95153715) < 5e-9);
    }
    void realClips() {
        const auto folder = sharedLitho();
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto optics = readOpticsFolder(folder / "kernels");
        const auto clips = readClips({folder / "clips"});
        QVERIFY2(clips.ok(), clips.ok() ? "" : clips.error().message().c_str());
        QCOMPARE(clips->size(), std::size_t{456});
        std::map<std::string, QStringList> wanted;
        QFile table(QString::fromStdString((folder / "ORACLES.tsv").string()));
        QVERIFY(table.open(QIODevice::ReadOnly));
        table.readLine();
        while (!table.atEnd()) {
            const auto f = QString::fromUtf8(table.readLine().trimmed()).split(QLatin1Char('\t'));
            wanted[(f[0] + QLatin1Char('/') + f[1]).toStdString()] = f;
        }
        auto small = Imager::create(optics->focus, 128);
        int seen = 0;
        std::vector<Clip> some;
        for (const Clip& clip : *clips) {
            const QStringList f = wanted.at(clip.name);
            QCOMPARE(clip.shapes.size(), f[2].toULongLong());
            const auto shift = centring(clip);
            QCOMPARE((*shift)[0], f[5].toInt());
            QCOMPARE((*shift)[1], f[6].toInt());
            const auto cover = coverOf(clip);
            double area = 0;
            for (const Rect& r : *cover)
                area += (r.x1 - r.x0) * (r.y1 - r.y0);
            QCOMPARE(area, f[7].toDouble());
            const auto image = small->image(spectrumOf(*cover, (*shift)[0], (*shift)[1], 17));
            double mean = 0;
            for (const double value : image)
                mean += value / static_cast<double>(image.size());
            QVERIFY(std::abs(mean - f[8].toDouble()) < 6e-7);
            QVERIFY(std::abs(small->valueAt(1024, 1024) - f[14].toDouble()) < 6e-7);
            QVERIFY(std::abs(small->valueAt(1100, 900) - f[15].toDouble()) < 6e-7);
            if (seen++ % 24 == 0)
                some.push_back(clip);
        }
        QCOMPARE(seen, 456);
        SimulateOptions options;
        options.side = 2048;
        options.corners = {Corner::Nominal, Corner::Outer, Corner::Inner};
        const auto report =
            simulateClips(some, *optics, options, {}, ohm::StopToken(), ohm::noProgress());
        QVERIFY(report.ok());
        for (const MaskResult& mask : report->masks) {
            const QStringList f = wanted.at(mask.name);
            QVERIFY(std::abs(mask.corners[0].maximum - f[9].toDouble()) < 6e-7);
            QVERIFY(std::abs(mask.corners[2].maximum - 0.9604 * f[10].toDouble()) < 6e-7);
            for (int c = 0; c < 3; ++c)
                QCOMPARE(mask.corners[static_cast<std::size_t>(c)].printed, f[11 + c].toDouble());
        }
        // Vias print once they are biased: the drawn area and more at 40 nm.
        options.side = 2048;
        options.biases = {0, 30, 40};
        options.corners = {Corner::Nominal};
        const auto via =
            simulateClips(*readClips({folder / "clips/OpenROAD/aes_via1__217_754.glp"}), *optics,
                          options, {}, ohm::StopToken(), ohm::noProgress());
        QCOMPARE(via->masks[0].corners[0].printed, 0.0);
        QCOMPARE(via->masks[1].corners[0].printed, 17844.0);
        QCOMPARE(via->masks[2].corners[0].printed, 54364.0);
    }
};

QTEST_GUILESS_MAIN(TestLitho)
#include "tst_litho.moc"
