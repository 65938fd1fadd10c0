// SPDX-License-Identifier: GPL-3.0-or-later
// Sections of a project file as rows: read, changed, written back beside a person's comments.
#include "core/project/setup.h"

#include <QTest>

using namespace ohm;
using namespace ohm::project;

namespace {

const char* const kFile = R"(# A project.
name: amp   # its name
parameters:
  # widths
  w1: {value: 20, min: 1, max: 99, step: 1}   # of the pair
  cc: {value: 3p, min: 0.1p, max: 9.9p, unit: F}
  vdd: 1.2
  long:
    value: 5   # inside
    # and here
    min: 1

# Sizing below.
benches:
  op: {circuit: a.cir, analyses: [op, ac dec 10 1 1g], timeout: 5}
specs: {gain: {min: 300}}
strange: [1, {a: b}]   # kept
)";

std::vector<SetupRow> rows(const std::string& text, const std::string& key) {
    auto read = readSetup(text, key, "here");
    return read ? *read : std::vector<SetupRow>();
}

} // namespace

class TestSetup : public QObject {
    Q_OBJECT
private slots:
    void reads() {
        const auto parameters = rows(kFile, "parameters");
        QCOMPARE(parameters.size(), std::size_t{4});
        QCOMPARE(parameters[0].name, std::string("w1"));
        QCOMPARE(*parameters[1].find("min"), std::string("0.1p"));
        QVERIFY(!parameters[1].find("step"));
        QCOMPARE(*parameters[2].find("value"), std::string("1.2"));
        const auto benches = rows(kFile, "benches");
        QCOMPARE(*benches[0].find("analyses"), std::string("[op, ac dec 10 1 1g]"));
        QVERIFY(!benches[0].fields[1].isPlain);
        QVERIFY(rows(kFile, "corners").empty());
        QCOMPARE(readSetup(kFile, "strange", "here").error().code, std::string("PROJ-011"));
        QCOMPARE(readSetup("a: [", "a", "here").error().code, std::string("PROJ-002"));
    }

    void unchangedStaysByteForByte() {
        const auto text = writeSetup(
            kFile, {{"parameters", rows(kFile, "parameters")}, {"specs", rows(kFile, "specs")}},
            "here");
        QVERIFY(text);
        QCOMPARE(*text, std::string(kFile));
    }

    void oneChangeTouchesOneLine() {
        auto changed = rows(kFile, "parameters");
        changed[0].set("max", "50");
        const auto text = writeSetup(kFile, {{"parameters", changed}}, "here");
        QVERIFY(text);
        QString wanted = QString::fromUtf8(kFile);
        wanted.replace(QStringLiteral("max: 99, step: 1}"), QStringLiteral("max: 50, step: 1}"));
        QCOMPARE(QString::fromStdString(*text), wanted);
    }

    void addsRemovesRenames() {
        auto changed = rows(kFile, "parameters");
        changed[0].name = "wide";
        changed.erase(changed.begin() + 1);
        SetupRow added;
        added.name = "rz";
        added.set("value", "1k");
        added.set("unit", "ohm");
        changed.insert(changed.begin(), added);
        std::vector<SetupRow> corners(1);
        corners[0].name = "hot";
        corners[0].set("temperature", "125");
        const auto text =
            writeSetup(kFile, {{"parameters", changed}, {"corners", corners}}, "here");
        QVERIFY(text);
        QCOMPARE(rows(*text, "parameters"), changed);
        QCOMPARE(rows(*text, "corners"), corners);
        const QString shown = QString::fromStdString(*text);
        QVERIFY(shown.contains(QStringLiteral("  # widths\n  wide: {value: 20, min: 1, max: 99, "
                                              "step: 1}   # of the pair\n")));
        QVERIFY(!shown.contains(QStringLiteral("  cc:")));
        for (const char* kept : {"# A project.\nname: amp   # its name\n", "# Sizing below.\n",
                                 "    # and here\n", "strange: [1, {a: b}]   # kept\n"})
            QVERIFY2(shown.contains(QLatin1String(kept)), kept);
    }

    void sectionsInOneLine() {
        auto specs = rows(kFile, "specs");
        specs[0].set("weight", "2");
        const auto text = writeSetup(kFile, {{"specs", specs}}, "here");
        QVERIFY(text);
        QCOMPARE(rows(*text, "specs"), specs);
        QVERIFY(text->find("strange: [1, {a: b}]   # kept\n") != std::string::npos);
        const std::string braces = "{name: x, specs: {gain: {min: 1}}, other: 3}\n";
        specs = rows(braces, "specs");
        specs[0].set("min", "2");
        const auto anew = writeSetup(braces, {{"specs", specs}}, "here");
        QVERIFY(anew);
        QCOMPARE(rows(*anew, "specs"), specs);
        QVERIFY(anew->find("other: 3") != std::string::npos);
    }

    void emptied() {
        const auto text = writeSetup(kFile, {{"specs", {}}, {"parameters", {}}}, "here");
        QVERIFY(text);
        QVERIFY(rows(*text, "specs").empty());
        QVERIFY(rows(*text, "parameters").empty());
        QCOMPARE(rows(*text, "benches"), rows(kFile, "benches"));
    }

    void hostileTexts_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"a, b",     "{",         "}",          "[",    "# not a comment",
                                 "x # y",    "a: b",      ": ",         "\"",   "'",
                                 "\\n",      "*alias",    "&anchor",    "!tag", "|",
                                 ">",        "%",         "@",          "`",    "-",
                                 "- a",      "null",      "~",          "?",    "max(v(out), 1)",
                                 " padded ", "tab\there", "two\nlines", "-5",   "\xc2\xb5"})
            QTest::newRow(text) << QString::fromUtf8(text);
    }
    void hostileTexts() {
        QFETCH(QString, text);
        auto specs = rows(kFile, "specs");
        specs[0].set("note", text.toStdString());
        SetupRow named;
        named.name = text.toStdString();
        named.set("min", "1");
        specs.push_back(named);
        const auto written = writeSetup(kFile, {{"specs", specs}}, "here");
        QVERIFY2(written, written ? "" : written.error().detail.c_str());
        QCOMPARE(rows(*written, "specs"), specs);
        QCOMPARE(rows(*written, "benches"), rows(kFile, "benches"));
    }

    void refuses() {
        auto twice = rows(kFile, "specs");
        twice.push_back(twice[0]);
        QCOMPARE(writeSetup(kFile, {{"specs", twice}}, "here").error().code,
                 std::string("PROJ-015"));
        auto broken = rows(kFile, "specs");
        broken[0].set("list", "[1, {", false); // not YAML
        QVERIFY(!writeSetup(kFile, {{"specs", broken}}, "here"));
        QCOMPARE(writeSetup("a: [", {}, "here").error().code, std::string("PROJ-002"));
    }
};

QTEST_GUILESS_MAIN(TestSetup)
#include "tst_setup.moc"
