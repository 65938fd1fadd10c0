// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy files, numbers and pickled objects: what is right is read, everything else is refused.
#include "core/congestion/bytes.h"
#include "core/congestion/npy.h"
#include "core/congestion/pickle.h"

#include "shareddata.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <random>

using namespace ohm::congestion;
using namespace std::string_literals;

namespace {

std::string npy(const std::string& type, const std::string& shape, const std::string& data,
                bool fortran = false) {
    std::string header = "{'descr': '" + type +
                         "', 'fortran_order': " + (fortran ? "True" : "False") +
                         ", 'shape': " + shape + ", }";
    header.resize(118 - 1, ' ');
    header += '\n';
    return "\x93NUMPY\x01\x00"s + static_cast<char>(header.size()) + '\0' + header + data;
}

template <typename T>
std::string raw(std::initializer_list<T> values) {
    std::string out;
    for (const T value : values)
        out.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return out;
}

std::string u4(std::uint32_t value) {
    return raw<std::uint32_t>({value});
}
std::string text(const std::string& value) {
    return "X" + u4(static_cast<std::uint32_t>(value.size())) + value;
}

/// The pickle around an object array: `list` is what puts the list of its elements on the stack.
std::string objectPickle(const std::string& shapeTuple, const std::string& list,
                         const std::string& module = "numpy.core.multiarray") {
    return "\x80\x03"
           "c"s +
           module +
           "\n_reconstruct\ncnumpy\nndarray\nK\x00\x85"
           "C\x01"
           "b\x87R(K\x01"s +
           shapeTuple + "cnumpy\ndtype\n"s + text("O8") + "\x89\x88\x87R(K\x03"s + text("|") +
           "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89"s + list + "tb."s;
}
std::string two(const std::string& list) {
    return npy("|O", "(1, 2)", objectPickle("K\x01K\x02\x86"s, list));
}

} // namespace

class TestNpyFile : public QObject {
    Q_OBJECT
private slots:
    void numbers_data() {
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes);
        };
        row("<f4", npy("<f4", "(2, 3)", raw<float>({1, 2, 3, 4, 5, 6})));
        row("<f8", npy("<f8", "(2, 3)", raw<double>({1, 2, 3, 4, 5, 6})));
        row("<f2", npy("<f2", "(2, 3)",
                       raw<std::uint16_t>({0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600})));
        row("|u1", npy("|u1", "(2, 3)", raw<std::uint8_t>({1, 2, 3, 4, 5, 6})));
        row("<i8", npy("<i8", "(2, 3)", raw<std::int64_t>({1, 2, 3, 4, 5, 6})));
        row(">i2", npy(">i2", "(2, 3)", "\0\1\0\2\0\3\0\4\0\5\0\6"s));
        row("fortran", npy("<f4", "(2, 3)", raw<float>({1, 4, 2, 5, 3, 6}), true));
    }
    void numbers() {
        QFETCH(QByteArray, file);
        const auto array = readNumericNpy(file.toStdString());
        QVERIFY2(array.ok(), array.ok() ? "" : array.error().message().c_str());
        QCOMPARE(array->shape, (std::vector<std::size_t>{2, 3}));
        QCOMPARE(array->values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
    }
    void halvesOfEveryKind() {
        const auto array = readNumericNpy(
            npy("<f2", "(5,)", raw<std::uint16_t>({0x0001, 0x8400, 0x7c00, 0xfe00, 0x3555})));
        QVERIFY(array.ok());
        QCOMPARE(array->values[0], std::ldexp(1.0, -24));
        QCOMPARE(array->values[1], -std::ldexp(1.0, -14));
        QVERIFY(std::isinf(array->values[2]));
        QVERIFY(std::isnan(array->values[3]));
        QVERIFY(std::abs(array->values[4] - 1.0 / 3) < 1e-3);
    }
    void badNumbers_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& bytes, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString::fromLatin1(code);
        };
        row("empty", "", "CONG-010");
        row("other", "PK\x03\x04 something else", "CONG-010");
        row("short", npy("<f4", "(2, 3)", raw<float>({1, 2, 3})), "CONG-012");
        row("huge", npy("<f4", "(281474976710656, 281474976710656)", ""), "CONG-010");
        row("large", npy("<f4", "(1000000000000,)", "abcd"), "CONG-012");
        row("complex", npy("<c8", "(1,)", "01234567"), "CONG-011");
        row("objects", npy("|O", "(1,)", "."), "CONG-011");
        row("text", npy("<U4", "(1,)", std::string(16, 'x')), "CONG-011");
        row("width", npy("<f16", "(1,)", std::string(16, 'x')), "CONG-011");
        row("records", "\x93NUMPY\x01\x00\x25\x00{'descr': [('a', '<f4')], 'shape': (1,"s,
            "CONG-011");
        row("code", npy("__import__('os').system('touch x')", "(1,)", ""), "CONG-010");
        row("no shape", "\x93NUMPY\x01\x00\x12\x00{'descr': '<f4', }    "s, "CONG-010");
        row("negative", npy("<f4", "(-1,)", ""), "CONG-010");
        row("version", "\x93NUMPY\x09\x00\x04\x00{}  "s, "CONG-010");
        row("cut header", npy("<f4", "(1,)", "abcd").substr(0, 40), "CONG-010");
    }
    void badNumbers() {
        QFETCH(QByteArray, file);
        QFETCH(QString, code);
        const auto array = readNumericNpy(file.toStdString());
        QVERIFY(!array.ok());
        QCOMPARE(QString::fromStdString(array.error().code), code);
    }

    void objects() {
        const std::string file = two("]("s + text("a/b") +
                                     "q\x07](K\x05M\x00\x01J\xfe\xff\xff\xffh\x07"
                                     "ee"s);
        const auto array = readObjectNpy(file);
        QVERIFY2(array.ok(), array.ok() ? "" : array.error().message().c_str());
        QCOMPARE(array->shape(), (std::vector<std::size_t>{1, 2}));
        const auto cells = array->elements();
        QCOMPARE(array->kind(cells[0]), ObjectArray::Kind::Text);
        QVERIFY(array->text(cells[0]) == "a/b");
        const auto items = array->items(cells[1]);
        QCOMPARE(items.size(), std::size_t{4});
        QCOMPARE(array->integer(items[0]), 5);
        QCOMPARE(array->integer(items[1]), 256);
        QCOMPARE(array->integer(items[2]), -2);
        QVERIFY(array->text(items[3]) == "a/b"); // from the memo
    }
    void newerProtocols() {
        // As NumPy 2 writes: protocol 4, framed, names from the stack, short texts, memoised.
        const auto shortText = [](const std::string& value) {
            return "\x8c"s + static_cast<char>(value.size()) + value + "\x94"s;
        };
        const std::string pickle =
            "\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00"s + shortText("numpy._core.multiarray") +
            shortText("_reconstruct") + "\x93\x94"s + shortText("numpy") + shortText("ndarray") +
            "\x93\x94K\x00\x85\x94"
            "C\x01"
            "b\x94\x87\x94R\x94(K\x01)"s +
            shortText("numpy") + shortText("dtype") + "\x93\x94"s + shortText("O8") +
            "\x89\x88\x87\x94R\x94(K\x03"s + shortText("|") +
            "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?t\x94"
            "b\x89]\x94}\x94"s +
            shortText("top") +
            "]\x94(K\x01K\x02K\x03\x8a\x01\x04"
            "esat\x94"
            "b."s;
        const std::string file = npy("|O", "()", pickle);
        const auto array = readObjectNpy(file);
        QVERIFY2(array.ok(), array.ok() ? "" : array.error().message().c_str());
        QVERIFY(array->shape().empty());
        const auto dict = array->elements()[0];
        QCOMPARE(array->kind(dict), ObjectArray::Kind::Dict);
        QVERIFY(array->text(array->items(dict)[0]) == "top");
        QCOMPARE(array->integer(array->items(array->items(dict)[1])[3]), 4);
    }
    void refusals_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& bytes, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString::fromLatin1(code);
        };
        const auto bare = [](const std::string& pickle) { return npy("|O", "(1, 2)", pickle); };
        row("os.system",
            bare("\x80\x03"
                 "cos\nsystem\n"s +
                 text("touch owned") + "\x85R."s),
            "CONG-013");
        row("posix by stack",
            bare("\x80\x04\x8c\x05posix\x8c\x06system\x93"s + text("x") + "\x85R."s), "CONG-013");
        row("builtins.eval",
            bare("\x80\x03"
                 "cbuiltins\neval\n."s),
            "CONG-013");
        row("numpy.load",
            bare("\x80\x03"
                 "cnumpy\nload\n."s),
            "CONG-013");
        row("nearly the name",
            bare("\x80\x03"
                 "cnumpy.core.multiarray\n_reconstruct2\n."s),
            "CONG-013");
        row("inst", bare("\x80\x03(ios\nsystem\n."s), "CONG-013");
        row("obj", bare("\x80\x03(cnumpy\nndarray\no."s), "CONG-013");
        row("newobj",
            bare("\x80\x03"
                 "cnumpy\nndarray\n)\x81."s),
            "CONG-013");
        row("persistent id", bare("\x80\x03Q."s), "CONG-013");
        row("extension", bare("\x80\x02\x82\x01."s), "CONG-013");
        row("text protocol", bare("I1\n."s), "CONG-013");
        row("protocol 9", bare("\x80\x09."s), "CONG-013");
        row("calls a dtype of numbers",
            bare("\x80\x03"
                 "cnumpy\ndtype\n"s +
                 text("f8") + "\x85R."s),
            "CONG-013");
        row("state of something",
            bare("\x80\x03]K\x01\x85"
                 "b."s),
            "CONG-013");
        row("long integer", bare("\x80\x03\x8a\x20"s + std::string(32, 'x') + "."), "CONG-013");
        row("empty", bare(""), "CONG-014");
        row("no end", bare("\x80\x03]"), "CONG-014");
        row("no value", bare("\x80\x03."s), "CONG-014");
        row("two values", bare("\x80\x03NN."s), "CONG-014");
        row("empty stack", bare("\x80\x03R."s), "CONG-014");
        row("pops below the mark", bare("\x80\x03N(\x85."s), "CONG-014");
        row("no mark", bare("\x80\x03t."s), "CONG-014");
        row("long text",
            bare("\x80\x03X\xff\xff\xff\x7f"
                 "abc."s),
            "CONG-014");
        row("longer text",
            bare("\x80\x03\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                 "abc."s),
            "CONG-014");
        row("no memo", bare("\x80\x03h\x05."s), "CONG-014");
        row("vast memo", bare("\x80\x03Nr\xff\xff\xff\xff."s), "CONG-014");
        row("append to nothing",
            bare("\x80\x03NK\x01"
                 "a."s),
            "CONG-014");
        row("key without value", bare("\x80\x03}(K\x01u."s), "CONG-014");
        row("not an array",
            bare("\x80\x03](K\x01K\x02"
                 "e."s),
            "CONG-014");
        row("another length",
            two("](K\x01"
                "e"s),
            "CONG-014");
        row("numbers", npy("<f4", "(1, 2)", "01234567"), "CONG-011");
        std::string deep = "\x80\x03"s + std::string(100000, '(') + ".";
        row("deep", bare(deep), "CONG-013");
    }
    void refusals() {
        QFETCH(QByteArray, file);
        QFETCH(QString, code);
        const std::string bytes = file.toStdString();
        const auto array = readObjectNpy(bytes);
        QVERIFY(!array.ok());
        QCOMPARE(QString::fromStdString(array.error().code), code);
        QVERIFY(!QFileInfo::exists(QStringLiteral("owned")));
    }
    void aListThatHoldsItselfDoesNoHarm() {
        const std::string file = two("](]q\x01h\x01"
                                     "ah\x01"
                                     "e"s);
        const auto array = readObjectNpy(file);
        QVERIFY(array.ok());
        QCOMPARE(array->items(array->elements()[0])[0], array->elements()[0]);
    }
    void valuesAreBounded() {
        const std::string file = two("]("s + std::string(5000, 'N') + "e"s);
        const auto array = readObjectNpy(file, 1000);
        QVERIFY(!array.ok());
        QCOMPARE(array.error().code, "CONG-016"s);
    }
    void everyCutAndEveryFlipIsSurvived() {
        const std::string file = two("]("s + text("a/b") +
                                     "q\x07](K\x05M\x00\x01J\xfe\xff\xff\xffh\x07"
                                     "ee"s);
        QVERIFY(readObjectNpy(file).ok());
        for (std::size_t n = 0; n < file.size(); ++n)
            QVERIFY(!readObjectNpy(std::string_view(file).substr(0, n)).ok());
        std::mt19937 random(7);
        for (int round = 0; round < 20000; ++round) {
            std::string broken = file;
            for (int k = 0; k < 3; ++k)
                broken[random() % broken.size()] = static_cast<char>(random());
            const auto array = readObjectNpy(broken, 10000);
            if (array.ok())
                QCOMPARE(array->elements().size(), std::size_t{2});
        }
    }

    void gzipOfEveryKind() {
        const auto dir = sharedData(QStringLiteral("congestion/circuitnet_n28_demo/raw_npy"));
        if (dir.empty())
            QSKIP("no real data beside the checkout");
        const auto packed = ohm::readFile(dir / "zero-riscy-b-1-c2_net_attr.npy.gz");
        QVERIFY(packed.ok());
        const std::string_view bytes = packed->view();
        const auto whole = gunzip(bytes);
        QVERIFY(whole.ok());
        const auto array = readObjectNpy(*whole);
        QVERIFY(array.ok());
        QCOMPARE(array->elements().size(), std::size_t{22612});
        const auto twice = gunzip(std::string(bytes) + std::string(bytes));
        QVERIFY(twice.ok());
        QCOMPARE(twice->size(), 2 * whole->size());
        for (const std::size_t n :
             {std::size_t{3}, std::size_t{20}, bytes.size() / 2, bytes.size() - 1}) {
            const auto cut = gunzip(bytes.substr(0, n));
            QVERIFY(!cut.ok());
            QCOMPARE(cut.error().code, "CONG-001"s);
        }
        QCOMPARE(gunzip(std::string(bytes) + "tail").error().code, "CONG-001"s);
        std::string flipped(bytes);
        flipped[flipped.size() / 2] ^= 0x55;
        QVERIFY(!gunzip(flipped).ok());
        QCOMPARE(gunzip(bytes, 1000).error().code, "CONG-002"s);
    }
};

QTEST_GUILESS_MAIN(TestNpyFile)
#include "tst_npyfile.moc"
