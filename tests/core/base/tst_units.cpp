// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/units.h"

#include <QTest>

#include <cmath>
#include <random>

class TestUnits : public QObject {
    Q_OBJECT
private slots:
    void parses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("ok");
        QTest::addColumn<double>("value");
        QTest::newRow("plain") << QByteArray("12.5") << true << 12.5;
        QTest::newRow("micro") << QByteArray("10u") << true << 1e-5;
        QTest::newRow("micro sign") << QByteArray("10\xC2\xB5"
                                                  "F")
                                    << true << 1e-5;
        QTest::newRow("latin-1 micro") << QByteArray("10\xB5") << true << 1e-5;
        QTest::newRow("mega") << QByteArray("1MEG") << true << 1e6;
        QTest::newRow("milli is M") << QByteArray("1M") << true << 1e-3;
        QTest::newRow("mil") << QByteArray("2mil") << true << 50.8e-6;
        QTest::newRow("hspice x") << QByteArray("3x") << true << 3e6;
        QTest::newRow("unit") << QByteArray("2.2kOhm") << true << 2200.0;
        QTest::newRow("unit only") << QByteArray("5V") << true << 5.0;
        QTest::newRow("femto is exact") << QByteArray("14f") << true << 14e-15;
        QTest::newRow("exponent and suffix") << QByteArray("1e3k") << true << 1e6;
        QTest::newRow("plus") << QByteArray("+4.7n") << true << 4.7e-9;
        QTest::newRow("minus") << QByteArray("-3p") << true << -3e-12;
        QTest::newRow("leading dot") << QByteArray(".5") << true << 0.5;
        QTest::newRow("underflow") << QByteArray("1e-400") << true << 0.0;
        QTest::newRow("empty") << QByteArray("") << false << 0.0;
        QTest::newRow("word") << QByteArray("nan") << false << 0.0;
        QTest::newRow("infinity word") << QByteArray("inf") << false << 0.0;
        QTest::newRow("two signs") << QByteArray("+-1") << false << 0.0;
        QTest::newRow("rkm code") << QByteArray("4k7") << false << 0.0;
        QTest::newRow("trailing junk") << QByteArray("1u,2") << false << 0.0;
    }
    void parses() {
        QFETCH(QByteArray, text);
        QFETCH(bool, ok);
        QFETCH(double, value);
        const auto read = ohm::parseSi({text.data(), static_cast<std::size_t>(text.size())});
        QCOMPARE(read.has_value(), ok);
        if (ok)
            QCOMPARE(*read, value);
    }
    void formats() {
        QCOMPARE(ohm::formatSi(1.2e-5, "A"), std::string("12 \xC2\xB5"
                                                         "A"));
        QCOMPARE(ohm::formatSi(0, "V"), std::string("0 V"));
        QCOMPARE(ohm::formatSi(-0.4561234, "V"), std::string("-456.1 mV"));
        QCOMPARE(ohm::formatSi(999.99e-9, "A"), std::string("1 \xC2\xB5"
                                                            "A"));
        QCOMPARE(ohm::formatSi(1.8, "V"), std::string("1.8 V"));
        QCOMPARE(ohm::formatSi(1e4), std::string("10k"));
        QCOMPARE(ohm::formatSi(std::nan(""), "V"), std::string("\xE2\x80\x94"));
    }
    void spiceTextReadsBack() {
        std::mt19937_64 random(7);
        std::uniform_real_distribution<double> exponent(-17, 13);
        for (int i = 0; i < 20000; ++i) {
            const double value = std::pow(10, exponent(random)) * (i % 2 ? 1 : -1);
            QCOMPARE(*ohm::parseSi(ohm::formatSpice(value)), value);
            QCOMPARE(*ohm::parseSi(ohm::formatExact(value)), value);
        }
        QCOMPARE(ohm::formatSpice(1.2e-5), std::string("12u"));
        QCOMPARE(ohm::formatSpice(2e6), std::string("2meg"));
        QCOMPARE(ohm::formatSpice(90e-9), std::string("90n"));
    }
};

QTEST_GUILESS_MAIN(TestUnits)
#include "tst_units.moc"
