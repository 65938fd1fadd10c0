// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/journal.h"
#include "core/generate/request.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ohm;

class TestJournal : public QObject {
    Q_OBJECT
private slots:
    void everyTruncationKeepsWholeRecords() {
        QTemporaryDir folder;
        const QString path = folder.filePath("j");
        {
            auto journal = generate::Journal::open(path.toStdString(), "key", 2);
            QVERIFY(journal.ok());
            for (std::uint64_t i = 0; i < 5; ++i)
                journal->add(i, {i == 3 ? "SIM-002" : "", {double(i), -1}});
            QVERIFY(journal->flush().ok());
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        file.close();
        std::size_t most = 0;
        for (qsizetype length = whole.size(); length >= 0; length -= 7) {
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(whole.left(length));
            file.close();
            auto journal = generate::Journal::open(path.toStdString(), "key", 2);
            QVERIFY(journal.ok());
            const auto& entries = journal->entries();
            most = std::max(most, entries.size());
            for (const auto& [i, entry] : entries) {
                QCOMPARE(entry.values[0], double(i));
                QCOMPARE(entry.failure, std::string(i == 3 ? "SIM-002" : ""));
            }
        }
        QCOMPARE(most, std::size_t{5});
    }
    void aFlippedBitEndsTheReading() {
        QTemporaryDir folder;
        const QString path = folder.filePath("j");
        {
            auto journal = generate::Journal::open(path.toStdString(), "key", 1);
            for (std::uint64_t i = 0; i < 3; ++i)
                journal->add(i, {{}, {1}});
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray bytes = file.readAll();
        bytes[bytes.size() - 30] = static_cast<char>(bytes[bytes.size() - 30] ^ 1);
        file.seek(0);
        file.write(bytes);
        file.close();
        {
            auto journal = generate::Journal::open(path.toStdString(), "key", 1);
            QCOMPARE(journal->entries().size(), std::size_t{2});
        }
        QCOMPARE(generate::Journal::open(path.toStdString(), "other", 1).error().code,
                 std::string("GEN-013"));
    }
    void twoProcessesCannotWriteIt() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("j").toStdString();
        auto first = generate::Journal::open(path, "key", 1);
        QVERIFY(first.ok());
        first->add(0, {{}, {1}});
        QVERIFY(first->flush().ok());
        QCOMPARE(generate::Journal::open(path, "key", 1).error().code, std::string("GEN-019"));
        QVERIFY(QFile::exists(QString::fromStdString(path)));
    }
    void emptyJournalsLeaveNothing() {
        QTemporaryDir folder;
        const QString path = folder.filePath("j");
        { auto journal = generate::Journal::open(path.toStdString(), "key", 1); }
        QVERIFY(!QFile::exists(path));
        QFile file(path); // no journal at all: not touched
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("my notes") == 8);
        file.close();
        QCOMPARE(generate::Journal::open(path.toStdString(), "key", 1).error().code,
                 std::string("GEN-013"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("my notes"));
        file.close();
        QVERIFY(file.open(QIODevice::WriteOnly)); // killed before the first record
        file.write("OHMJNL01" + QByteArray(16, 'x'));
        file.close();
        QVERIFY(generate::Journal::open(path.toStdString(), "key", 1).ok());
        QCOMPARE(generate::Journal::open("/no/such/folder/j", "key", 1).error().code,
                 std::string("BASE-010"));
    }
    void requests_data() {
        QTest::addColumn<QString>("request");
        QTest::addColumn<int>("graphs");
        QTest::newRow("mixed ladder") << "ladder:2-10:30:seed=4" << 30;
        QTest::newRow("one size") << "ladder:12:5" << 5;
        QTest::newRow("bridge") << "bridge:7:seed=1" << 7;
        QTest::newRow("unknown") << "spiral:7" << -1;
        QTest::newRow("words") << "ladder:many" << -1;
        QTest::newRow("too much") << "ladder:1:2:3:4" << -1;
        QTest::newRow("backwards") << "ladder:9-2:5" << -1;
        QTest::newRow("missing file") << "nowhere.h5" << -1;
    }
    void requests() {
        QFETCH(QString, request);
        QFETCH(int, graphs);
        const auto set = generate::loadOrGenerate(request.toStdString());
        QCOMPARE(set.ok(), graphs >= 0);
        if (set.ok())
            QCOMPARE(set->graphCount(), static_cast<std::size_t>(graphs));
    }
};

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
