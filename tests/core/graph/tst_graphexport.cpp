// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/exporter.h"
#include "graphtexts.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <hdf5.h>

#include <cmath>
#include <cstring>

using namespace ohm;
using namespace ohm::graph;
using ohm::graphtest::circuitOf;
using ohm::graphtest::OpAmp;
using ohm::graphtest::opAmpText;

namespace {

struct Sample {
    explicit Sample(const std::string& text)
        : graph(circuitOf(text))
        , features(nodeFeatures(graph, naturalSchema(graph.circuit()))) {}
    QByteArray text(ExportFormat format) const {
        return QByteArray::fromStdString(exportText(graph, features, format));
    }
    TerminalGraph graph;
    NodeFeatures features;
};

/// Names that every format has to escape, in a file that is not UTF-8.
std::string hostileText() {
    return "a \"title\" <with> & \\ things \xB5 ]]>\n"
           "r<1&2 a\"b c\\d 1k\n"
           "r\xB5 c\\d 0 2k\n"
           "r3 &amp;x a\"b 3k\n"
           ".end\n";
}

template <typename T>
std::vector<T> readAll(hid_t file, const char* name, hid_t type,
                       std::vector<hsize_t>* shape = nullptr) {
    const hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    if (set < 0)
        qFatal("no data set %s", name);
    const hid_t space = H5Dget_space(set);
    std::vector<hsize_t> dims(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, dims.data(), nullptr);
    std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        qFatal("cannot read %s", name);
    H5Sclose(space);
    H5Dclose(set);
    if (shape)
        *shape = dims;
    return values;
}

} // namespace

class TestGraphExport : public QObject {
    Q_OBJECT

private slots:
    void formats_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("format");
        QTest::newRow("json") << "a.json" << int(ExportFormat::Json);
        QTest::newRow("dot") << "a.dot" << int(ExportFormat::Dot);
        QTest::newRow("gv") << "a.gv" << int(ExportFormat::Dot);
        QTest::newRow("graphml") << "x.y/a.GraphML" << int(ExportFormat::GraphMl);
        QTest::newRow("h5") << "a.h5" << int(ExportFormat::Hdf5);
        QTest::newRow("unknown") << "a.png" << -1;
        QTest::newRow("none") << "json" << -1;
    }
    void formats() {
        QFETCH(QString, name);
        QFETCH(int, format);
        const auto found = exportFormatOf(name.toStdString());
        QCOMPARE(found.ok(), format >= 0);
        if (found)
            QCOMPARE(int(*found), format);
        else
            QCOMPARE(found.error().code, std::string("GRAPH-010"));
    }

    void json() {
        const Sample sample(opAmpText(OpAmp::Pretraining));
        QJsonParseError error;
        const QJsonObject root =
            QJsonDocument::fromJson(sample.text(ExportFormat::Json), &error).object();
        QCOMPARE(error.error, QJsonParseError::NoError);
        const QJsonArray nodes = root[QStringLiteral("nodes")].toArray();
        const QJsonArray edges = root[QStringLiteral("edges")].toArray();
        const QJsonArray devices = root[QStringLiteral("devices")].toArray();
        QCOMPARE(nodes.size(), 59);
        QCOMPARE(edges.size(), 104);
        QCOMPARE(devices.size(), 16);
        QCOMPARE(nodes[0][QStringLiteral("name")].toString(), QStringLiteral("mn1:d"));
        QCOMPARE(nodes[0][QStringLiteral("x")].toArray().size(), 15);
        QCOMPARE(nodes[0][QStringLiteral("x")][0].toDouble(), 11.0);
        QCOMPARE(devices[0][QStringLiteral("kind")].toString(), QStringLiteral("mosfet"));
        QCOMPARE(devices[0][QStringLiteral("parameters")][QStringLiteral("m")].toDouble(), 11.0);
        for (const auto edge : edges) {
            QVERIFY(edge[QStringLiteral("source")].toInt() <
                    edge[QStringLiteral("target")].toInt());
            QVERIFY(edge[QStringLiteral("target")].toInt() < 59);
        }
        QCOMPARE(root[QStringLiteral("graph")][QStringLiteral("schema")].toString(),
                 QStringLiteral("analog"));
    }

    void graphMl() {
        const Sample sample(opAmpText(OpAmp::Pretraining));
        QXmlStreamReader xml(sample.text(ExportFormat::GraphMl));
        int nodes = 0, edges = 0, keys = 0;
        while (!xml.atEnd()) {
            if (xml.readNext() != QXmlStreamReader::StartElement)
                continue;
            nodes += xml.name() == QLatin1String("node");
            edges += xml.name() == QLatin1String("edge");
            keys += xml.name() == QLatin1String("key");
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(nodes, 59);
        QCOMPARE(edges, 104);
        QCOMPARE(keys, 8 + 15);
    }

    void dot() {
        const Sample sample(opAmpText(OpAmp::Pretraining));
        const QString text = QString::fromUtf8(sample.text(ExportFormat::Dot));
        QCOMPARE(text.count(QStringLiteral(" -- ")), 104);
        QCOMPARE(text.count(QStringLiteral(",kind=\"")), 59);
        QVERIFY(text.startsWith(QStringLiteral("graph ")));
    }

    void hostileNames() {
        const Sample sample(hostileText());
        QVERIFY(sample.graph.nodeCount() > 0);
        QJsonParseError error;
        const QJsonObject root =
            QJsonDocument::fromJson(sample.text(ExportFormat::Json), &error).object();
        QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(error.errorString()));
        const QJsonArray nodes = root[QStringLiteral("nodes")].toArray();
        QCOMPARE(std::size_t(nodes.size()), sample.graph.nodeCount());
        for (std::uint32_t i = 0; i < sample.graph.nodeCount(); ++i)
            QCOMPARE(nodes[int(i)][QStringLiteral("name")].toString(),
                     QString::fromStdString(sample.graph.nodeName(i)));

        QXmlStreamReader xml(sample.text(ExportFormat::GraphMl));
        QStringList names;
        while (!xml.atEnd())
            if (xml.readNext() == QXmlStreamReader::StartElement &&
                xml.name() == QLatin1String("data") &&
                xml.attributes().value(QLatin1String("key")) == QLatin1String("name"))
                names.append(xml.readElementText());
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(std::size_t(names.size()), sample.graph.nodeCount());
        for (std::uint32_t i = 0; i < sample.graph.nodeCount(); ++i)
            QCOMPARE(names[int(i)], QString::fromStdString(sample.graph.nodeName(i)));

        // Every line of the DOT text has its quotes in pairs once the escaped ones are gone.
        const QString dot = QString::fromUtf8(sample.text(ExportFormat::Dot));
        for (QString line : dot.split(QLatin1Char('\n'))) {
            line.remove(QRegularExpression(QStringLiteral("\\\\.")));
            QVERIFY2(line.count(QLatin1Char('"')) % 2 == 0, qPrintable(line));
        }
    }

    void hdf5() {
        const Sample sample(opAmpText(OpAmp::Pretraining));
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("g.h5")).toStdString();
        const auto written = exportGraph(sample.graph, sample.features, path);
        QVERIFY2(written.ok(), written ? "" : written.error().message().c_str());
        const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
        QVERIFY(file >= 0);
        QVERIFY(
            (readAll<qint64>(file, "node_ptr", H5T_NATIVE_INT64) == std::vector<qint64>{0, 59}));
        QVERIFY(
            (readAll<qint64>(file, "edge_ptr", H5T_NATIVE_INT64) == std::vector<qint64>{0, 208}));
        std::vector<hsize_t> shape;
        const auto x = readAll<float>(file, "x", H5T_NATIVE_FLOAT, &shape);
        QVERIFY((shape == std::vector<hsize_t>{59, 15}));
        QVERIFY(x == sample.features.values);
        const auto index = readAll<quint32>(file, "edge_index", H5T_NATIVE_UINT32, &shape);
        QVERIFY((shape == std::vector<hsize_t>{2, 208}));
        for (std::size_t e = 0; e < 104; ++e) { // both directions, one after the other
            QCOMPARE(index[2 * e], sample.graph.edges()[2 * e]);
            QCOMPARE(index[208 + 2 * e], sample.graph.edges()[2 * e + 1]);
            QCOMPARE(index[2 * e + 1], index[208 + 2 * e]);
            QCOMPARE(index[208 + 2 * e + 1], index[2 * e]);
        }
        const auto labels = readAll<float>(file, "labels", H5T_NATIVE_FLOAT, &shape);
        QVERIFY((shape == std::vector<hsize_t>{59, 1}));
        QVERIFY(std::isnan(labels[0]));
        const auto mask = readAll<quint8>(file, "output_mask", H5T_NATIVE_UINT8);
        QVERIFY(std::equal(mask.begin(), mask.end(), sample.features.outputMask.begin()));
        QCOMPARE(readAll<quint8>(file, "known_mask", H5T_NATIVE_UINT8).size(), std::size_t(59));
        QVERIFY(H5Aexists(file, "schema") > 0);
        QVERIFY(H5Aexists(file, "title") > 0);
        H5Fclose(file);
    }

    void emptyGraph() {
        const Sample sample("t\n.model n nmos\n.end\n");
        QCOMPARE(sample.graph.nodeCount(), std::size_t(0));
        const QTemporaryDir folder;
        for (const char* name : {"a.json", "a.dot", "a.graphml", "a.h5"}) {
            const std::string path = folder.filePath(QLatin1String(name)).toStdString();
            QVERIFY(exportGraph(sample.graph, sample.features, path).ok());
            QVERIFY(QFile::exists(QString::fromStdString(path)));
        }
        QVERIFY(!QJsonDocument::fromJson(sample.text(ExportFormat::Json)).isNull());
    }

    void cannotWrite() {
        const Sample sample(opAmpText(OpAmp::CcOnly));
        const QTemporaryDir folder;
        for (const char* suffix : {"json", "h5", "png"}) {
            const auto written =
                exportGraph(sample.graph, sample.features,
                            (folder.path() + QStringLiteral("/missing/a.") + QLatin1String(suffix))
                                .toStdString());
            QVERIFY(!written.ok());
            QVERIFY(!written.error().text.empty());
        }
    }
};

QTEST_GUILESS_MAIN(TestGraphExport)
#include "tst_graphexport.moc"
