// SPDX-License-Identifier: GPL-3.0-or-later
// Project files: reading, writing back, hostile input.
#include "core/project/installation.h"
#include "core/project/project.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ohm;
using namespace ohm::project;
namespace fs = std::filesystem;

class TestProject : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;

    fs::path path(const char* name) const {
        return m_dir.filePath(QString::fromLatin1(name)).toStdString();
    }
    void write(const char* name, const QByteArray& text) const {
        QFile file(m_dir.filePath(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    Expected<Project> read(const QByteArray& text) const {
        write("project.yaml", text);
        return readProject(path("project.yaml"));
    }
    QByteArray readBack() const {
        QFile file(m_dir.filePath(QStringLiteral("project.yaml")));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static QStringList codes(const Project& project) {
        QStringList list;
        for (const Diagnostic& d : project.diagnostics)
            list += QStringLiteral("%1:%2").arg(QString::fromStdString(d.code)).arg(d.line);
        return list;
    }

private slots:
    void initTestCase() {
        write("a.cir", "* a\n");
        QDir(m_dir.path()).mkpath(QStringLiteral("models/sub"));
    }

    void readsEverything() {
        const auto p = read("name: Amp\n"
                            "description: An amplifier\n"
                            "circuits: [a.cir]\n"
                            "models: [models, models/sub]\n"
                            "symbols: models\n"
                            "outputs: [out, x1.n2]\n"
                            "parameters:\n"
                            "  w: {value: 0.5u, min: 0.1u, max: 2u, step: 10n, unit: m}\n"
                            "  cc: {value: 3p, min: 1p, max: 1n, unit: F, scale: log}\n"
                            "  n: 4\n");
        QVERIFY(p.ok());
        QCOMPARE(p->name, std::string("Amp"));
        QCOMPARE(p->description, std::string("An amplifier"));
        QCOMPARE(p->circuits, std::vector<fs::path>{"a.cir"});
        QCOMPARE(p->modelPath, (std::vector<fs::path>{"models", "models/sub"}));
        QCOMPARE(p->symbolPath, std::vector<fs::path>{"models"});
        QCOMPARE(p->outputs, (std::vector<std::string>{"out", "x1.n2"}));
        QCOMPARE(p->parameters.size(), std::size_t{3});
        const ParameterSpec& w = p->parameters[0];
        QCOMPARE(w.name, std::string("w"));
        QCOMPARE(w.unit, std::string("m"));
        QCOMPARE(w.value, 0.5e-6);
        QCOMPARE(w.min, 0.1e-6);
        QCOMPARE(w.max, 2e-6);
        QCOMPARE(w.step, 10e-9);
        QVERIFY(!w.logarithmic);
        QVERIFY(p->parameters[1].logarithmic);
        QCOMPARE(p->parameters[2].value, 4.0);
        QCOMPARE(p->parameters[2].min, 4.0);
        QVERIFY2(p->diagnostics.empty(), qPrintable(codes(*p).join(QLatin1Char(' '))));
        QCOMPARE(p->folder(), fs::path(m_dir.path().toStdString()));
        const auto models = modelSearchPath(*p);
        QCOMPARE(models.front(), path("models"));
        QCOMPARE(models.back(), builtInModelFolder());
    }

    void findsTheFileInAFolder() {
        QVERIFY(read("name: x\n").ok());
        const auto p = readProject(m_dir.path().toStdString());
        QVERIFY(p.ok());
        QCOMPARE(p->file, path("project.yaml"));
    }

    void reportsFindings_data() {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QStringList>("expected"); ///< code:line
        const auto row = [](const char* name, const char* yaml, const QStringList& expected) {
            QTest::newRow(name) << QByteArray(yaml) << expected;
        };
        row("empty", "", {});
        row("only comments", "# nothing\n", {});
        row("unknown key", "name: a\ntestbenches: [x]\n", {QStringLiteral("PROJ-010:2")});
        row("unknown parameter key", "parameters:\n  w:\n    value: 1\n    tolerance: 5\n",
            {QStringLiteral("PROJ-010:4")});
        row("not a list", "outputs: {a: 1}\n", {QStringLiteral("PROJ-011:1")});
        row("list in a list", "outputs: [a, [b]]\n", {QStringLiteral("PROJ-011:1")});
        row("name is a list", "name: [a]\n", {QStringLiteral("PROJ-011:1")});
        row("parameters is a list", "parameters: [a]\n", {QStringLiteral("PROJ-011:1")});
        row("not a number", "parameters:\n  w: wide\n", {QStringLiteral("PROJ-012:2")});
        row("not a number inside", "parameters:\n  w: {value: 1, min: 4k7}\n",
            {QStringLiteral("PROJ-012:2")});
        row("outside its range", "parameters:\n  w: {value: 5, min: 1, max: 2}\n",
            {QStringLiteral("PROJ-013:2")});
        row("empty range", "parameters:\n  w: {value: 5, min: 9, max: 2}\n",
            {QStringLiteral("PROJ-013:2")});
        row("log from zero", "parameters:\n  w: {value: 1, min: 0, max: 2, scale: log}\n",
            {QStringLiteral("PROJ-013:2")});
        row("odd scale", "parameters:\n  w: {value: 1, scale: cubic}\n",
            {QStringLiteral("PROJ-011:2")});
        row("missing circuit", "circuits:\n  - a.cir\n  - b.cir\n", {QStringLiteral("PROJ-014:3")});
        row("twice", "name: a\nname: b\n", {QStringLiteral("PROJ-015:2")});
        row("parameter twice", "parameters:\n  w: 1\n  w: 2\n", {QStringLiteral("PROJ-015:3")});
        row("null values", "name:\ncircuits:\nparameters:\n", {});
    }
    void reportsFindings() {
        QFETCH(QByteArray, yaml);
        QFETCH(QStringList, expected);
        const auto p = read(yaml);
        QVERIFY2(p.ok(), p ? "" : p.error().message().c_str());
        QCOMPARE(codes(*p), expected);
        QVERIFY(!p->name.empty());
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QByteArray>("code");
        const auto row = [](const char* name, const QByteArray& yaml, const char* code) {
            QTest::newRow(name) << yaml << QByteArray(code);
        };
        row("parent folder", "circuits: [../a.cir]\n", "PROJ-003");
        row("absolute path", "circuits: [/etc/passwd]\n", "PROJ-003");
        row("hidden parent", "models: [models/../../x]\n", "PROJ-003");
        row("link to outside", "models: [escape/etc]\n", "PROJ-003");
        row("empty path", "circuits: ['']\n", "PROJ-003");
        row("broken yaml", "name: [a\n", "PROJ-002");
        row("tab", "a:\n\t- b\n", "PROJ-002");
        row("a list", "- a\n", "PROJ-002");
        row("a text", "hello\n", "PROJ-002");
        row("binary", QByteArray::fromHex("00ff1200000000ff0001"), "PROJ-002");
        row("aliases", "a: &a [x, x]\nb: [*a, *a]\n", "PROJ-002");
        row("billion laughs",
            "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c "
            "[*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
            "PROJ-002");
        row("deep flow", "a: " + QByteArray(100000, '['), "PROJ-002");
        row("deep braces", "a: " + QByteArray(100000, '{'), "PROJ-002");
        QByteArray deep;
        for (int i = 0; i < 300; ++i)
            deep += QByteArray(i, ' ') + "a:\n";
        row("deep block", deep, "PROJ-002");
        row("too many entries", "a: [" + QByteArray("1,").repeated(60000) + "1]\n", "PROJ-002");
        row("too large", "# " + QByteArray(2 << 20, 'x') + "\n", "PROJ-002");
        row("deep keys", QByteArray("? ").repeated(50000), "PROJ-002");
    }
    void refuses() {
        QFETCH(QByteArray, yaml);
        QFETCH(QByteArray, code);
        QFile::link(QStringLiteral("/"), m_dir.filePath(QStringLiteral("escape")));
        const auto p = read(yaml);
        QVERIFY(!p.ok());
        QCOMPARE(QByteArray::fromStdString(p.error().code), code);
        QVERIFY(!p.error().text.empty());
    }

    void missingFileAndFolder() {
        QCOMPARE(readProject(path("nowhere")).error().code, std::string("PROJ-001"));
        QDir(m_dir.path()).mkdir(QStringLiteral("emptyfolder"));
        QCOMPARE(readProject(path("emptyfolder")).error().code, std::string("PROJ-001"));
        QCOMPARE(readProject("/dev/null").error().code, std::string("BASE-002"));
    }

    void otherEncodings() {
        const auto utf16 = [] {
            const QString text = QStringLiteral("name: Größe\n");
            QByteArray bytes("\xff\xfe");
            bytes.append(reinterpret_cast<const char*>(text.utf16()), text.size() * 2);
            return bytes;
        }();
        const auto p = read(utf16);
        QVERIFY(p.ok());
        QCOMPARE(QString::fromStdString(p->name), QStringLiteral("Größe"));
        QCOMPARE(QString::fromStdString(read("name: Gr\xf6\xdf"
                                             "e\r\n")
                                            ->name),
                 QStringLiteral("Größe"));
    }

    void writesBackWithoutLoss() {
        const QByteArray text =
            "# A person wrote this\n"
            "# and wants to keep it.\n\n"
            "name: 'Amp: the \"second\"'\n"
            "circuits: [a.cir]\n"
            "specs:\n  gain: {min: 300, weight: 1}\n  list: [1, two]\n"
            "parameters:\n"
            "  w: {value: 0.5u, min: 0.1u, max: 2u, step: 10n, unit: m, corner: [tt, ss]}\n"
            "  r: {value: 1.2345678901234k, min: 1, max: 2meg, scale: log}\n"
            "future: yes\n";
        const auto first = read(text);
        QVERIFY(first.ok());
        // The specs belong to sizing: known, and kept as they are.
        QCOMPARE(codes(*first),
                 (QStringList{QStringLiteral("PROJ-010:10"), QStringLiteral("PROJ-010:12")}));
        QVERIFY(writeProject(*first).ok());
        const auto second = readProject(first->file);
        QVERIFY(second.ok());
        QCOMPARE(second->name, first->name);
        QCOMPARE(second->circuits, first->circuits);
        QCOMPARE(second->unknown, first->unknown);
        QCOMPARE(second->parameters.size(), first->parameters.size());
        for (std::size_t i = 0; i < first->parameters.size(); ++i) {
            const ParameterSpec& a = first->parameters[i];
            const ParameterSpec& b = second->parameters[i];
            QCOMPARE(b.name, a.name);
            QCOMPARE(b.unit, a.unit);
            QVERIFY(a.value == b.value && a.min == b.min && a.max == b.max && a.step == b.step);
            QCOMPARE(b.logarithmic, a.logarithmic);
        }
        const QByteArray written = readBack();
        QVERIFY(written.startsWith("# A person wrote this\n# and wants to keep it.\n"));
        QVERIFY(written.contains("weight: 1"));
        QVERIFY(written.contains("future: yes"));
        QVERIFY(written.contains("corner"));
        QVERIFY(writeProject(*second).ok());
        QCOMPARE(readBack(), written); // stable from then on
    }

    void writeFailureKeepsTheOldFile() {
        auto p = read("name: keep\n");
        p->file = path("no-such-folder/project.yaml");
        QCOMPARE(writeProject(*p).error().code, std::string("BASE-010"));
    }

    void singleFilesAreProjectsToo() {
        const Project p = projectForFile(path("a.cir"));
        QCOMPARE(p.name, std::string("a"));
        QCOMPARE(p.circuits, std::vector<fs::path>{"a.cir"});
        QCOMPARE(p.folder() / p.circuits[0], path("a.cir"));
        QVERIFY(p.file != path("project.yaml"));
    }
};

QTEST_GUILESS_MAIN(TestProject)
#include "tst_project.moc"
