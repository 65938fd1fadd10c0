// SPDX-License-Identifier: GPL-3.0-or-later
// What can be told of a sizing set-up from its texts alone.
#include "core/base/units.h"
#include "core/optimize/scattersetup.h"
#include "ui/services/text.h"
#include "ui/session/sizingsetup.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <optional>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("SizingSetup", text);
}

struct MeasureKind {
    const char* name;
    const char* fields;
    const char* unit;
};
constexpr MeasureKind kKinds[] = {{"gain", "of", ""},
                                  {"ugbw", "of", "Hz"},
                                  {"bandwidth", "of", "Hz"},
                                  {"phase_margin", "of", "deg"},
                                  {"cmrr", "of against", "dB"},
                                  {"psrr", "of against", "dB"},
                                  {"current", "source", "A"},
                                  {"voltage", "of", "V"},
                                  {"offset", "of input", "V"},
                                  {"settling", "of input tolerance", "s"},
                                  {"slew", "of input", "V/s"},
                                  {"meas", "meas", ""},
                                  {"output_noise", "at from to", "V"},
                                  {"input_noise", "at from to", "V"}};

const MeasureKind* kindOf(const QString& name) {
    const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                     [&](const auto& k) { return name == QLatin1String(k.name); });
    return found == std::end(kKinds) ? nullptr : found;
}

/// Collects the issues of one table.
class Checker {
public:
    using Tables = std::array<std::vector<project::SetupRow>, kSetupKinds>;
    explicit Checker(const Tables& tables)
        : m_tables(tables) {}

    QVector<SetupIssue> run() {
        for (int kind = 0; kind < kSetupKinds; ++kind) {
            m_kind = static_cast<SetupKind>(kind);
            checkNames();
            const auto& rows = table(m_kind);
            for (m_row = 0; m_row < static_cast<int>(rows.size()); ++m_row) {
                m_entry = &rows[static_cast<std::size_t>(m_row)];
                switch (m_kind) {
                case SetupKind::Parameters:
                    parameter();
                    break;
                case SetupKind::Specs:
                    spec();
                    break;
                case SetupKind::Measurements:
                    measurement();
                    break;
                case SetupKind::Benches:
                    bench();
                    break;
                case SetupKind::Corners:
                    break;
                case SetupKind::Scatter:
                    scatter();
                    break;
                }
            }
        }
        return std::move(m_issues);
    }

private:
    const std::vector<project::SetupRow>& table(SetupKind kind) const {
        return m_tables[static_cast<std::size_t>(kind)];
    }
    void tell(const char* field, const QString& text) {
        m_issues.push_back({m_kind, m_row, QLatin1String(field), text});
    }
    QString field(const char* key) const {
        const std::string* text = m_entry->find(key);
        return text ? qs(*text).trimmed() : QString();
    }
    bool has(SetupKind kind, const QString& name) const {
        return std::any_of(table(kind).begin(), table(kind).end(),
                           [&](const auto& row) { return qs(row.name) == name; });
    }
    /// A number that may be left out.
    std::optional<double> number(const char* key) {
        const QString text = field(key);
        if (text.isEmpty())
            return std::nullopt;
        const auto value = parseSi(ss(text));
        if (!value || !std::isfinite(*value)) {
            tell(key, say("\u201c%1\u201d is not a number. Write one such as 10u, 4.7k or 2meg.")
                          .arg(text));
            return std::nullopt;
        }
        return value;
    }

    void checkNames() {
        if (m_kind == SetupKind::Scatter)
            return; // named after what they say
        static const QRegularExpression word(u"^[A-Za-z_][A-Za-z0-9_.-]*$"_s);
        const auto& rows = table(m_kind);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            m_row = static_cast<int>(i);
            const QString name = qs(rows[i].name);
            if (name.isEmpty())
                tell("", say("This row needs a name."));
            else if (!word.match(name).hasMatch())
                tell("",
                     say("A name begins with a letter and has letters, digits, _ . and - only."));
            else if (std::any_of(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(i),
                                 [&](const auto& other) { return other.name == rows[i].name; }))
                tell("", say("The name \u201c%1\u201d is given twice.").arg(name));
        }
    }

    void parameter() {
        const auto value = number("value");
        if (!field("matches").isEmpty()) {
            if (!field("min").isEmpty() || !field("max").isEmpty())
                tell("matches", say("A matched parameter follows others and has no range."));
            return; // what it names is checked by core
        }
        if (field("value").isEmpty())
            tell("value", say("A parameter needs a value to begin with."));
        const auto min = number("min");
        const auto max = number("max");
        const auto step = number("step");
        const bool log = field("scale") == u"log"_s;
        if (min && max && *min > *max)
            return tell("min", say("The min is above the max."));
        const double low = min.value_or(value.value_or(0)), high = max.value_or(value.value_or(0));
        if (value && low <= high && (*value < low || *value > high))
            tell("value", say("The value is not between min and max."));
        if (step && *step < 0)
            tell("step", say("A step is above zero."));
        else if (step && *step > 0 && high > low && *step > (high - low) * (1 + 1e-9))
            tell("step", say("The step is larger than the range, so nothing could vary."));
        if (log && high > low && low <= 0)
            tell("min", say("A logarithmic range begins above zero."));
    }

    void spec() {
        if (!m_entry->name.empty() && !has(SetupKind::Measurements, qs(m_entry->name)))
            tell("", say("There is no measurement \u201c%1\u201d.").arg(qs(m_entry->name)));
        const auto min = number("min");
        const auto max = number("max");
        const auto target = number("target");
        const auto tolerance = number("tolerance");
        const auto weight = number("weight");
        if (field("min").isEmpty() && field("max").isEmpty() && field("target").isEmpty())
            tell("min", say("A spec needs a min, a max or a target."));
        if (min && max && *min > *max)
            tell("min", say("The min is above the max, so nothing can meet this spec."));
        if (target && (min || max))
            tell("target", say("Give a target or limits, not both."));
        if (tolerance && *tolerance < 0)
            tell("tolerance", say("A tolerance is not negative; 0.05 is 5 %."));
        if (weight && *weight <= 0)
            tell("weight", say("A weight is above zero."));
    }

    void measurement() {
        const QString kind =
            field("kind").isEmpty() && !field("meas").isEmpty() ? u"meas"_s : field("kind");
        const MeasureKind* known = kindOf(kind);
        if (!field("expr").isEmpty()) {
            if (!kind.isEmpty() || !field("bench").isEmpty())
                tell("expr", say("An expression stands alone, without kind and bench."));
            return;
        }
        if (kind.isEmpty())
            tell("kind", say("Choose what is measured."));
        for (const char* key : {"bench", "against"}) {
            const QString name = field(key);
            if (!name.isEmpty() && !has(SetupKind::Benches, name))
                tell(key, say("There is no bench \u201c%1\u201d.").arg(name));
        }
        if (!known)
            return; // what core knows beyond this page is checked by core
        if (field("bench").isEmpty())
            tell("bench", say("A measurement needs a bench to be simulated on."));
        for (const QString& needed : measureFields(kind)) {
            const QByteArray key = needed.toLatin1();
            if (key == "tolerance" || key == "at" || key == "from" || key == "to")
                number(key.constData());
            else if (field(key.constData()).isEmpty())
                tell(key.constData(), say("This kind of measurement needs it."));
        }
    }

    void bench() {
        if (field("circuit").isEmpty())
            tell("circuit", say("A bench needs the file of its circuit."));
        const QString analyses = field("analyses");
        if (analyses.isEmpty() || analyses == u"[]"_s)
            tell("analyses", say("A bench needs analyses, such as: op, ac dec 10 1 1g"));
        const auto timeout = number("timeout");
        if (timeout && *timeout <= 0)
            tell("timeout", say("A timeout is above zero."));
    }

    void scatter() {
        const QString kind = field("kind");
        static const QStringList kinds = scatterKinds();
        if (!kinds.contains(kind))
            return tell("kind", say("Choose samples, seed, process, mismatch or parameter."));
        const auto& rows = table(m_kind);
        if (std::any_of(rows.begin(), rows.begin() + m_row, [&](const auto& other) {
                return optimize::scatterPlace(other) == optimize::scatterPlace(*m_entry);
            }))
            return tell("kind", say("This is given twice."));
        const bool whole = kind == u"samples"_s || kind == u"seed"_s;
        QString text = field("value");
        const bool share = text.endsWith(u'%');
        const auto value = parseSi(ss(share ? text.chopped(1).trimmed() : text));
        if (!value || !std::isfinite(*value) || (whole && share))
            return tell("value",
                        say("A number is expected, such as 8m, 200 or, of a scatter, 3%."));
        if (whole) {
            const double least = kind == u"samples"_s ? 2 : 0,
                         most = kind == u"samples"_s ? 1e5 : 1e15;
            if (*value != std::floor(*value) || *value < least || *value > most)
                tell("value", kind == u"samples"_s ? say("Samples are from 2 to 100000.")
                                                   : say("A seed is a whole number from 0."));
            return;
        }
        if (field("parameter").isEmpty())
            tell("parameter", say("What scatters, such as vth0?"));
        if (kind != u"parameter"_s && field("model").isEmpty())
            tell("model", say("The model whose parameter scatters, such as nmos."));
        if (*value <= 0 || (share && *value >= 100 && field("area").isEmpty()))
            tell("value", say("A scatter is above zero, a relative one below 100 %."));
        if (!field("area").isEmpty() && kind != u"mismatch"_s)
            tell("area", say("Only mismatch goes by area."));
        const QString shape = field("distribution");
        if (!shape.isEmpty() && shape != u"normal"_s && shape != u"uniform"_s)
            tell("distribution", say("A distribution is normal or uniform."));
    }

    const Tables& m_tables;
    QVector<SetupIssue> m_issues;
    SetupKind m_kind = SetupKind::Parameters;
    int m_row = -1;
    const project::SetupRow* m_entry = nullptr;
};

} // namespace

QVector<SetupIssue>
checkSetup(const std::array<std::vector<project::SetupRow>, kSetupKinds>& tables) {
    return Checker(tables).run();
}

QStringList measureFields(const QString& kind) {
    const MeasureKind* known = kindOf(kind);
    return known ? QString::fromLatin1(known->fields).split(u' ', Qt::SkipEmptyParts)
                 : QStringList();
}

QStringList measureKinds() {
    QStringList names;
    for (const MeasureKind& kind : kKinds)
        names << QString::fromLatin1(kind.name);
    return names;
}

QStringList scatterKinds() {
    return {u"samples"_s, u"seed"_s, u"process"_s, u"mismatch"_s, u"parameter"_s};
}

QString measureUnit(const QString& kind) {
    const MeasureKind* known = kindOf(kind);
    return known ? QString::fromLatin1(known->unit) : QString();
}

QString numberForFile(const QString& typed) {
    QString text = typed.trimmed();
    text.replace(u'\u00b5', u'u').replace(u'\u03bc', u'u').replace(u'\u2212', u'-');
    text.replace(u'\u03a9', u"ohm"_s).replace(u'\u2126', u"ohm"_s);
    static const QRegularExpression shape(
        u"^([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\\s*([A-Za-z/%]*)$"_s);
    const auto match = shape.match(text);
    if (!match.hasMatch())
        return text;
    QString letters = match.captured(2);
    // In a deck M is milli. Before a unit people mean mega: 10 MHz.
    static const QRegularExpression mega(u"^M(Hz|ohm|Ohm|V|A|V/s|F|H|s)$"_s);
    if (mega.match(letters).hasMatch())
        letters = u"meg"_s;
    const QString whole = match.captured(1) + letters;
    if (letters.isEmpty() || letters.compare(u"meg"_s, Qt::CaseInsensitive) == 0 ||
        letters.size() == 1)
        return whole; // as typed
    const auto value = parseSi(ss(whole));
    return value ? qs(formatSpice(*value)) : text;
}

} // namespace ohm::ui
