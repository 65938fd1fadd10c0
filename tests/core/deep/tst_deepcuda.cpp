// SPDX-License-Identifier: GPL-3.0-or-later
// The GPU's kernels and layer loop on the CPU, by emulation.h: the same sources that nvcc compiles.
#include "core/deep/cuda/devicemodel.h"
#include "core/deep/train.h"
#include "devicechecks.h"
#include "emulation.h"
#include "fixtures.h"

#include <QTest>

#include <cstring>

class TestDeepCuda : public QObject {
    Q_OBJECT
private slots:
    void holds_data() {
        QTest::addColumn<int>("check");
        const auto all = deeptest::deviceChecks();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name.c_str()) << static_cast<int>(i);
    }
    void holds() {
        QFETCH(int, check);
        const std::size_t before = emulation::machine().launches;
        const std::string wrong = deeptest::deviceChecks()[static_cast<std::size_t>(check)].run();
        QVERIFY2(wrong.empty(), wrong.c_str());
        if (std::strcmp(QTest::currentDataTag(), "memory as predicted") != 0)
            QVERIFY(emulation::machine().launches > before);
    }
    /// In whatever order the threads of a block and the blocks run: else there is a race.
    void sameBitsInAnyOrder() {
        for (const bool paper : {false, true}) {
            emulation::machine().order = emulation::Order::Ascending;
            const auto first = deeptest::deviceFingerprint(paper);
            for (const auto order : {emulation::Order::Descending, emulation::Order::Mixed}) {
                emulation::machine().order = order;
                const auto other = deeptest::deviceFingerprint(paper);
                emulation::machine().order = emulation::Order::Ascending;
                QCOMPARE(other.size(), first.size());
                QVERIFY(std::memcmp(other.data(), first.data(), first.size() * sizeof(double)) ==
                        0);
            }
        }
    }
    void tooLittleMemory() {
        using namespace ohm::deep;
        NetworkConfig config;
        config.inputs = 3;
        config.device = Device::Cuda;
        const GraphSize size{100, 400, 10, 4000};
        emulation::memoryBytes = predictedBytes(config, size) - 1;
        const auto none = cuda::makeDeviceModel<float>(config, size);
        emulation::memoryBytes = predictedBytes(config, size);
        const auto some = cuda::makeDeviceModel<float>(config, size);
        emulation::memoryBytes = static_cast<std::size_t>(-1);
        QVERIFY(!none);
        QCOMPARE(none.error().code, std::string("DEEP-005"));
        QVERIFY(none.error().detail.find("MiB are needed") != std::string::npos);
        QVERIFY(some.ok());
    }
    /// What a GPU does not run is said, and so is a build without kernels.
    void settings() {
        using namespace ohm::deep;
        NetworkConfig config;
        config.inputs = 3;
        config.device = Device::Cuda;
        QVERIFY(checkConfig(config).ok());
        const auto wrong = [&](auto change) {
            NetworkConfig changed = config;
            change(changed);
            const auto checked = checkConfig(changed);
            return checked ? std::string("none") : checked.error().where;
        };
        QCOMPARE(wrong([](auto& c) { c.method = Method::Spmm; }), std::string("device"));
        QCOMPARE(wrong([](auto& c) {
                     c.method = Method::GatherScatter;
                     c.block = Block::RevGnn;
                     c.k = 0;
                 }),
                 std::string("none"));
        QCOMPARE(wrong([](auto& c) {
                     c.block = Block::Gcn;
                     c.k = 0;
                 }),
                 std::string("device"));
        QCOMPARE(wrong([](auto& c) {
                     c.block = Block::RevGnn;
                     c.k = 0;
                     c.norm = Norm::Softmax;
                     c.temperature = 0.1;
                 }),
                 std::string("norm"));
        QCOMPARE(wrong([](auto& c) {
                     c.storage = Storage::A;
                     c.halfValues = true;
                 }),
                 std::string("values"));
        QCOMPARE(wrong([](auto& c) {
                     c.k = 0;
                     c.channels = 2048;
                 }),
                 std::string("channels"));
        QVERIFY(*deviceOf("cuda") == Device::Cuda && nameOf(Device::Cpu) == "cpu");
        QVERIFY(!deviceOf("gpu"));
        const auto model = makeModel<float>(config, {100, 400, 10, 4000});
#ifdef OHMSCAPE_CUDA
        QVERIFY(model.ok()); // by the emulation
#else
        QVERIFY(!model);
        QCOMPARE(model.error().code, std::string("DEEP-011"));
#endif
    }
};

QTEST_APPLESS_MAIN(TestDeepCuda)
#include "tst_deepcuda.moc"
