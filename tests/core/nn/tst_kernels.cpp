// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/kernels/kernels.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace ohm::nn::kernels;

namespace {

std::vector<float> noise(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    std::vector<float> out(count);
    for (float& v : out)
        v = normal(engine);
    return out;
}

} // namespace

/// Every instruction set that this processor runs, against loops in double precision.
class TestKernels : public QObject {
    Q_OBJECT
private:
    static void targets() {
        QTest::addColumn<int>("target");
        const auto tables = supported();
        for (std::size_t i = 0; i < tables.size(); ++i)
            QTest::newRow(tables[i]->name) << static_cast<int>(i);
    }
    static const Table& chosen() {
        QFETCH_GLOBAL(int, target);
        return *supported()[static_cast<std::size_t>(target)];
    }
private slots:
    void initTestCase_data() { targets(); }
    void products_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("k");
        QTest::addColumn<int>("n");
        for (const int rows : {1, 5, 6, 12, 13, 95, 96})
            QTest::newRow(qPrintable(QString::number(rows))) << rows << 64 << 96;
        QTest::newRow("128x256") << 100 << 128 << 256;
        QTest::newRow("256x128") << 100 << 256 << 128;
    }
    void products() {
        const Table& t = chosen();
        QFETCH(int, rows);
        QFETCH(int, k);
        QFETCH(int, n);
        const auto size = [](int a, int b) {
            return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
        };
        const auto a = noise(size(rows, k), 1), w = noise(size(n, k), 2),
                   bias = noise(size(n, 1), 3), before = noise(size(rows, n), 4);
        std::vector<float> packed(size(k, n));
        t.pack(w.data(), 1, k, k, n, packed.data()); // B = w^T
        for (const Store store : {Store::Write, Store::WriteRelu, Store::Add}) {
            std::vector<float> out = before;
            t.gemm(a.data(), k, rows, k, packed.data(), n, bias.data(), out.data(), n, store);
            for (int r = 0; r < rows; ++r) {
                for (int j = 0; j < n; ++j) {
                    double want = bias[static_cast<std::size_t>(j)];
                    for (int i = 0; i < k; ++i)
                        want += static_cast<double>(a[size(r, k) + static_cast<std::size_t>(i)]) *
                                w[size(j, k) + static_cast<std::size_t>(i)];
                    const std::size_t at = size(r, n) + static_cast<std::size_t>(j);
                    if (store == Store::WriteRelu)
                        want = std::max(0.0, want);
                    if (store == Store::Add)
                        want += before[at];
                    QVERIFY(std::fabs(out[at] - want) < 1e-4);
                }
            }
        }
        const auto b = noise(size(rows, n), 5);
        std::vector<float> sum = noise(size(k, n), 6);
        const auto start = sum;
        t.gemmTransposed(a.data(), k, b.data(), n, rows, sum.data());
        for (int i = 0; i < k; ++i) {
            for (int j = 0; j < n; ++j) {
                const std::size_t at = size(i, n) + static_cast<std::size_t>(j);
                double want = start[at];
                for (int r = 0; r < rows; ++r)
                    want += static_cast<double>(a[size(r, k) + static_cast<std::size_t>(i)]) *
                            b[size(r, n) + static_cast<std::size_t>(j)];
                QVERIFY(std::fabs(sum[at] - want) < 1e-4);
            }
        }
    }
    void greatestNeighbour() {
        const Table& t = chosen();
        constexpr int c = 32;
        const auto x = noise(4 * c, 9);
        const std::vector<std::int32_t> rows{0, 2, 3, 3, 4}, columns{1, 2, 0, 0};
        std::vector<float> y(4 * c);
        std::vector<std::int32_t> from(4 * c);
        t.neighbourMax(x.data(), rows.data(), columns.data(), y.data(), from.data(), 0, 4, c);
        for (std::size_t k = 0; k < c; ++k) {
            QCOMPARE(y[k], std::max(x[c + k], x[2 * c + k]));
            QCOMPARE(from[k], x[c + k] > x[2 * c + k] ? 1 : 2);
            QCOMPARE(y[c + k], x[k]);
            QCOMPARE(y[2 * c + k], 0.0F);
            QCOMPARE(from[2 * c + k], -1);
        }
    }
    void allTargetsAgree() {
        const Table& t = chosen();
        const Table& base = *supported().back();
        constexpr int c = 64;
        const auto y = noise(5 * c, 11);
        const std::vector<std::int32_t> rows{0, 3, 5, 6, 8, 8}, columns{1, 2, 3, 0, 4, 1, 0, 2};
        std::vector<float> a(5 * c), b(5 * c), la(5 * c), lb(5 * c);
        t.aggregate(y.data(), 1.3F, rows.data(), columns.data(), a.data(), la.data(), 0, 0, 5, c,
                    true);
        base.aggregate(y.data(), 1.3F, rows.data(), columns.data(), b.data(), lb.data(), 0, 0, 5, c,
                       true);
        for (std::size_t i = 0; i < a.size(); ++i) {
            QVERIFY(std::fabs(a[i] - b[i]) < 1e-5F);
            QVERIFY(std::fabs(la[i] - lb[i]) < 1e-5F);
        }
    }
};

QTEST_GUILESS_MAIN(TestKernels)
#include "tst_kernels.moc"
