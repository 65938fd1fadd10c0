// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/recent.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace ohm::project;
namespace fs = std::filesystem;

class TestRecent : public QObject {
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_file;

    static QStringList titles(const RecentList& list) {
        QStringList out;
        const auto entries = list.entries();
        if (entries) {
            for (const RecentEntry& e : *entries)
                out +=
                    QString::fromStdString(e.title) + (e.pinned ? QStringLiteral("*") : QString());
        }
        return out;
    }
    void writeFile(const QByteArray& bytes) const {
        QDir().mkpath(QString::fromStdString(m_file.parent_path().string()));
        QFile file(QString::fromStdString(m_file.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

private slots:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_file = fs::path(m_dir->path().toStdString()) / "deep" / "state" / "recent.json";
    }

    void newestFirstPinnedOnTop() {
        RecentList list(m_file);
        QVERIFY(titles(list).isEmpty());
        for (const char* name : {"a", "b", "c"})
            QVERIFY(list.touch(fs::path("/x") / name, name).ok());
        QCOMPARE(titles(list),
                 (QStringList{QStringLiteral("c"), QStringLiteral("b"), QStringLiteral("a")}));
        QVERIFY(list.setPinned("/x/a", true).ok());
        QCOMPARE(titles(list),
                 (QStringList{QStringLiteral("a*"), QStringLiteral("c"), QStringLiteral("b")}));
        QVERIFY(list.touch("/x/./b", "b2").ok()); // the same file again
        QCOMPARE(titles(list),
                 (QStringList{QStringLiteral("a*"), QStringLiteral("b2"), QStringLiteral("c")}));
        QVERIFY(list.remove("/x/b").ok());
        QVERIFY(list.touch("/x/a", "a").ok()); // stays pinned
        QCOMPARE(titles(list), (QStringList{QStringLiteral("a*"), QStringLiteral("c")}));
        QVERIFY(list.clear().ok());
        QCOMPARE(titles(list), QStringList{QStringLiteral("a*")});
        QVERIFY(list.setPinned("/x/unknown", true).ok());
        QCOMPARE(titles(RecentList(m_file)).size(), 1); // it is in the file
    }

    void bounded() {
        RecentList list(m_file);
        QVERIFY(list.touch("/x/pinned", "pinned").ok());
        QVERIFY(list.setPinned("/x/pinned", true).ok());
        for (int i = 0; i < 30; ++i)
            QVERIFY(list.touch("/x/" + std::to_string(i), std::to_string(i)).ok());
        const QStringList all = titles(list);
        QCOMPARE(all.size(), static_cast<int>(RecentList::kRecentLimit) + 1);
        QCOMPARE(all.first(), QStringLiteral("pinned*"));
        QCOMPARE(all.at(1), QStringLiteral("29"));
    }

    void marksMissingFiles() {
        RecentList list(m_file);
        QVERIFY(list.touch(m_dir->path().toStdString(), "here").ok());
        QVERIFY(list.touch("/no/such/file", "gone").ok());
        const auto entries = list.entries();
        QVERIFY(entries.ok());
        QVERIFY(entries->at(0).missing);
        QVERIFY(!entries->at(1).missing);
    }

    void brokenFiles_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("keptAside");
        QTest::newRow("empty") << QByteArray() << true;
        QTest::newRow("no json") << QByteArray("hello") << true;
        QTest::newRow("a list") << QByteArray("[]") << true;
        QTest::newRow("other shape") << QByteArray("{\"recent\":{}}") << true;
        QTest::newRow("deep") << QByteArray(200000, '[') << true;
        QTest::newRow("huge") << QByteArray(3 << 20, ' ') << true;
        QTest::newRow("odd entries")
            << QByteArray("{\"recent\":[1,null,{},{\"path\":5},{\"path\":\"relative\"},{\"path\":"
                          "\"/x\",\"pinned\":\"yes\",\"opened\":1e300}]}")
            << false;
    }
    void brokenFiles() {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, keptAside);
        writeFile(bytes);
        RecentList list(m_file);
        const auto before = list.entries();
        QVERIFY(before.ok());
        QCOMPARE(before->size(), std::size_t(keptAside ? 0 : 1));
        QVERIFY(list.touch("/y", "y").ok());
        QCOMPARE(titles(list).first(), QStringLiteral("y"));
        QCOMPARE(fs::exists(m_file.string() + ".broken"), keptAside);
    }

    void namesThatAreNotUtf8() {
        RecentList list(m_file);
        QVERIFY(list.touch("/x/\xff\xfe", "bad \xff").ok());
        QCOMPARE(titles(list).size(), 1);
    }

    void cannotWrite() {
        RecentList list("/proc/nothing/recent.json");
        QCOMPARE(list.touch("/x", "x").error().code, std::string("PROJ-020"));
        QVERIFY(list.entries().ok()); // nothing there is an empty list
        RecentList folder(m_dir->path().toStdString());
        QCOMPARE(folder.entries().error().code, std::string("PROJ-021"));
    }

    void severalWriters() {
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([this, t] {
                RecentList list(m_file);
                for (int i = 0; i < 5; ++i) {
                    const std::string name = std::to_string(t) + "-" + std::to_string(i);
                    (void)list.touch("/x/" + name, name);
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(titles(RecentList(m_file)).size(), 20); // none lost
    }

    void defaultPlace() {
        qputenv("XDG_STATE_HOME", "/some/state");
        QCOMPARE(defaultRecentFile(), fs::path("/some/state/ohmscape/recent.json"));
        qputenv("XDG_STATE_HOME", "relative"); // to be ignored
        qputenv("HOME", "/home/u");
        QCOMPARE(defaultRecentFile(), fs::path("/home/u/.local/state/ohmscape/recent.json"));
    }
};

QTEST_GUILESS_MAIN(TestRecent)
#include "tst_recent.moc"
