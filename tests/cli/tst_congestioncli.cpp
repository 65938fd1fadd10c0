// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs congestion and litho, against the real process.
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>

namespace {

struct Result {
    int code = -1;
    bool crashed = true;
    QByteArray out, err;
    QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    QString error() const {
        return json()[QStringLiteral("error")].toObject()[QStringLiteral("code")].toString();
    }
};

const QByteArray kDef = R"(VERSION 5.8 ;
DESIGN core ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 400 300 ) ;
TRACKS X 0 DO 45 STEP 10 LAYER metal2 ;
TRACKS Y 0 DO 35 STEP 10 LAYER metal3 ;
GCELLGRID X 0 DO 4 STEP 100 ;
GCELLGRID Y 0 DO 3 STEP 100 ;
COMPONENTS 3 ;
 - u1 INV + PLACED ( 10 10 ) N ;
 - u2 INV + PLACED ( 210 110 ) N ;
 - u3 INV + PLACED ( 310 110 ) N ;
END COMPONENTS
NETS 2 ;
 - a ( u1 A ) ( u2 A ) ( u3 A )
   + ROUTED metal3 ( 10 10 ) ( 210 * ) NEW metal2 ( 210 10 ) ( * 110 ) ;
 - b ( u1 Z ) ;
END NETS
END DESIGN
)";

QByteArray npy(const QByteArray& type, const QByteArray& shape, const QByteArray& data) {
    QByteArray header =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    header = header.leftJustified(117, ' ') + '\n';
    return QByteArray("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header +
           data;
}

QByteArray floats(const QList<float>& values) {
    QByteArray out;
    for (const float value : values)
        out += QByteArray(reinterpret_cast<const char*>(&value), sizeof(float));
    return out;
}

QString shared(const QString& name) {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    const QString base = given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given;
    const QString path = base + QStringLiteral("/data/") + name;
    return QFileInfo::exists(path) ? path : QString();
}

} // namespace

class TestCongestionCli : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    QString path(const char* name) const { return m_dir.filePath(QLatin1String(name)); }
    QString write(const char* name, const QByteArray& bytes) const {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(bytes);
        return path(name);
    }
    Result run(const QString& command, const QStringList& more = {}) const {
        QProcess process;
        process.setWorkingDirectory(m_dir.path());
        process.setStandardInputFile(QProcess::nullDevice());
        process.start(QStringLiteral(OHMSCAPE_CLI),
                      command.split(QLatin1Char(' '), Qt::SkipEmptyParts) + more);
        Result result;
        if (!process.waitForFinished(120000)) {
            process.kill();
            process.waitForFinished();
            return result;
        }
        result.crashed = process.exitStatus() != QProcess::NormalExit;
        result.code = process.exitCode();
        result.out = process.readAllStandardOutput();
        result.err = process.readAllStandardError();
        return result;
    }

private slots:
    void infoOfALayout() {
        const Result r = run(QStringLiteral("congestion info --json"), {write("a.def", kDef)});
        QVERIFY2(r.code == 0, r.err.constData());
        QCOMPARE(r.out.count('\n'), 1);
        const QJsonObject counts = r.json()[QStringLiteral("counts")].toObject();
        QCOMPARE(counts[QStringLiteral("nodes")].toInt(), 3);
        QCOMPARE(counts[QStringLiteral("nets")].toInt(), 2);
        QCOMPARE(counts[QStringLiteral("pins")].toInt(), 4);
        QCOMPARE(counts[QStringLiteral("clique_edges")].toInt(), 6);
        const QJsonObject design = r.json()[QStringLiteral("designs")].toArray()[0].toObject();
        QCOMPARE(design[QStringLiteral("name")].toString(), QStringLiteral("a"));
        QCOMPARE(design[QStringLiteral("with_self_loops")].toInt(), 9);
        const QJsonObject labels = design[QStringLiteral("labels")].toObject();
        QCOMPARE(labels[QStringLiteral("source")].toString(), QStringLiteral("routed wires"));
        const QJsonObject h = labels[QStringLiteral("horizontal")].toObject();
        QVERIFY(std::abs(h[QStringLiteral("max")].toDouble() - 0.1) < 1e-6);
        const Result text = run(QStringLiteral("congestion info"), {path("a.def")});
        QVERIFY(text.out.contains("6 clique edges"));
    }
    void importJoinsAndSplits() {
        for (const char* name : {"d/p.def", "d/q.def", "d/r.def"})
            write(name, QByteArray(kDef).replace("DESIGN core", QByteArray("DESIGN ") + name[2]));
        Result r = run(QStringLiteral("congestion import d -o one.h5 --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        QVERIFY(r.json()[QStringLiteral("ok")].toBool());
        QVERIFY(QFileInfo::exists(path("one.h5")));
        write("s.def", kDef);
        r = run(QStringLiteral("congestion import one.h5 s.def -o two.h5 --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        r = run(QStringLiteral("congestion info two.h5 --json --split design --seed 3"));
        QVERIFY2(r.code == 0, r.err.constData());
        QCOMPARE(r.json()[QStringLiteral("counts")].toObject()[QStringLiteral("designs")].toInt(),
                 4);
        const QJsonObject split = r.json()[QStringLiteral("split")].toObject();
        QCOMPARE(split[QStringLiteral("training")].toInt(), 6);
        QCOMPARE(split[QStringLiteral("test")].toInt(), 3);
        QCOMPARE(split[QStringLiteral("designs")].toObject().size(), 4);
        const Result again =
            run(QStringLiteral("congestion info two.h5 --json --split design --seed 3"));
        QCOMPARE(again.out, r.out);
        r = run(QStringLiteral("congestion info a.def --split design --json"), {});
        QVERIFY(r.code != 0);
    }
    void labelsFromMapsAndGuides() {
        write("m.def", kDef);
        QList<float> values;
        for (int k = 0; k < 12; ++k)
            values << static_cast<float>(k) / 10;
        write("h.npy", npy("<f4", "(4, 3)", floats(values)));
        Result r =
            run(QStringLiteral("congestion info m.def --horizontal h.npy --vertical h.npy --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        QVERIFY(r.out.contains("\"source\":\"maps\""));
        QVERIFY(r.out.contains("\"max_at\":[3,2]"));
        write("m.guide", "a\n(\n0 0 400 100 metal3\n200 0 300 300 metal2\n)\n");
        r = run(QStringLiteral("congestion info m.def --guides m.guide --demand --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        QVERIFY(r.out.contains("router guides"));
        r = run(QStringLiteral("congestion import m.def a.def --guides m.guide -o x.h5 --json"));
        QCOMPARE(r.code, 3);
        QVERIFY(!QFileInfo::exists(path("x.h5")));
    }
    void mapsAndTheirFigures() {
        write("t.npy", npy("<f4", "(2, 2)", floats({0, 0.1F, 0.2F, 0.4F})));
        write("p.npy", npy("<f4", "(2, 2)", floats({0.1F, 0.1F, 0.1F, 0.5F})));
        Result r = run(QStringLiteral("congestion info t.npy --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject map = r.json()[QStringLiteral("map")].toObject();
        QCOMPARE(map[QStringLiteral("count")].toInt(), 4);
        QCOMPARE(map[QStringLiteral("zeros")].toInt(), 1);
        r = run(QStringLiteral("congestion compare p.npy t.npy --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject said = r.json()[QStringLiteral("prediction")].toObject();
        QVERIFY(std::abs(said[QStringLiteral("kendall")].toDouble() - 3 / std::sqrt(18.0)) < 1e-12);
        QVERIFY(said[QStringLiteral("ssim")].isNull());
        const QJsonObject zero = r.json()[QStringLiteral("zero")].toObject();
        QVERIFY(zero[QStringLiteral("pearson")].isNull());
        QVERIFY(std::abs(zero[QStringLiteral("mse")].toDouble() - 0.0525) < 1e-7);
        QVERIFY(run(QStringLiteral("congestion compare p.npy t.npy")).out.contains("always 0"));
        write("w.npy", npy("<f4", "(4,)", floats({0, 0, 0, 0})));
        QCOMPARE(run(QStringLiteral("congestion compare w.npy t.npy --json")).error(),
                 QStringLiteral("CONG-040"));
    }
    void imagesOfOneSize() {
        write("i.def", kDef);
        Result r =
            run(QStringLiteral("congestion maps i.def -o i.h5 --pixels 32 --min-max --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        QCOMPARE(r.json()[QStringLiteral("images")].toInt(), 1);
        QVERIFY(QFileInfo::exists(path("i.h5")));
        QCOMPARE(run(QStringLiteral("congestion maps -o i.h5")).code, 2);
        r = run(QStringLiteral("congestion maps i.def --features a --labels b -o i.h5 --json"));
        QCOMPARE(r.error(), QStringLiteral("CLI-005"));
    }
    void badInput_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* label, const char* name, const QByteArray& bytes,
                            const char* code) {
            QTest::newRow(label) << bytes << QString::fromLatin1(name) << QString::fromLatin1(code);
        };
        row("text", "x.txt", "hello", "CONG-070");
        row("empty", "x.def", "", "CONG-070");
        row("cut DEF", "x.def", kDef.left(500), "CONG-030");
        row("records", "x.npy", npy("[('a', '<f4')]", "(1,)", "abcd"), "CONG-010");
        row("short map", "x.npy", npy("<f4", "(100, 100)", "abcd"), "CONG-012");
        row("not HDF5", "x.h5", "\x89HDF\r\n\x1a\n nothing", "CONG-061");
        row("broken gzip", "x.def.gz", QByteArray("\x1f\x8b\x08\x00\x00 abc", 9), "CONG-070");
        row("a LEF", "x.lef", "MACRO A SIZE 1 BY 1 ; END A\n", "CONG-071");
        row("guides", "x.guide", "a\n(\n0 0 10 10 m1\n)\n", "CONG-071");
    }
    void badInput() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, name);
        QFETCH(QString, code);
        const Result r = run(QStringLiteral("congestion info --json"),
                             {write(name.toLatin1().constData(), bytes)});
        QVERIFY(!r.crashed);
        QCOMPARE(r.error(), code);
        QCOMPARE(r.code, 3);
        QVERIFY(!r.err.isEmpty());
    }
    void aHostilePickleRunsNothing() {
        const QByteArray attack = QByteArray("\x80\x03"
                                             "cos\nsystem\nX\x0b\x00\x00\x00touch owned\x85R.",
                                             33);
        const QByteArray plain = npy("|O", "(1, 1)", attack);
        for (const char* name : {"n_node_attr.npy", "n_net_attr.npy", "n_pin_attr.npy"})
            write(name, plain);
        const Result r = run(QStringLiteral("congestion info n_pin_attr.npy --json"));
        QCOMPARE(r.error(), QStringLiteral("CONG-013"));
        QCOMPARE(r.code, 3);
        QVERIFY(!QFileInfo::exists(path("owned")));
        QCOMPARE(run(QStringLiteral("congestion info none.def --json")).error(),
                 QStringLiteral("BASE-001"));
    }
    void usage() {
        for (const char* command :
             {"congestion", "congestion info", "congestion import a.def", "congestion compare a",
              "congestion info a.def --split sideways", "congestion info a.def --gcell -1", "litho",
              "litho simulate", "litho simulate a --pixels 100", "litho simulate a --corner top"})
            QCOMPARE(run(QString::fromLatin1(command)).code, 2);
    }
    void lithographyWithALens() {
        write("clips/suite/c__0.glp", "CELL x PRIME\n RECT N M1 0 0 300 300\nENDMSG\n");
        write("clips/suite/c__1.glp", "CELL x PRIME\n RECT N M1 0 0 20 20\nENDMSG\n");
        const Result r = run(QStringLiteral(
            "litho simulate clips -o l.h5 --pixels 128 --bias 0,30 --wavelength 400 --aperture 0.9 "
            "--corner nominal,outer --json"));
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject j = r.json();
        QVERIFY(j[QStringLiteral("ok")].toBool());
        QCOMPARE(j[QStringLiteral("samples")].toInt(), 4);
        const QJsonArray masks = j[QStringLiteral("masks")].toArray();
        QCOMPARE(masks[1].toObject()[QStringLiteral("mask_area")].toInt(), 360 * 360);
        const auto printed = [&](int mask, const char* corner) {
            return masks[mask]
                .toObject()[QStringLiteral("corners")]
                .toObject()[QLatin1String(corner)]
                .toObject()[QStringLiteral("printed")]
                .toDouble();
        };
        QVERIFY(printed(0, "nominal") > 0);
        QVERIFY(printed(1, "nominal") > printed(0, "nominal"));
        QVERIFY(printed(0, "outer") >= printed(0, "nominal"));
        QCOMPARE(printed(2, "nominal"), 0.0);
        QVERIFY(QFileInfo(path("l.h5")).size() > 1000);
        write("bad.glp", "PGON N M1 0 0 10 10 20 0 5 5");
        QCOMPARE(run(QStringLiteral("litho simulate bad.glp --json")).error(),
                 QStringLiteral("LITHO-002"));
        QCOMPARE(run(QStringLiteral("litho simulate d --json")).error(),
                 QStringLiteral("LITHO-021"));
        QCOMPARE(run(QStringLiteral("litho simulate clips --kernels d --json")).error(),
                 QStringLiteral("LITHO-010"));
        const Result full =
            run(QStringLiteral("litho simulate clips -o /no/such/place.h5 --pixels 128 --json"));
        QCOMPARE(full.error(), QStringLiteral("DATA-050"));
        QCOMPARE(full.code, 1);
    }
    void stopsWhenAsked() {
        for (int k = 0; k < 400; ++k)
            write(QStringLiteral("many/c%1.glp").arg(k).toLatin1().constData(),
                  "RECT N M1 0 0 300 300\n");
        QProcess process;
        process.setWorkingDirectory(m_dir.path());
        process.start(
            QStringLiteral(OHMSCAPE_CLI),
            QStringLiteral("litho simulate many -o many.h5 --pixels 2048 --wavelength 900 "
                           "--aperture 0.9 --threads 1")
                .split(QLatin1Char(' ')));
        QVERIFY(process.waitForStarted());
        QTest::qWait(1500);
        QCOMPARE(process.state(), QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20000));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().contains("LITHO-029"));
        QVERIFY(!QFileInfo::exists(path("many.h5")));
        QCOMPARE(QDir(m_dir.path()).entryList({QStringLiteral("many.h5*")}).size(), qsizetype{0});
    }
    void realData() {
        const QString folder = shared(QStringLiteral("congestion/circuitnet_n28_demo"));
        const QString clips = shared(QStringLiteral("litho/clips/ICCAD2013/M1_test1.glp"));
        if (folder.isEmpty() || clips.isEmpty())
            QSKIP("no real data beside the checkout");
        Result r =
            run(QStringLiteral("congestion info --json"),
                {folder + QStringLiteral("/7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0.pins.tsv.gz")});
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject counts = r.json()[QStringLiteral("counts")].toObject();
        QCOMPARE(counts[QStringLiteral("nodes")].toInt(), 38'656);
        QCOMPARE(counts[QStringLiteral("clique_edges")].toInt(), 6'729'528);
        r = run(QStringLiteral("congestion info --unfiltered --json"),
                {folder + QStringLiteral("/RISCY-a-1-c2.nets.tsv.gz")});
        QCOMPARE(
            r.json()[QStringLiteral("counts")].toObject()[QStringLiteral("clique_edges")].toInt(),
            12'661'060);
        r = run(QStringLiteral("litho simulate --pixels 2048 --json"), {clips});
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject j = r.json();
        QVERIFY(
            std::abs(
                j[QStringLiteral("clear_field")].toObject()[QStringLiteral("focus")].toDouble() -
                0.95153715) < 1e-8);
        QVERIFY(r.out.contains("\"printed\":139985.0"));
    }
};

QTEST_GUILESS_MAIN(TestCongestionCli)
#include "tst_congestioncli.moc"
