// SPDX-License-Identifier: GPL-3.0-or-later
// Back-annotation keeps the netlist it is given, whatever its devices are.
#include "core/learn/annotatednetlist.h"
#include "core/netlist/reader.h"

#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

using namespace ohm;
using namespace ohm::learn;
using namespace Qt::StringLiterals;

namespace {

QString sharedData() {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    const QString folder =
        (given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given) +
        u"/data/parasitics"_s;
    return QDir(folder).exists() ? folder : QString();
}

/// An estimate for every net and every pair of neighbouring numbers.
Annotation everyNet(const netlist::Circuit& circuit) {
    Annotation out;
    for (netlist::NetId net = 0; net < circuit.netCount(); ++net) {
        if (circuit.isGround(net))
            continue;
        out.entries.push_back({net, net, 2e-15, 1e-15, 4e-15, 1});
        if (net > 0 && !circuit.isGround(net - 1))
            out.entries.push_back({net - 1, net, 2e-17, 1e-17, 4e-17, 1});
    }
    return out;
}

bool write(const QString& path, const std::string& text) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) &&
           file.write(text.data(), static_cast<qint64>(text.size())) ==
               static_cast<qint64>(text.size());
}

/// Switches of the 130 nm devices that the cells use, good enough to see a delay.
constexpr const char* kModels =
    ".model n nmos level=1 vto=0.5 kp=200u cgso=0.3n cgdo=0.3n tox=4n\n"
    ".model p pmos level=1 vto=-0.5 kp=80u cgso=0.3n cgdo=0.3n tox=4n\n"
    ".subckt sky130_fd_pr__nfet_01v8 d g s b w=1 l=1\nm1 d g s b n w='w*1u' l='l*1u'\n.ends\n"
    ".subckt sky130_fd_pr__pfet_01v8_hvt d g s b w=1 l=1\nm1 d g s b p w='w*1u' l='l*1u'\n.ends\n";

} // namespace

class TestAnnotatedNetlist : public QObject {
    Q_OBJECT
private slots:
    void keepsEverything_data() {
        QTest::addColumn<QString>("path");
        const QString folder = sharedData();
        if (folder.isEmpty())
            QSKIP("There are no real circuits here");
        QDirIterator it(folder, {u"schematic*.spice"_s}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            const QString path = it.next();
            QTest::newRow(qPrintable(QDir(folder).relativeFilePath(path))) << path;
        }
    }
    void keepsEverything() {
        QFETCH(QString, path);
        const auto circuit = netlist::readNetlist(path.toStdString());
        QVERIFY2(circuit, circuit ? "" : circuit.error().text.c_str());
        const Annotation annotation = everyNet(**circuit);
        const auto out = annotatedNetlist(**circuit, annotation);
        QVERIFY2(out, out ? "" : out.error().text.c_str());
        QVERIFY(!out->flat);
        const auto again = netlist::readNetlistText(out->text, "annotated.sp", {});
        QVERIFY(again);
        QCOMPARE((*again)->deviceCount(), (*circuit)->deviceCount() + annotation.entries.size());
        QCOMPARE((*again)->netCount(),
                 (*circuit)->netCount() + ((*circuit)->ground() ? 0u : 1u)); // no net was invented
        for (netlist::DeviceId d = 0; d < (*circuit)->deviceCount(); ++d) {
            const auto same = (*again)->findDevice((*circuit)->deviceName(d));
            QVERIFY(same);
            QCOMPARE((*again)->deviceMaster(*same), (*circuit)->deviceMaster(d));
            const auto nets = (*circuit)->deviceNets(d), now = (*again)->deviceNets(*same);
            QCOMPARE(nets.size(), now.size());
            for (std::size_t t = 0; t < nets.size(); ++t)
                QCOMPARE((*again)->netName(now[t]), (*circuit)->netName(nets[t]));
        }
        for (std::size_t i = 0; i < annotation.entries.size(); i += 97) {
            const auto& entry = annotation.entries[i];
            const auto capacitor = (*again)->findDevice("cpar" + std::to_string(i + 1));
            QVERIFY(capacitor);
            const auto nets = (*again)->deviceNets(*capacitor);
            QCOMPARE((*again)->netName(nets[0]), (*circuit)->netName(entry.a));
            QCOMPARE(*(*again)->deviceParameter(*capacitor, "value"), entry.farad);
        }
    }

    void bounds() {
        const std::string text = "* t\ncpar1 in 0 1p\nr1 in 0 1\n";
        const auto circuit = netlist::readNetlistText(text, "t", {});
        QVERIFY(circuit);
        Annotation annotation;
        annotation.entries.push_back(
            {*(*circuit)->findNet("in"), *(*circuit)->findNet("in"), 2e-15, 1e-15, 4e-15, 1});
        AnnotatedNetlistOptions options;
        options.source = text;
        options.reference = "vss";
        options.bound = Bound::High;
        auto out = annotatedNetlist(**circuit, annotation, options);
        QVERIFY(out);
        // Another name than the user's own capacitor has.
        QVERIFY(out->text.find("\ncpar_1 in vss 4e-15\n") != std::string::npos);
        options.bound.reset();
        for (const auto& [value, expected] :
             std::map<double, double>{{-1, 1e-15}, {0, 2e-15}, {1, 4e-15}}) {
            out = annotatedNetlist(**circuit, annotation, options);
            QVERIFY(out);
            netlist::ReadOptions how;
            how.parameters["parasitic_bound"] = value;
            const auto again = netlist::readNetlistText(out->text, "t", {}, how);
            QVERIFY(again);
            QCOMPARE(*(*again)->deviceParameter(*(*again)->findDevice("cpar_1"), "value"),
                     expected);
        }
    }

    void spectre() {
        const auto circuit = netlist::readNetlistText(
            "simulator lang=spectre\nr1 (a 0) resistor r=1\nx1 (a b) unknown\n", "t.scs", {});
        QVERIFY(circuit);
        const auto out = annotatedNetlist(**circuit, everyNet(**circuit));
        QVERIFY(out);
        QVERIFY(out->flat);
        QCOMPARE(out->left, std::size_t{1});
        QVERIFY(out->text.find("cpar1 a 0 2e-15") != std::string::npos);
    }

    /// A cell of bare PDK devices, simulated clean and with capacitors on every net: it is slower
    /// by what its output must charge.
    void simulates() {
        const QString folder = sharedData();
        const QString ngspice = QStandardPaths::findExecutable(u"ngspice"_s);
        if (folder.isEmpty() || ngspice.isEmpty())
            QSKIP("There are no real circuits or no ngspice here");
        const QString cell = folder + u"/sky130_fd_sc_hd__o221ai_1/schematic.spice"_s;
        const auto circuit = netlist::readNetlist(cell.toStdString());
        QVERIFY(circuit);
        AnnotatedNetlistOptions all;
        all.bound.reset();
        const auto annotated = annotatedNetlist(**circuit, everyNet(**circuit), all);
        QVERIFY(annotated);
        QTemporaryDir work;
        QVERIFY(write(work.filePath(u"annotated.sp"_s), annotated->text));
        const auto delay = [&](const QString& netlist, const QByteArray& extra) {
            const std::string deck =
                "* bench\n" + std::string(kModels) + ".include " + netlist.toStdString() + "\n" +
                extra.toStdString() +
                "\nvdd vdd 0 1.8\nva a 0 pulse(0 1.8 1n 20p 20p 4n 8n)\n"
                "xu a a a a a 0 0 vdd vdd y sky130_fd_sc_hd__o221ai_1\n"
                ".tran 5p 4n\n.meas tran d trig v(a) val=0.9 rise=1 targ v(y) val=0.9 fall=1\n"
                ".end\n";
            if (!write(work.filePath(u"bench.sp"_s), deck))
                return -1.0;
            QProcess process;
            process.setWorkingDirectory(work.path());
            process.setProcessChannelMode(QProcess::MergedChannels);
            process.setStandardInputFile(QProcess::nullDevice());
            process.start(ngspice, {u"-b"_s, u"bench.sp"_s});
            if (!process.waitForFinished(60'000))
                return -1.0;
            const QString log = QString::fromUtf8(process.readAll());
            const auto match = QRegularExpression(u"^d\\s*=\\s*([-+0-9.e]+)"_s,
                                                  QRegularExpression::MultilineOption)
                                   .match(log);
            if (!match.hasMatch())
                qWarning("%s", qPrintable(log));
            return match.hasMatch() ? match.captured(1).toDouble() : -1.0;
        };
        const QString file = work.filePath(u"annotated.sp"_s);
        const double clean = delay(cell, {});
        const double low = delay(file, ".param parasitic_bound=-1");
        const double middle = delay(file, ".param parasitic_bound=0");
        const double high = delay(file, ".param parasitic_bound=1");
        QVERIFY(clean > 0);
        QVERIFY2(low > clean && middle > low && high > middle,
                 qPrintable(u"%1 %2 %3 %4"_s.arg(clean).arg(low).arg(middle).arg(high)));
    }
};

QTEST_GUILESS_MAIN(TestAnnotatedNetlist)
#include "tst_annotatednetlist.moc"
