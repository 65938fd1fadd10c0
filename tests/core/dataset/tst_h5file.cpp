// SPDX-License-Identifier: GPL-3.0-or-later
// Dataset files: what is written is read, what is damaged or foreign is refused.
#include "core/dataset/h5file.h"
#include "core/dataset/resistive.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <functional>

#include <hdf5.h>

using namespace ohm::dataset;

namespace {

void writeNumbers(hid_t file, const char* name, std::vector<double> values, hsize_t columns = 1) {
    const std::array<hsize_t, 2> dims{values.size() / columns, columns};
    const hid_t space = H5Screate_simple(columns > 1 ? 2 : 1, dims.data(), nullptr);
    const hid_t set =
        H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(set);
    H5Sclose(space);
}

/// An attribute of variable length, as h5py writes a str.
void writeText(hid_t file, const char* name, const char* value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, static_cast<const void*>(&value));
    H5Aclose(attribute);
    H5Tclose(type);
    H5Sclose(space);
}

/// One graph of two nodes as another program might write it: doubles, variable-length texts.
void writeForeign(const QString& path, const std::function<void(hid_t)>& change = {}) {
    const hid_t file =
        H5Fcreate(path.toUtf8().constData(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    writeText(file, "format", "ohmscape-graphs");
    writeText(file, "format_version", "1");
    writeText(file, "feature_names", "value,net");
    writeText(file, "graph_label_names", "");
    writeNumbers(file, "node_ptr", {0, 2});
    writeNumbers(file, "edge_ptr", {0, 1});
    writeNumbers(file, "x", {1.5, 0, 0, 1}, 2);
    writeNumbers(file, "edge_index", {0, 1}, 2);
    writeNumbers(file, "y", {0, 0.75});
    writeNumbers(file, "output_mask", {0, 1});
    writeNumbers(file, "topology", {7});
    if (change)
        change(file);
    H5Fclose(file);
}

/// An array that claims `rows` rows but stores nothing.
void claim(hid_t file, const char* name, hsize_t rows) {
    H5Ldelete(file, name, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(1, &rows, nullptr);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = 1024;
    H5Pset_chunk(properties, 1, &chunk);
    H5Dclose(H5Dcreate2(file, name, H5T_NATIVE_INT64, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(space);
}

} // namespace

class TestH5File : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    std::string codeOf(const QString& file) const {
        const auto read = readGraphSet(file.toStdString());
        return read.ok() ? std::string("ok") : read.error().code;
    }

private slots:
    void initTestCase() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

    void roundTrip() {
        const std::string file = path("set.h5").toStdString();
        const GraphSet set = generateLadders(2, 10, 100, 1);
        QVERIFY(writeGraphSet(set, file).ok());
        const auto read = readGraphSet(file);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QVERIFY(read->x == set.x && read->y == set.y && read->edges == set.edges);
        QVERIFY(read->nodePtr == set.nodePtr && read->edgePtr == set.edgePtr);
        QVERIFY(read->outputMask == set.outputMask && read->topology == set.topology);
        QVERIFY(read->graphLabels == set.graphLabels && read->featureNames == set.featureNames);
        QVERIFY(read->graphLabelNames == set.graphLabelNames);
        QVERIFY(read->attributes == set.attributes);
        // Nothing is left beside it.
        QCOMPARE(QDir(m_folder.path()).entryList(QDir::Files).size(), qsizetype{1});
    }
    void emptySetRoundTrip() {
        const std::string file = path("empty.h5").toStdString();
        QVERIFY(writeGraphSet(emptyResistiveSet(), file).ok());
        const auto read = readGraphSet(file);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(read->graphCount(), std::size_t{0});
    }
    void unwritablePlaces() {
        const GraphSet set = generateLadders(2, 2, 1, 1);
        QCOMPARE(writeGraphSet(set, "/no/such/folder/set.h5").error().code,
                 std::string("DATA-001"));
    }
    void everyFlippedByteIsNoticed() {
        const QString good = path("whole.h5");
        const GraphSet set = generateLadders(2, 10, 60, 1);
        QVERIFY(writeGraphSet(set, good.toStdString()).ok());
        QFile file(good);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        int refused = 0;
        constexpr int kTries = 1500;
        for (int i = 0; i < kTries; ++i) {
            QByteArray bytes = whole;
            const auto at = static_cast<qsizetype>(i) * bytes.size() / kTries;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << (i % 8)));
            QFile bad(path("flipped.h5"));
            QVERIFY(bad.open(QIODevice::WriteOnly) && bad.write(bytes) == bytes.size());
            bad.close();
            const auto read = readGraphSet(bad.fileName().toStdString());
            if (!read.ok()) {
                ++refused;
                QVERIFY2(read.error().code.starts_with("DATA-0"), read.error().code.c_str());
                continue;
            }
            // Unused space of the file may hold anything; the data may not.
            QVERIFY2(read->x == set.x && read->y == set.y && read->edges == set.edges &&
                         read->nodePtr == set.nodePtr && read->graphLabels == set.graphLabels &&
                         read->topology == set.topology && read->outputMask == set.outputMask &&
                         read->attributes == set.attributes,
                     qPrintable(QStringLiteral("byte %1 of %2").arg(at).arg(whole.size())));
        }
        QVERIFY2(refused > kTries / 2, qPrintable(QString::number(refused)));
    }
    void everyTruncationIsNoticed() {
        const QString good = path("whole2.h5");
        QVERIFY(writeGraphSet(generateLadders(2, 10, 60, 1), good.toStdString()).ok());
        QFile file(good);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        for (int i = 0; i < 200; ++i) {
            QFile bad(path("short.h5"));
            QVERIFY(bad.open(QIODevice::WriteOnly));
            bad.write(whole.left(static_cast<qsizetype>(i) * whole.size() / 200));
            bad.close();
            const auto code = codeOf(bad.fileName());
            QVERIFY2(code == "DATA-002" || code == "DATA-003", code.c_str());
        }
    }

    void foreignFilesThatKeepTheFormatAreRead() {
        writeForeign(path("foreign.h5"));
        const auto read = readGraphSet(path("foreign.h5").toStdString());
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(read->featureNames, (std::vector<std::string>{"value", "net"}));
        QCOMPARE(read->x[0], 1.5F);
        QCOMPARE(read->y[1], 0.75F);
        QCOMPARE(read->topology[0], 7);
    }
    void foreignFiles_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, int which, const char* code) {
            QTest::newRow(name) << which << QString::fromLatin1(code);
        };
        row("another format", 0, "DATA-003");
        row("a newer version", 1, "DATA-003");
        row("an array is missing", 2, "DATA-003");
        row("an array has the wrong rank", 3, "DATA-003");
        row("node_ptr falls", 4, "DATA-011");
        row("a billion graphs claimed, none stored", 5, "DATA-003");
        row("x claims more rows than there are nodes", 6, "DATA-003");
        row("an edge leaves its graph", 7, "DATA-011");
        row("a label is not a number", 8, "DATA-011");
        row("a feature is infinite", 9, "DATA-011");
        row("an array in another file, by link", 10, "DATA-003");
        row("an array in a raw file", 11, "DATA-003");
        row("an array of texts", 12, "DATA-003");
        row("negative offsets", 13, "DATA-003");
        row("a format of many texts", 14, "DATA-003");
    }
    void foreignFiles() {
        QFETCH(int, which);
        QFETCH(QString, code);
        const QString other = path("other.h5");
        writeForeign(other);
        const auto replace = [](hid_t f, const char* name, std::vector<double> v, hsize_t c = 1) {
            H5Ldelete(f, name, H5P_DEFAULT);
            writeNumbers(f, name, std::move(v), c);
        };
        const std::vector<std::function<void(hid_t)>> changes{
            [](hid_t f) {
                H5Adelete(f, "format");
                writeText(f, "format", "something else");
            },
            [](hid_t f) {
                H5Adelete(f, "format_version");
                writeText(f, "format_version", "2");
            },
            [](hid_t f) { H5Ldelete(f, "y", H5P_DEFAULT); },
            [&](hid_t f) {
                replace(f, "y", {0, 0.75, 0, 0}, 2);
            },
            [&](hid_t f) {
                replace(f, "node_ptr", {0, 3, 2});
                replace(f, "edge_ptr", {0, 1, 1});
                replace(f, "topology", {7, 7});
            },
            [](hid_t f) { claim(f, "node_ptr", 1'000'000'000); },
            [&](hid_t f) { replace(f, "x", std::vector<double>(20, 1.0), 2); },
            [&](hid_t f) {
                replace(f, "edge_index", {0, 2}, 2);
            },
            [&](hid_t f) {
                replace(f, "y", {0, std::nan("")});
            },
            [&](hid_t f) {
                replace(f, "x", {1.5, 0, HUGE_VAL, 1}, 2);
            },
            [&](hid_t f) {
                H5Ldelete(f, "y", H5P_DEFAULT);
                H5Lcreate_external(other.toUtf8().constData(), "y", f, "y", H5P_DEFAULT,
                                   H5P_DEFAULT);
            },
            [](hid_t f) {
                H5Ldelete(f, "y", H5P_DEFAULT);
                const hsize_t rows = 2;
                const hid_t space = H5Screate_simple(1, &rows, nullptr);
                const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
                H5Pset_external(properties, "/etc/hostname", 0, 2);
                H5Dclose(H5Dcreate2(f, "y", H5T_NATIVE_UINT8, space, H5P_DEFAULT, properties,
                                    H5P_DEFAULT));
                H5Pclose(properties);
                H5Sclose(space);
            },
            [](hid_t f) {
                H5Ldelete(f, "y", H5P_DEFAULT);
                const hsize_t rows = 2;
                const hid_t space = H5Screate_simple(1, &rows, nullptr);
                const hid_t type = H5Tcopy(H5T_C_S1);
                H5Dclose(H5Dcreate2(f, "y", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
                H5Tclose(type);
                H5Sclose(space);
            },
            [&](hid_t f) {
                replace(f, "node_ptr", {0, -2});
            },
            [](hid_t f) {
                H5Adelete(f, "format");
                const hsize_t count = 5000;
                const hid_t space = H5Screate_simple(1, &count, nullptr);
                const hid_t type = H5Tcopy(H5T_C_S1);
                H5Aclose(H5Acreate2(f, "format", type, space, H5P_DEFAULT, H5P_DEFAULT));
                H5Tclose(type);
                H5Sclose(space);
            }};
        writeForeign(path("bad.h5"), changes.at(static_cast<std::size_t>(which)));
        QCOMPARE(QString::fromStdString(codeOf(path("bad.h5"))), code);
    }
    void otherFiles() {
        QFile text(path("text.h5"));
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("not hdf5") > 0);
        text.close();
        QCOMPARE(codeOf(text.fileName()), std::string("DATA-002"));
        QCOMPARE(codeOf(m_folder.path()), std::string("BASE-001"));
        QCOMPARE(codeOf(QStringLiteral("/no/such.h5")), std::string("BASE-001"));
        H5Fclose(H5Fcreate(path("bare.h5").toUtf8().constData(), H5F_ACC_TRUNC, H5P_DEFAULT,
                           H5P_DEFAULT));
        QCOMPARE(codeOf(path("bare.h5")), std::string("DATA-003"));
    }
};

QTEST_GUILESS_MAIN(TestH5File)
#include "tst_h5file.moc"
