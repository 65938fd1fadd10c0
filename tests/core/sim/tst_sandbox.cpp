// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/sim/worker.h"

#include <QFile>
#include <QRegularExpression>
#include <QtTest>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace ohm;
using namespace ohm::sim;

namespace {

WorkerSetup setupOf() {
    WorkerSetup setup;
    setup.program = *findNgspice("ngspice");
    return setup;
}

bool gone(pid_t pid) {
    for (int i = 0; i < 500; ++i) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        std::string number, name, state;
        if (!(file >> number >> name >> state) || state == "Z" || state == "X")
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

} // namespace

/// What the fences hold when the check of the deck is passed by: every command goes straight to
/// ngspice.
class TestSandbox : public QObject {
    Q_OBJECT
public:
    static int hold();

private slots:
    void initTestCase();
    void cleanup();
    void commands_data();
    void commands();
    void ownFolderWorks();
    void noDescriptorLeaks();
    void limitsAndFlags();
    void diesWithItsParent();
    void worksWithoutFences();
    void temporaryFileInMemory();

private:
    std::unique_ptr<Worker> start() {
        auto worker = Worker::start(m_spawner, setupOf(), {});
        if (!worker)
            qFatal("%s", worker.error().message().c_str());
        return std::move(worker).value();
    }
    SpawnThread m_spawner;
    std::filesystem::path m_outside; ///< a folder the worker must not touch
    std::optional<TemporaryDirectory> m_folder;
};

void TestSandbox::initTestCase() {
    if (!findNgspice("ngspice"))
        QSKIP("ngspice is not installed");
    m_folder.emplace(std::move(TemporaryDirectory::create("ohmscape-test")).value());
    m_outside = m_folder->path();
    std::ofstream(m_outside / "secret.txt") << "SECRET-WORD\nv1 a 0 1\n";
    const auto worker = start();
    if (!worker->landlocked() || !worker->filtered())
        QSKIP("this kernel has no Landlock or no seccomp filters");
}

void TestSandbox::cleanup() {
    // Whatever was tried: the folder holds what it held.
    for (const auto& entry : std::filesystem::directory_iterator(m_outside))
        QCOMPARE(entry.path().filename().string(), std::string("secret.txt"));
    std::ifstream file(m_outside / "secret.txt");
    std::string word;
    file >> word;
    QCOMPARE(word, std::string("SECRET-WORD"));
}

void TestSandbox::commands_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("shell touch") << "shell touch OUT/made";
    QTest::newRow("shell absolute") << "shell /usr/bin/touch OUT/made";
    QTest::newRow("shell redirect") << "shell echo hello > OUT/made";
    QTest::newRow("shell read") << "shell cat OUT/secret.txt";
    QTest::newRow("set shell") << "set shell=/bin/bash\nshell touch OUT/made";
    QTest::newRow("backquote") << "echo `cat OUT/secret.txt`";
    QTest::newRow("bang") << "!touch OUT/made";
    QTest::newRow("echo redirect") << "echo hello > OUT/made";
    QTest::newRow("echo append") << "echo hello >> OUT/secret.txt";
    QTest::newRow("write") << "write OUT/made";
    QTest::newRow("write over") << "write OUT/secret.txt";
    QTest::newRow("wrdata") << "let x=1\nwrdata OUT/made x";
    QTest::newRow("wrs2p") << "wrs2p OUT/made";
    QTest::newRow("write relative") << "write ../ohmscape-escape.raw";
    QTest::newRow("source") << "source OUT/secret.txt\nlisting";
    QTest::newRow("source passwd") << "source /etc/passwd\nlisting";
    QTest::newRow("load") << "load OUT/secret.txt";
    QTest::newRow("cd") << "cd OUT\nwrite made";
    QTest::newRow("codemodel") << "codemodel OUT/secret.txt";
    QTest::newRow("osdi") << "osdi OUT/secret.txt";
    QTest::newRow("snsave") << "source deck.cir\ntran 1u 10u\nsnsave OUT/made";
    QTest::newRow("hardcopy") << "let x=1\nhardcopy OUT/made x";
    QTest::newRow("dump") << "dump > OUT/made";
    QTest::newRow("editor") << "set editor=/usr/bin/touch\nedit OUT/made";
    QTest::newRow("aspice") << "aspice OUT/secret.txt OUT/made";
    QTest::newRow("rspice") << "set rhost=localhost\nrspice OUT/secret.txt";
    QTest::newRow("bug") << "bug";
    QTest::newRow("sysinfo") << "mc_source\nremzerovec\nrusage all > OUT/made";
}

void TestSandbox::commands() {
    QFETCH(QString, text);
    const auto worker = start();
    const std::string out = m_outside.string();
    auto commands = text.toStdString();
    for (std::size_t at; (at = commands.find("OUT")) != std::string::npos;)
        commands.replace(at, 3, out);
    std::ofstream(worker->folder() / "deck.cir") << "* d\nv1 a 0 1\nr1 a 0 1\n.end\n";
    const auto output = worker->runUnchecked(commands, 20);
    const auto& shown = output ? *output : output.error().detail;
    QVERIFY2(shown.find("SECRET-WORD") == std::string::npos &&
                 shown.find("secret-word") == std::string::npos &&
                 shown.find("root:") == std::string::npos,
             shown.c_str());
    QVERIFY(!std::filesystem::exists(m_outside / "made"));
    QVERIFY(!std::filesystem::exists(worker->folder().parent_path() / "ohmscape-escape.raw"));
}

void TestSandbox::ownFolderWorks() {
    const auto worker = start();
    const auto output = worker->runUnchecked("let x=1\nwrite own.raw x\necho yes > own.txt", 20);
    QVERIFY2(output.ok(), output ? "" : output.error().message().c_str());
    QVERIFY(std::filesystem::exists(worker->folder() / "own.raw"));
    QVERIFY(std::filesystem::exists(worker->folder() / "own.txt"));
}

void TestSandbox::noDescriptorLeaks() {
    // Opened without close-on-exec, as careless libraries do.
    const int careless = ::open("/etc/hostname", O_RDONLY);
    const int duplicate = ::dup2(careless, 200);
    const auto worker = start();
    std::vector<std::string> open;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(worker->pid()) + "/fd"))
        open.push_back(entry.path().filename().string());
    std::sort(open.begin(), open.end());
    ::close(careless);
    ::close(duplicate);
    QCOMPARE(open, (std::vector<std::string>{"0", "1", "2"}));
}

void TestSandbox::limitsAndFlags() {
    const auto worker = start();
    QFile file(QString("/proc/%1/status").arg(worker->pid()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto status = file.readAll();
    QVERIFY(status.contains("NoNewPrivs:\t1\n"));
    QVERIFY(status.contains("Seccomp:\t2\n"));
    QVERIFY(status.contains("CapEff:\t0000000000000000\n"));
    QVERIFY(status.contains("CapPrm:\t0000000000000000\n"));
    QVERIFY(status.contains("SigBlk:\t0000000000000000\n"));
    QFile limits(QString("/proc/%1/limits").arg(worker->pid()));
    QVERIFY(limits.open(QIODevice::ReadOnly));
    const auto text = QString::fromUtf8(limits.readAll());
    QVERIFY(text.contains(QRegularExpression("Max core file size +0 ")));
    QVERIFY(text.contains(QRegularExpression("Max processes +0 ")));
    QVERIFY(text.contains(QRegularExpression("Max open files +64 ")));
    QVERIFY(!text.contains(QRegularExpression("Max address space +unlimited")));
    QFile environment(QString("/proc/%1/environ").arg(worker->pid()));
    QVERIFY(environment.open(QIODevice::ReadOnly));
    const auto variables = environment.readAll().split('\0');
    QVERIFY(variables.contains("OMP_NUM_THREADS=1"));
    QVERIFY(variables.contains("HOME=" + QByteArray::fromStdString(worker->folder().string())));
    for (const auto& variable : variables)
        QVERIFY2(!variable.startsWith("LD_") && !variable.startsWith("DISPLAY"),
                 variable.constData());
}

/// The second role of this program: starts a worker, prints its process id and waits to be killed.
int TestSandbox::hold() {
    SpawnThread spawner;
    auto worker = Worker::start(spawner, setupOf(), {});
    if (!worker)
        return 1;
    std::printf("%d %d\n", static_cast<int>((*worker)->pid()), static_cast<int>(::getpid()));
    std::fflush(stdout);
    const auto job = prepareJob([] {
        Job endless;
        endless.deck = "endless\nv1 in 0 sin(0 1 1e6)\nr1 in out 1k\nc1 out 0 1n\n";
        endless.analyses.push_back({Analysis::Kind::Tran, "", "", 0, 0, 1000, 1e-9});
        return endless;
    }());
    bool neverBegan = false;
    return (*worker)->run(*job, {}, neverBegan) ? 0 : 1;
}

void TestSandbox::diesWithItsParent() {
    const auto command = QCoreApplication::applicationFilePath().toStdString() + " --hold";
    FILE* holder = ::popen(command.c_str(), "re");
    QVERIFY(holder);
    int pid = 0, parent = 0;
    QCOMPARE(std::fscanf(holder, "%d %d", &pid, &parent), 2);
    QVERIFY(pid > 0 && parent > 0);
    QVERIFY(::kill(pid, 0) == 0);
    QTest::qWait(100); // the simulation runs
    QVERIFY(::kill(parent, SIGKILL) == 0);
    ::pclose(holder);
    QVERIFY(gone(pid));
}

void TestSandbox::worksWithoutFences() {
    // As on a kernel that has neither.
    auto setup = setupOf();
    setup.sandbox = false;
    const auto worker = Worker::start(m_spawner, setup, {});
    QVERIFY2(worker.ok(), worker ? "" : worker.error().message().c_str());
    QVERIFY(!(*worker)->landlocked() && !(*worker)->filtered());
    Job job;
    job.deck = "d\nv1 a 0 2\nr1 a 0 1\n";
    job.analyses.push_back({});
    bool neverBegan = false;
    const auto outcome = (*worker)->run(*prepareJob(job), {}, neverBegan);
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->plots.at(0).find("a")->real.at(0), 2.0);
}

void TestSandbox::temporaryFileInMemory() {
    // ngspice makes a nameless file in /tmp when it starts; that it runs at all shows that it got
    // one, and it must not have been on a disk it can fill.
    const auto worker = start();
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(worker->pid()) + "/fd")) {
        std::error_code code;
        const auto target = std::filesystem::read_symlink(entry.path(), code);
        QVERIFY(target.string().find("/tmp/#") == std::string::npos);
    }
}

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--hold")
        return TestSandbox::hold();
    QCoreApplication app(argc, argv);
    TestSandbox test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_sandbox.moc"
