// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"

#include <QTest>

using namespace std::string_view_literals;

class TestText : public QObject {
    Q_OBJECT
private slots:
    void detects() {
        QCOMPARE(ohm::detectEncoding("plain"), ohm::TextEncoding::Utf8);
        QCOMPARE(ohm::detectEncoding("10\xC2\xB5"sv), ohm::TextEncoding::Utf8);
        QCOMPARE(ohm::detectEncoding("10\xB5"sv), ohm::TextEncoding::Windows1252);
        QCOMPARE(ohm::detectEncoding("\xFF\xFEV\0e\0"sv), ohm::TextEncoding::Utf16Le);
        QCOMPARE(ohm::detectEncoding("V\0e\0r\0s\0"sv), ohm::TextEncoding::Utf16Le);
        QCOMPARE(ohm::detectEncoding("\0V\0e\0r\0s"sv), ohm::TextEncoding::Utf16Be);
        QCOMPARE(ohm::detectEncoding(""), ohm::TextEncoding::Utf8);
    }
    void converts() {
        QCOMPARE(ohm::toUtf8("1\xB5\x80"sv, ohm::TextEncoding::Windows1252),
                 std::string("1\xC2\xB5\xE2\x82\xAC"));
        QCOMPARE(ohm::toUtf8("\xFF\xFEV\0\xB5\0"sv, ohm::TextEncoding::Utf16Le),
                 std::string("V\xC2\xB5"));
        QCOMPARE(ohm::toUtf8("\xEF\xBB\xBFx"sv, ohm::TextEncoding::Utf8), std::string("x"));
        // A surrogate pair, a lone surrogate, an odd byte at the end.
        QCOMPARE(ohm::toUtf8("\x3D\xD8\x00\xDE\x00\xD8\x41"sv, ohm::TextEncoding::Utf16Le),
                 std::string("\xF0\x9F\x98\x80\xEF\xBF\xBD"));
        QCOMPARE(ohm::toUtf8("a\xFF"
                             "b"sv,
                             ohm::TextEncoding::Utf8),
                 std::string("a\xEF\xBF\xBD"
                             "b"));
    }
    void rejectsBadUtf8_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("overlong") << QByteArray("\xC0\x80");
        QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80");
        QTest::newRow("cut") << QByteArray("12345678\xE2\x82");
        QTest::newRow("beyond unicode") << QByteArray("\xF4\x90\x80\x80");
    }
    void rejectsBadUtf8() {
        QFETCH(QByteArray, bytes);
        QVERIFY(!ohm::isUtf8({bytes.data(), static_cast<std::size_t>(bytes.size())}));
    }
    void folds() {
        QCOMPARE(ohm::toLower("AbZ1\xC3\x84"), std::string("abz1\xC3\x84"));
        QVERIFY(ohm::equalsIgnoreCase("VDD", "vdd"));
        QVERIFY(!ohm::equalsIgnoreCase("VDD", "vd"));
        QCOMPARE(ohm::trimmed(" \t a b\r\n"), "a b"sv);
        QCOMPARE(ohm::trimmed(" \n"), ""sv);
    }
};

QTEST_GUILESS_MAIN(TestText)
#include "tst_text.moc"
