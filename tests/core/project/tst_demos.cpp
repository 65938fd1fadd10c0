// SPDX-License-Identifier: GPL-3.0-or-later
// The shipped demos: they load, they simulate in plain ngspice without a warning, and they are
// sound designs. The two-stage op-amp reproduces the published reference design.
#include "core/project/installation.h"
#include "core/project/project.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace ohm::project;
namespace fs = std::filesystem;

namespace {

struct Run {
    QString output;
    QHash<QString, double> values;
};

/// Runs plain ngspice on `circuit` with control lines of the test's own and collects "name =
/// value".
Run simulate(const fs::path& circuit, const QString& control, QString* failure) {
    QTemporaryDir folder;
    QFile deck(folder.filePath(QStringLiteral("deck.cir")));
    if (!deck.open(QIODevice::WriteOnly)) {
        *failure = QStringLiteral("no temporary file");
        return {};
    }
    deck.write(QStringLiteral(
                   "* driver\n.control\nset num_threads=1\nsource %1\n%2\nquit 0\n.endc\n.end\n")
                   .arg(QString::fromStdString(circuit.string()), control)
                   .toUtf8());
    deck.close();
    QProcess ngspice;
    ngspice.setWorkingDirectory(folder.path());
    ngspice.setProcessChannelMode(QProcess::MergedChannels);
    ngspice.setStandardInputFile(QProcess::nullDevice());
    ngspice.start(QStringLiteral("ngspice"), {QStringLiteral("-b"), deck.fileName()});
    if (!ngspice.waitForFinished(60000)) {
        *failure = QStringLiteral("ngspice did not finish");
        return {};
    }
    Run run;
    run.output = QString::fromUtf8(ngspice.readAll());
    static const QRegularExpression line(QStringLiteral("^\\s*(\\S+)\\s*=\\s*([-+0-9.eE]+)"),
                                         QRegularExpression::MultilineOption);
    for (auto it = line.globalMatch(run.output); it.hasNext();) {
        const auto match = it.next();
        run.values.insert(match.captured(1).toLower(), match.captured(2).toDouble());
    }
    return run;
}

bool within(double value, double expected, double relative) {
    return std::abs(value - expected) <= relative * std::abs(expected);
}

} // namespace

class TestDemos : public QObject {
    Q_OBJECT
private:
    static fs::path circuit(const char* project, const char* file) {
        return dataFolder() / "projects" / project / file;
    }

private slots:
    void initTestCase() {
        qputenv("OHMSCAPE_DATA", OHMSCAPE_SOURCE_DIR);
        QVERIFY(fs::exists(builtInModelFolder() / "ptm45.lib"));
    }

    void allLoad() {
        const auto demos = shippedDemos();
        QVERIFY(demos.size() >= 5);
        QCOMPARE(demos.front().parent_path().filename(), fs::path("resistor-ladder"));
        for (const fs::path& file : demos) {
            const auto project = readProject(file);
            QVERIFY2(project.ok(), file.c_str());
            QVERIFY2(project->diagnostics.empty(), file.c_str());
            QVERIFY2(!project->description.empty() && !project->circuits.empty(), file.c_str());
        }
    }

    void simulateWithoutWarnings_data() {
        QTest::addColumn<QString>("file");
        for (const fs::path& demo : shippedDemos()) {
            const auto project = readProject(demo);
            if (!project)
                continue;
            for (const fs::path& name : project->circuits) {
                if (name.extension() == ".cir")
                    QTest::newRow((demo.parent_path().filename() / name).c_str())
                        << QString::fromStdString((project->folder() / name).string());
            }
        }
    }
    void simulateWithoutWarnings() {
        if (QStandardPaths::findExecutable(QStringLiteral("ngspice")).isEmpty())
            QSKIP("ngspice is not installed");
        QFETCH(QString, file);
        QString failure;
        const Run run = simulate(file.toStdString(), QStringLiteral("op\nprint all"), &failure);
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        QVERIFY2(!run.output.contains(QStringLiteral("warning"), Qt::CaseInsensitive),
                 qPrintable(run.output));
        QVERIFY2(!run.output.contains(QStringLiteral("error"), Qt::CaseInsensitive),
                 qPrintable(run.output));
        QVERIFY(run.values.size() >= 5);
    }

    void soundOperatingPoints_data() {
        QTest::addColumn<QString>("project");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QStringList>("transistors"); ///< that must be saturated
        QTest::addColumn<QString>("output");
        QTest::addColumn<double>("volts");
        QTest::addColumn<double>("tolerance");
        const auto list = [](const char* names) {
            return QString::fromLatin1(names).split(QLatin1Char(' '));
        };
        QTest::newRow("op-amp") << QStringLiteral("two-stage-opamp") << QStringLiteral("opamp.cir")
                                << list("mp1 mp2 mn1 mn2 mn3 mn4 mp3 mn5") << QStringLiteral("net6")
                                << 0.422 << 0.01;
        QTest::newRow("ota") << QStringLiteral("ota-5t") << QStringLiteral("ota.cir")
                             << list("m1 m2 m3 m4 m5 mb") << QStringLiteral("out") << 0.823 << 0.01;
        QTest::newRow("bandgap") << QStringLiteral("bandgap") << QStringLiteral("bandgap.cir")
                                 << list("mp1 mp2 mn1 mn2 mp3") << QStringLiteral("vref") << 1.2
                                 << 0.02;
        QTest::newRow("ldo") << QStringLiteral("ldo") << QStringLiteral("ldo.cir")
                             << list("m1 m2 m3 m4 m5 m6 m7 mb mpass") << QStringLiteral("out")
                             << 0.9 << 0.01;
    }
    void soundOperatingPoints() {
        if (QStandardPaths::findExecutable(QStringLiteral("ngspice")).isEmpty())
            QSKIP("ngspice is not installed");
        QFETCH(QString, project);
        QFETCH(QString, file);
        QFETCH(QStringList, transistors);
        QFETCH(QString, output);
        QFETCH(double, volts);
        QFETCH(double, tolerance);
        QString control = QStringLiteral("op\nprint v(%1)\n").arg(output);
        for (const QString& m : transistors)
            control += QStringLiteral("print @%1[vds]\nprint @%1[vdsat]\n").arg(m);
        QString failure;
        const Run run = simulate(circuit(qPrintable(project), qPrintable(file)), control, &failure);
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        const double out = run.values.value(QStringLiteral("v(%1)").arg(output), -99);
        QVERIFY2(within(out, volts, tolerance), qPrintable(QString::number(out)));
        for (const QString& m : transistors) {
            const double vds = run.values.value(QStringLiteral("@%1[vds]").arg(m), 0);
            const double vdsat = run.values.value(QStringLiteral("@%1[vdsat]").arg(m), 99);
            QVERIFY2(std::abs(vds) > std::abs(vdsat),
                     qPrintable(QStringLiteral("%1: vds %2, vdsat %3").arg(m).arg(vds).arg(vdsat)));
        }
    }

    void opAmpReferenceDesign() {
        if (QStandardPaths::findExecutable(QStringLiteral("ngspice")).isEmpty())
            QSKIP("ngspice is not installed");
        QString failure;
        const Run run = simulate(
            circuit("two-stage-opamp", "open-loop.cir"),
            QStringLiteral(
                "op\nlet supply = -i(vdd)\nprint supply\n"
                "ac dec 500 1 1g\nmeas ac gain find vm(out) at=1\nmeas ac ugbw when vm(out)=1"),
            &failure);
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        const double gain = run.values.value(QStringLiteral("gain"));
        const double ugbw = run.values.value(QStringLiteral("ugbw"));
        const double supply = run.values.value(QStringLiteral("supply"));
        QVERIFY2(within(gain, 343.515, 0.01), qPrintable(QString::number(gain)));
        QVERIFY2(within(ugbw, 18.64e6, 0.01), qPrintable(QString::number(ugbw)));
        QVERIFY2(within(supply, 177.80e-6, 0.01), qPrintable(QString::number(supply)));
    }

    void bandgapIsFlatAndStarts() {
        if (QStandardPaths::findExecutable(QStringLiteral("ngspice")).isEmpty())
            QSKIP("ngspice is not installed");
        QString failure;
        Run run = simulate(
            circuit("bandgap", "bandgap.cir"),
            QStringLiteral("dc temp -40 125 5\nlet vhigh = vecmax(v(vref))\nlet vlow = "
                           "vecmin(v(vref))\nprint vhigh vlow\n"
                           "alter @vdd[pwl] = [ 0 0 10u 3.3 ]\ntran 0.1u 60u\nmeas tran vend find "
                           "v(vref) at=60u"),
            &failure);
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        const double low = run.values.value(QStringLiteral("vlow"));
        const double high = run.values.value(QStringLiteral("vhigh"));
        QVERIFY2(low > 1.18 && high < 1.21 && high - low < 0.01,
                 qPrintable(QStringLiteral("%1 to %2").arg(low).arg(high)));
        const double end = run.values.value(QStringLiteral("vend"));
        QVERIFY2(within(end, 1.195, 0.01), qPrintable(QString::number(end)));
    }
};

QTEST_GUILESS_MAIN(TestDemos)
#include "tst_demos.moc"
