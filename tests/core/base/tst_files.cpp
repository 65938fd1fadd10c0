// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

class TestFiles : public QObject {
    Q_OBJECT
private slots:
    void readsSmallAndMapped() {
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.filePath("f").toStdString());
        for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{3} << 20}) {
            std::string content(size, 'x');
            QVERIFY(ohm::writeFileAtomically(path, content).ok());
            auto read = ohm::readFile(path);
            QVERIFY(read.ok());
            ohm::FileBytes moved = std::move(read.value());
            QVERIFY(moved.view() == content);
            ohm::FileBytes again;
            again = std::move(moved);
            QVERIFY(again.view() == content);
            QVERIFY(moved.view().empty());
        }
    }
    void refusesWhatIsNoFile() {
        QTemporaryDir folder;
        QCOMPARE(ohm::readFile("/does/not/exist").error().code, std::string("BASE-001"));
        QCOMPARE(ohm::readFile(folder.path().toStdString()).error().code, std::string("BASE-002"));
        // A FIFO without a writer must be refused, not waited for.
        const QByteArray fifo = folder.filePath("fifo").toLocal8Bit();
        QCOMPARE(::mkfifo(fifo.constData(), 0600), 0);
        QCOMPARE(ohm::readFile(fifo.toStdString()).error().code, std::string("BASE-002"));
        const auto path = std::filesystem::path(folder.filePath("big").toStdString());
        QVERIFY(ohm::writeFileAtomically(path, "12345").ok());
        QCOMPARE(ohm::readFile(path, 4).error().code, std::string("BASE-004"));
    }
    void aFailedWriteKeepsTheOldFile() {
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.filePath("kept").toStdString());
        QVERIFY(ohm::writeFileAtomically(path, "old").ok());
        // A limit on the file size stands for a full disk: write() fails the same way.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit tight = before;
        tight.rlim_cur = 1000;
        ::setrlimit(RLIMIT_FSIZE, &tight);
        const auto written = ohm::writeFileAtomically(path, std::string(5000, 'n'));
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY(!written.ok());
        QCOMPARE(written.error().code, std::string("BASE-010"));
        QVERIFY(ohm::readFile(path)->view() == "old");
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
    }
    void keepsPermissionsAndLinks() {
        QTemporaryDir folder;
        const QString real = folder.filePath("real");
        const QString link = folder.filePath("link");
        QVERIFY(ohm::writeFileAtomically(real.toStdString(), "a").ok());
        QVERIFY(QFile::setPermissions(real, QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(QFile::link(real, link));
        QVERIFY(ohm::writeFileAtomically(link.toStdString(), "b").ok());
        QVERIFY(QFileInfo(link).isSymLink());
        QVERIFY(ohm::readFile(real.toStdString())->view() == "b");
        QVERIFY(!(QFile::permissions(real) & QFile::ReadOther));
    }
    void temporaryDirectoryGoes() {
        std::filesystem::path path;
        {
            auto made = ohm::TemporaryDirectory::create();
            QVERIFY(made.ok());
            path = made->path();
            QVERIFY(ohm::writeFileAtomically(path / "x", "y").ok());
        }
        QVERIFY(!std::filesystem::exists(path));
    }
};

QTEST_GUILESS_MAIN(TestFiles)
#include "tst_files.moc"
