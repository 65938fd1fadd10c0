// SPDX-License-Identifier: GPL-3.0-or-later
// Files: encodings, includes and libraries within their folders, limits, stopping, hostile input.
#include "netlisttest.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <atomic>
#include <thread>

using namespace ohm;
using namespace ohm::netlist;
using namespace netlisttest;

class TestReader : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::string put(const QString& name, const QByteArray& content) {
        const QString path = m_folder.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write the test file");
        return path.toStdString();
    }

private slots:
    void encodings_data();
    void encodings();
    void refused_data();
    void refused();
    void emptyFile();
    void includes();
    void includeOutside();
    void includeThroughLink();
    void includeCircle();
    void includeBomb();
    void librarySections();
    void libraryAsInclude();
    void foreignPaths();
    void textHasNoFolder();
    void fileIsNotChanged();
    void hierarchyBomb();
    void deepHierarchy();
    void deepNesting();
    void manyFindings();
    void stops();
    void progress();
    void longLines();
    void hostile_data();
    void hostile();
};

void TestReader::encodings_data() {
    QTest::addColumn<QByteArray>("content");
    const QString text = QStringLiteral("t\nr1 n\u00B5 b 1k\nr2 b 0 1k\n");
    QTest::newRow("utf-8") << text.toUtf8();
    QTest::newRow("utf-8 with mark") << QByteArray("\xEF\xBB\xBF") + text.toUtf8();
    QTest::newRow("latin-1") << text.toLatin1();
    QByteArray little;
    QByteArray big;
    for (const QChar c : text) {
        little += static_cast<char>(c.cell());
        little += static_cast<char>(c.row());
        big += static_cast<char>(c.row());
        big += static_cast<char>(c.cell());
    }
    QTest::newRow("utf-16 little") << little;
    QTest::newRow("utf-16 little with mark") << QByteArray("\xFF\xFE") + little;
    QTest::newRow("utf-16 big with mark") << QByteArray("\xFE\xFF") + big;
}

void TestReader::encodings() {
    QFETCH(QByteArray, content);
    const auto circuit = readNetlist(put(QStringLiteral("encoded.sp"), content));
    QVERIFY2(circuit.ok(), circuit ? "" : circuit.error().message().c_str());
    QCOMPARE(letters(**circuit), std::string("r2"));
    QCOMPARE(wiring(**circuit, "r1"), std::string("r1 n\xC2\xB5 b"));
}

void TestReader::refused_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("binary") << QByteArray("\x7F"
                                          "ELF\0\0\0\0\1\2\3\4",
                                          12)
                            << QByteArray("NET-003");
    QTest::newRow("compressed") << QByteArray("\x1F\x8B\x08\0\0\0\0\0", 8) << QByteArray("NET-003");
    QTest::newRow("LTspice drawing")
        << QByteArray("Version 4\nSHEET 1 880 680\n") << QByteArray("NET-004");
    QTest::newRow("xschem drawing")
        << QByteArray("v {xschem version=3.4}\n") << QByteArray("NET-004");
    QTest::newRow("KiCad drawing")
        << QByteArray("(kicad_sch (version 1)\n") << QByteArray("NET-004");
    QTest::newRow("gEDA drawing") << QByteArray("v 20201216 2\nC 1 2\n") << QByteArray("NET-004");
    QTest::newRow("KiCad board netlist")
        << QByteArray("(export (version D)\n") << QByteArray("NET-004");
}

void TestReader::refused() {
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, code);
    const auto circuit = readNetlist(put(QStringLiteral("refused.sp"), content));
    QVERIFY(!circuit.ok());
    QCOMPARE(QByteArray::fromStdString(circuit.error().code), code);
    const auto missing = readNetlist(m_folder.filePath(QStringLiteral("nosuch.sp")).toStdString());
    QVERIFY(!missing.ok());
    QCOMPARE(missing.error().code, std::string("NET-001"));
    const auto folder = readNetlist(m_folder.path().toStdString());
    QVERIFY(!folder.ok());
    QCOMPARE(folder.error().code, std::string("NET-001"));
}

void TestReader::emptyFile() {
    for (const char* content : {"", "\n\n", "* only a comment\n", "just a title"}) {
        const auto circuit = readNetlist(put(QStringLiteral("empty.sp"), content));
        QVERIFY(circuit.ok());
        QCOMPARE((*circuit)->deviceCount(), std::size_t{0});
        QCOMPARE((*circuit)->netCount(), std::size_t{0});
        QCOMPARE(codes(**circuit), std::string("NET-020"));
        QVERIFY(!(*circuit)->findDevice("r1"));
        QVERIFY(!(*circuit)->findNet("a"));
    }
}

void TestReader::includes() {
    put(QStringLiteral("sub/models.inc"), "r9 not_a_title b 1\n.include 'deeper/more.inc'\n");
    put(QStringLiteral("sub/deeper/more.inc"), "c9 b 0 1p\n.end\nc10 b 0 1\n");
    put(QStringLiteral("with blank.inc"), "l9 b 0 1\n");
    const auto circuit = readNetlist(put(
        QStringLiteral("main.sp"), "t\n.INCLUDE \"sub/models.inc\"\n.inc with blank.inc\nr1 a b 1\n"
                                   ".include nosuch.inc\n"));
    QVERIFY(circuit.ok());
    QCOMPARE(letters(**circuit), std::string("c1 l1 r2"));
    QCOMPARE(codes(**circuit), std::string("NET-011"));
    QCOMPARE((*circuit)->files().size(), std::size_t{4});
    const auto& finding = (*circuit)->diagnostics().front();
    QCOMPARE(finding.line, 5);
    QVERIFY(finding.file.ends_with("main.sp"));
    const auto location = (*circuit)->deviceLocation((*circuit)->findDevice("c9").value());
    QVERIFY((*circuit)->files()[location.file].ends_with("more.inc"));
    QCOMPARE(location.line, 1u);
}

void TestReader::includeOutside() {
    put(QStringLiteral("outside.inc"), "r9 a b 1\n");
    const std::string main =
        put(QStringLiteral("inner/main.sp"), "t\n.include ../outside.inc\nr1 a b 1\n");
    const auto confined = readNetlist(main);
    QVERIFY(confined.ok());
    QCOMPARE(letters(**confined), std::string("r1"));
    QCOMPARE(codes(**confined), std::string("NET-012"));
    ReadOptions options;
    options.searchPath.emplace_back(m_folder.path().toStdString());
    const auto allowed = readNetlist(main, options);
    QVERIFY(allowed.ok());
    QCOMPARE(letters(**allowed), std::string("r2"));
    for (const char* path :
         {"/etc/passwd", "../../../../../../etc/passwd", "/dev/zero", "/proc/self/mem"}) {
        const auto circuit = readNetlist(put(QStringLiteral("inner/absolute.sp"),
                                             QByteArray("t\n.include ") + path + "\nr1 a b 1\n"));
        QVERIFY(circuit.ok());
        QCOMPARE((*circuit)->files().size(), std::size_t{1});
    }
}

void TestReader::includeThroughLink() {
    put(QStringLiteral("secret.inc"), "r9 a b 1\n");
    put(QStringLiteral("linked/own.inc"), "c9 a b 1\n");
    QFile::link(m_folder.filePath(QStringLiteral("secret.inc")),
                m_folder.filePath(QStringLiteral("linked/link.inc")));
    QFile::link(QStringLiteral("own.inc"), m_folder.filePath(QStringLiteral("linked/inside.inc")));
    const auto circuit = readNetlist(put(QStringLiteral("linked/main.sp"),
                                         "t\n.include link.inc\n.include inside.inc\nr1 a b 1\n"));
    QVERIFY(circuit.ok());
    QCOMPARE(letters(**circuit), std::string("c1 r1"));
    QCOMPARE(codes(**circuit), std::string("NET-012"));
}

void TestReader::includeCircle() {
    put(QStringLiteral("a.inc"), "r2 a b 1\n.include b.inc\n");
    put(QStringLiteral("b.inc"), "r3 a b 1\n.include a.inc\n.include circle.sp\n");
    const auto circuit = readNetlist(
        put(QStringLiteral("circle.sp"), "t\n.include a.inc\nr1 a b 1\n.include circle.sp\n"));
    QVERIFY(circuit.ok());
    QCOMPARE(letters(**circuit), std::string("r3"));
    QCOMPARE(codes(**circuit), std::string("NET-014"));
}

void TestReader::includeBomb() {
    // Each includes the next twice: 2^30 readings if nobody counts.
    for (int i = 0; i < 30; ++i) {
        const QByteArray next = "bomb" + QByteArray::number(i + 1) + ".inc";
        put(QStringLiteral("bomb%1.inc").arg(i), ".include " + next + "\n.include " + next + "\n");
    }
    put(QStringLiteral("bomb30.inc"), "r1 a b 1\n");
    const auto circuit = readNetlist(put(QStringLiteral("bomb.sp"), "t\n.include bomb0.inc\n"));
    QVERIFY(circuit.ok());
    QVERIFY(codes(**circuit).find("NET-013") != std::string::npos);
}

void TestReader::librarySections() {
    put(QStringLiteral("corner.lib"),
        "* library\n.lib tt\n.param vt=1\n.lib 'corner.lib' common\n.endl tt\n"
        ".lib FF\nc9 a b 1\n.endl\n.LIB common\nr9 a b {vt}\n.endl common\n");
    const auto circuit = readNetlist(
        put(QStringLiteral("lib.sp"), "t\n.lib 'corner.lib' TT\nr1 a b 1\n.lib corner.lib nosuch\n"
                                      ".lib mine\nl1 a b 1\n.endl mine\n"));
    QVERIFY(circuit.ok());
    QCOMPARE(letters(**circuit), std::string("r2"));
    QCOMPARE(value(**circuit, "r9", "value"), 1.0);
    QCOMPARE(codes(**circuit), std::string("NET-015"));
}

void TestReader::libraryAsInclude() {
    put(QStringLiteral("opamps.lib"), ".subckt amp a b\nr1 a b 1\n.ends\n");
    const auto circuit =
        readNetlist(put(QStringLiteral("pspice.sp"), "t\n.lib \"opamps.lib\"\n.LIB\nx1 a b amp\n"));
    QVERIFY(circuit.ok());
    QCOMPARE(letters(**circuit), std::string("r1"));
}

void TestReader::foreignPaths() {
    put(QStringLiteral("bsim.mod"), "r9 a b 1\n");
    const auto circuit = readNetlist(put(
        QStringLiteral("foreign.sp"), "t\n.include C:\\Users\\me\\models\\bsim.mod\nr1 a b 1\n"));
    QVERIFY(circuit.ok());
    QCOMPARE(letters(**circuit), std::string("r2"));
}

void TestReader::textHasNoFolder() {
    const auto circuit = read("t\n.include /etc/hostname\n.include tst_reader\nr1 a b 1\n");
    QVERIFY(circuit.ok());
    QCOMPARE((*circuit)->files().size(), std::size_t{1});
    QCOMPARE(codes(**circuit), std::string("NET-011"));
}

void TestReader::fileIsNotChanged() {
    // The reader folds names in its own copy.
    const QByteArray content = QByteArray("T\nR1 AA BB 1K\n").repeated(200000);
    const std::string path = put(QStringLiteral("UPPER.SP"), content);
    const auto circuit = readNetlist(path);
    QVERIFY(circuit.ok());
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QCOMPARE(file.readAll(), content);
    // Cutting or overwriting it afterwards does not hurt what was read.
    QVERIFY(file.resize(0));
    QCOMPARE(wiring(**circuit, "r1"), std::string("r1 aa bb"));
}

void TestReader::hierarchyBomb() {
    std::string text = "t\nx0 a s0\n";
    for (int level = 0; level < 30; ++level) {
        text += ".subckt s" + std::to_string(level) + " p\n";
        for (int i = 0; i < 10; ++i)
            text += "x" + std::to_string(i) + " p s" + std::to_string(level + 1) + "\n";
        text += ".ends\n";
    }
    text += ".subckt s30 p\nr1 p 0 1\n.ends\n";
    ReadOptions options;
    options.maxDevices = 100000;
    const auto circuit = read(text, options);
    QVERIFY(circuit.ok());
    QCOMPARE(codes(**circuit), std::string("NET-043"));
    QVERIFY((*circuit)->deviceCount() > 0);
    QVERIFY((*circuit)->deviceCount() <= 100000);
    for (DeviceId d = 0; d < (*circuit)->deviceCount(); d += 1000)
        QCOMPARE((*circuit)->findDevice((*circuit)->deviceName(d)).value_or(kNone), d);
    // The hierarchy itself is all there.
    QCOMPARE((*circuit)->cellInstanceCount((*circuit)->findCell("s0").value()), std::size_t{10});
}

void TestReader::deepHierarchy() {
    std::string text = "t\nx0 a s0\n";
    for (int level = 0; level < 5000; ++level)
        text += ".subckt s" + std::to_string(level) + " p\nx p s" + std::to_string(level + 1) +
                "\n.ends\n";
    text += ".subckt s5000 p\nr1 p 0 1\n.ends\n";
    const auto circuit = read(text);
    QVERIFY(circuit.ok());
    QCOMPARE(codes(**circuit), std::string("NET-044"));
    QCOMPARE((*circuit)->deviceCount(), std::size_t{1});
}

void TestReader::deepNesting() {
    std::string text = "t\nr0 a b 1\n";
    for (int level = 0; level < 5000; ++level)
        text += ".subckt s" + std::to_string(level) + " p\nr1 p 0 1\n";
    for (int level = 0; level < 5000; ++level)
        text += ".ends\n";
    text += "r2 a b 1\n";
    const auto circuit = read(text);
    QVERIFY(circuit.ok());
    QCOMPARE(codes(**circuit), std::string("NET-042"));
    QCOMPARE(letters(**circuit), std::string("r2"));
}

void TestReader::manyFindings() {
    std::string text = "t\n";
    for (int i = 0; i < 20000; ++i)
        text += "?? " + std::to_string(i) + "\nr" + std::to_string(i) + " a\n";
    const auto circuit = read(text);
    QVERIFY(circuit.ok());
    const auto& findings = (*circuit)->diagnostics();
    QVERIFY(findings.size() <= 1001);
    QCOMPARE(findings.back().code, std::string("NET-090"));
    QCOMPARE(findings.back().severity, Severity::Note);
    QCOMPARE(findings.front().line, 2);
    QCOMPARE(findings.front().column, 1);
}

void TestReader::stops() {
    std::string text = "t\n";
    for (int i = 0; i < 400000; ++i)
        text += "r" + std::to_string(i) + " n" + std::to_string(i) + " n" + std::to_string(i + 1) +
                " 1k\n";
    StopSource source;
    class StopAtFirst : public ProgressSink {
    public:
        explicit StopAtFirst(StopSource& s)
            : m_source(s) {}
        void report(double fraction, const std::string&) override {
            if (fraction > 0.05)
                m_source.requestStop();
        }

    private:
        StopSource& m_source;
    } sink(source);
    const auto stopped = readNetlistText(text, "big.sp", {}, {}, source.token(), sink);
    QVERIFY(!stopped.ok());
    QCOMPARE(stopped.error().code, std::string("NET-002"));
    StopSource before;
    before.requestStop();
    QVERIFY(!readNetlistText(text, "big.sp", {}, {}, before.token()).ok());
}

void TestReader::progress() {
    std::string text = "t\n";
    for (int i = 0; i < 100000; ++i)
        text += "r" + std::to_string(i) + " a b 1k\n";
    class Record : public ProgressSink {
    public:
        void report(double fraction, const std::string& step) override {
            rising = rising && fraction >= last && fraction <= 1.0 && !step.empty();
            last = fraction;
            ++calls;
        }
        double last = 0;
        int calls = 0;
        bool rising = true;
    } sink;
    QVERIFY(readNetlistText(text, "big.sp", {}, {}, {}, sink).ok());
    QVERIFY(sink.rising);
    QVERIFY(sink.calls > 5);
    QCOMPARE(sink.last, 1.0);
}

void TestReader::longLines() {
    std::string text = "t\nx1";
    for (int i = 0; i < 200000; ++i)
        text += " n" + std::to_string(i);
    text += " box\nv1 a 0 pwl(";
    for (int i = 0; i < 200000; ++i)
        text += "\n+ " + std::to_string(i) + "n 1";
    text += ")\nr1 " + std::string(2000000, 'a') + " b 1\n";
    const auto circuit = read(text);
    QVERIFY(circuit.ok());
    QCOMPARE(letters(**circuit), std::string("r1 v1 x1"));
    QCOMPARE((*circuit)->terminalCount(), std::size_t{200004});
    (*circuit)->deviceParameters((*circuit)->findDevice("v1").value());
    QVERIFY((*circuit)->deviceLabel((*circuit)->findDevice("v1").value()).size() < 100);
}

void TestReader::hostile_data() {
    QTest::addColumn<QByteArray>("text");
    const auto add = [](const char* name, const QByteArray& text) { QTest::newRow(name) << text; };
    // Found by fuzzing and thinking: none may crash, hang or read beyond the text.
    add("alter inside an open cell", ".subckt a b\n.alter 1\nx1 1 ,");
    add("keyword at the end of a card", "t\ng1 a b vccap\ne1 a b and\n");
    add("all letters alone",
        "t\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nu\nv\nw\nx\ny\nz\n");
    add("letters with an assignment", "t\nr=1\nm = 2\nx1=3\nq1 a=1\ne1 a b=2\nx1 a b=1\nw1 = =\n");
    add("dots alone",
        "t\n.\n..\n.=\n.subckt\n.model\n.model a\n.param\n.param =\n.func\n.func f\n.func (\n.lib\n"
        ".include\n.global\n.if\n.elseif\n.else\n.endif\n.endl\n.ends\n.data\n");
    add("unclosed quotes",
        "t\nr1 a b '1\nr2 a b {1\nr3 a b \"1\n.param a='1\n.include \"x\n.lib 'x\n");
    add("unclosed in continuations", "t\nr1 a b '1\n+ 2\n+ 3\ne1 a b {x\n+ y\n\n* c\n+ z\n");
    add("plus only", "+\n+\n+ a\n");
    add("backslash at the end", "t\nr1 a b \\");
    add("backslash and nothing", "t\nr1 a \\\n");
    add("dollar at the end", "t\nr1 a b $");
    add("slash at the end", "t\nr1 a b /");
    add("poly of nonsense",
        "t\ne1 a b poly(-1) c\ne2 a b poly(1e30) c d\ne3 a b poly\ne4 a b poly(x) c\n");
    add("zero bytes", QByteArray("t\nr1 a b 1\n") + QByteArray(70000, ' ') + QByteArray(3, '\0') +
                          "\nr2 a b 1\n");
    add("brackets", "t\nr1 ((((( a b ))))) 1\nx1 ()()() s\nv1 a b ((((((\nv2 a b ))))))\n");
    add("many brackets",
        "t\nv1 a b " + QByteArray(100000, '(') + "\nr1 a b " + QByteArray(100000, '{') + "\n");
    add("model of itself", "t\nd1 a b x\n.model x ako:x\n");
    add("cells of one name nested",
        "t\nx1 a s\n.subckt s p\n.subckt s q\nx1 q s\n.ends\nx2 p s\n.ends\n");
    add("two cells in a ring",
        "t\nx1 a s\n.subckt s p\nx1 p t\n.ends\n.subckt t p\nx1 p s\nr1 p 0 1\n.ends\n");
    add("only a ring", ".subckt s p\nx1 p t\n.ends\n.subckt t p\nx1 p s\n.ends\n");
    add("if without end", "t\n.if\n.if\n.else\n.elseif (1)\nr1 a b 1\n");
    add("comment block at the end", "t\nr1 a b 1\n*\n*\n*");
    add("star dot at the end", "*.");
    add("global star at the end", "*.GLOBAL");
}

void TestReader::hostile() {
    QFETCH(QByteArray, text);
    for (int dialect = -1; dialect < 5; ++dialect) {
        ReadOptions options;
        if (dialect >= 0)
            options.dialect = static_cast<Dialect>(dialect);
        const auto circuit = read(text.toStdString(), options);
        if (!circuit)
            continue;
        for (DeviceId d = 0; d < (*circuit)->deviceCount(); ++d) {
            (*circuit)->deviceLabel(d);
            (*circuit)->deviceParameters(d);
            (*circuit)->findDevice((*circuit)->deviceName(d));
            for (const NetId net : (*circuit)->deviceNets(d))
                QVERIFY(net < (*circuit)->netCount());
        }
    }
}

QTEST_GUILESS_MAIN(TestReader)
#include "tst_reader.moc"
