// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/kernels/kernels.h"
#include "core/deep/loss.h"
#include "fixtures.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace ohm::deep;

namespace {

/// The definition: stable sort by falling value, the first k, in column order.
template <typename T>
std::vector<std::uint8_t> sortedTop(const T* row, int c, int k) {
    std::vector<std::uint8_t> order(static_cast<std::size_t>(c));
    std::iota(order.begin(), order.end(), std::uint8_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint8_t a, std::uint8_t b) { return row[a] > row[b]; });
    order.resize(static_cast<std::size_t>(k));
    std::sort(order.begin(), order.end());
    return order;
}

template <typename T>
void checkRows(const std::vector<T>& x, int c, int k) {
    const auto rows = static_cast<std::int64_t>(x.size()) / c;
    std::vector<T> values(static_cast<std::size_t>(rows * k));
    std::vector<std::uint8_t> columns(values.size());
    kernels::best<T>().topK(x.data(), rows, c, k, values.data(), columns.data());
    for (std::int64_t r = 0; r < rows; ++r) {
        const auto expected = sortedTop(x.data() + r * c, c, k);
        const std::vector<std::uint8_t> got(columns.begin() + r * k, columns.begin() + (r + 1) * k);
        if (got != expected)
            QFAIL(qPrintable(QString("row %1, c %2, k %3").arg(r).arg(c).arg(k)));
        for (int j = 0; j < k; ++j)
            QCOMPARE(values[static_cast<std::size_t>(r * k + j)],
                     x[static_cast<std::size_t>(r * c + got[static_cast<std::size_t>(j)])]);
    }
}

template <typename T>
void selectMany() {
    ohm::dataset::Random random(3, 1);
    for (const int c : {1, 5, 16, 33, 128, 192, 255, 256}) {
        for (const int k : {1, 2, 4, 16, 64, c - 1, c}) {
            if (k < 1 || k > c)
                continue;
            constexpr int kRows = 24;
            std::vector<T> x(static_cast<std::size_t>(kRows * c));
            for (int r = 0; r < kRows; ++r) {
                for (int j = 0; j < c; ++j) {
                    double v = random.uniform(-1, 1);
                    if (r % 6 == 1)
                        v = std::floor(v * 3); // many ties, -0 among them
                    if (r % 6 == 2)
                        v = -1 - std::fabs(v); // all negative
                    if (r % 6 == 3)
                        v = std::copysign(std::pow(10.0, 30 * v), random.uniform(-1, 1));
                    if (r % 6 == 4)
                        v = 0.25; // all equal
                    if (r % 6 == 5)
                        v = j % 3 == 0 ? -0.0 : 0.0;
                    x[static_cast<std::size_t>(r * c + j)] = static_cast<T>(v);
                }
            }
            checkRows(x, c, k);
        }
    }
}

} // namespace

class TestDeepKernels : public QObject {
    Q_OBJECT
private slots:
    void topKAsStableSort() {
        selectMany<float>();
        selectMany<double>();
    }
    /// The worked example: 0.37 goes before -0.82.
    void topKIsSigned() { checkRows(std::vector<float>{-0.82f, 0.37f, 0.1f, -0.5f}, 4, 2); }
    /// Not-a-number and infinity end, with k different columns.
    void topKEnds() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const float inf = std::numeric_limits<float>::infinity();
        for (const auto& row : {std::vector<float>(64, nan), std::vector<float>(64, inf),
                                std::vector<float>(64, -inf)}) {
            auto x = row;
            x[3] = 1;
            x[9] = -nan;
            float values[8];
            std::uint8_t columns[8] = {};
            kernels::best<float>().topK(x.data(), 1, 64, 8, values, columns);
            for (int j = 1; j < 8; ++j)
                QVERIFY(columns[j] > columns[j - 1] && columns[j] < 64);
        }
    }
    void fixedPoint() {
        const auto& table = kernels::best<float>();
        std::vector<std::int32_t> q{100, -7, 2'000'000'000, 0};
        const std::vector<float> m{1.5f, -0.25f, 0, 3.0000001f};
        auto before = q;
        QVERIFY(table.addFixed(q.data(), m.data(), 4, 1048576.0f, 1));
        QCOMPARE(q[0], 100 + 1572864);
        QVERIFY(table.addFixed(q.data(), m.data(), 4, 1048576.0f, -1));
        QCOMPARE(q, before);
        const std::vector<float> far{200, 0, 200, 0}, huge{1e9f, 0, 0, 0},
            nan{std::numeric_limits<float>::quiet_NaN(), 0, 0, 0};
        QVERIFY(!table.addFixed(q.data(), far.data(), 4, 1048576.0f, 1));
        QVERIFY(!table.addFixed(q.data(), huge.data(), 4, 1048576.0f, 1));
        QVERIFY(!table.addFixed(q.data(), nan.data(), 4, 1048576.0f, 1));
    }
    /// 24 bits do as 32 within their range, in vectors and in what is left over.
    void fixedPointIn24Bits() {
        const auto& table = kernels::best<float>();
        constexpr std::size_t kCount = 67;
        constexpr float kScale = 65536;
        const auto m = deeptest::randomValues<float>(kCount, 4, -3, 3);
        std::vector<std::int32_t> q(kCount, -5);
        std::vector<std::int16_t> upper(kCount, -1);
        std::vector<std::uint8_t> lower(kCount, 251); // -5
        for (const int sign : {1, 1, -1}) {
            QVERIFY(table.addFixed(q.data(), m.data(), kCount, kScale, sign));
            QVERIFY(table.addShort(upper.data(), lower.data(), m.data(), kCount, kScale, sign));
            for (std::size_t i = 0; i < kCount; ++i)
                QCOMPARE(upper[i] * 256 + lower[i], q[i]);
        }
        std::vector<float> x(kCount), y(kCount);
        table.fromFixed(q.data(), kCount, 1 / kScale, x.data());
        table.fromShort(upper.data(), lower.data(), kCount, 1 / kScale, y.data());
        QCOMPARE(y, x);
        QVERIFY(table.addShort(upper.data(), lower.data(), m.data(), kCount, kScale, -1));
        QVERIFY(std::all_of(upper.begin(), upper.end(), [](auto v) { return v == -1; }));
        QVERIFY(std::all_of(lower.begin(), lower.end(), [](auto v) { return v == 251; }));
        // Both ends of the range, a step that is too large, and no number: at either kind of place.
        for (const std::size_t at : {std::size_t{3}, kCount - 1}) {
            const auto adds = [&](float value) {
                std::vector<std::int16_t> a(kCount, 0);
                std::vector<std::uint8_t> b(kCount, 0);
                std::vector<float> step(kCount, 0.0f);
                step[at] = value;
                return table.addShort(a.data(), b.data(), step.data(), kCount, kScale, 1);
            };
            QVERIFY(adds(127.99f) && adds(-128.0f));
            QVERIFY(!adds(128.0f) && !adds(-128.01f) && !adds(1e9f) && !adds(-1e30f) &&
                    !adds(std::numeric_limits<float>::quiet_NaN()));
        }
    }
    /// Losses and their derivatives by finite differences; rows and labels that do not count.
    void losses() {
        const std::vector<double> labels{0.1, 0.2, std::nan(""), 0.4, 0.5, 0.6};
        std::vector<double> p{0.15, 0.202, 3, 0.1, 0.49, 5};
        const std::vector<std::uint8_t> rows{1, 1, 1, 1, 1, 0};
        for (const LossKind kind : {LossKind::Mse, LossKind::Mpgd, LossKind::Shrinkage}) {
            Loss loss;
            loss.kind = kind;
            std::vector<double> d(6);
            const auto value = lossOf<double>(loss, p, labels, rows, 1, d);
            QCOMPARE(value.entries, std::int64_t{4});
            QCOMPARE(value.selected, kind == LossKind::Mpgd ? 0.75 : 1.0);
            for (std::size_t i = 0; i < 6; ++i) {
                auto at = [&](double h) {
                    auto moved = p;
                    moved[i] += h;
                    return lossOf<double>(loss, moved, labels, rows, 1, {}).loss;
                };
                QVERIFY(std::fabs((at(1e-6) - at(-1e-6)) / 2e-6 - d[i]) < 1e-8);
            }
        }
        Loss mpgd;
        mpgd.kind = LossKind::Mpgd;
        mpgd.threshold = 100; // nothing above: all entries
        const auto all = lossOf<double>(mpgd, p, labels, rows, 1, {});
        QCOMPARE(all.loss, all.square);
    }
};

QTEST_APPLESS_MAIN(TestDeepKernels)
#include "tst_deepkernels.moc"
