// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/startcards.h"

#include <QPainter>
#include <QPainterPath>

namespace ohm::widgets {
namespace {

/// Draws in a 100 x 70 field.
class Sketch {
public:
    Sketch(QPainter& painter, const QColor& line, const QColor& accent)
        : m_painter(painter) {
        m_wire = QPen(line, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
        m_strong = QPen(accent, 2.2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    }

    void wire(std::initializer_list<QPointF> points) { polyline(points, m_wire); }

    void resistor(QPointF from, QPointF to) {
        const QPointF along = to - from;
        const double length = std::hypot(along.x(), along.y());
        const QPointF unit = along / length;
        const QPointF side(-unit.y() * 3.2, unit.x() * 3.2);
        const double lead = (length - 14) / 2;
        QVector<QPointF> points{from, from + unit * lead};
        for (int i = 0; i < 6; ++i)
            points += from + unit * (lead + 1.2 + i * 2.33) + side * (i % 2 ? 1 : -1);
        points += from + unit * (lead + 14);
        points += to;
        m_painter.setPen(m_strong);
        m_painter.drawPolyline(points.constData(), static_cast<int>(points.size()));
    }

    /// Gate at `at`, drain up, source down, `flip` puts the gate at the right.
    void mosfet(QPointF at, bool flip, bool p) {
        const double s = flip ? -1 : 1;
        const auto pt = [&](double x, double y) { return at + QPointF(s * x, y); };
        polyline({pt(0, 0), pt(p ? 2.2 : 4, 0)}, m_strong);
        if (p) {
            m_painter.setPen(m_strong);
            m_painter.setBrush(Qt::NoBrush);
            m_painter.drawEllipse(pt(3.6, 0), 1.4, 1.4);
        }
        polyline({pt(5, -5), pt(5, 5)}, m_strong);
        polyline({pt(7.5, -6.5), pt(7.5, 6.5)}, m_strong);
        polyline({pt(7.5, -4.5), pt(13, -4.5), pt(13, -9)}, m_strong);
        polyline({pt(7.5, 4.5), pt(13, 4.5), pt(13, 9)}, m_strong);
    }

    void bjt(QPointF base, bool flip) {
        const double s = flip ? -1 : 1;
        const auto pt = [&](double x, double y) { return base + QPointF(s * x, y); };
        polyline({pt(0, 0), pt(5, 0)}, m_strong);
        polyline({pt(5, -6), pt(5, 6)}, m_strong);
        polyline({pt(5, -2.5), pt(12, -8), pt(12, -11)}, m_strong);
        polyline({pt(5, 2.5), pt(12, 8), pt(12, 11)}, m_strong);
    }

    void opamp(QPointF tip, double height) {
        const double h = height / 2;
        QPainterPath path;
        path.moveTo(tip);
        path.lineTo(tip + QPointF(-1.6 * h, -h));
        path.lineTo(tip + QPointF(-1.6 * h, h));
        path.closeSubpath();
        m_painter.setPen(m_strong);
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawPath(path);
        const double x = tip.x() - 1.6 * h + 3.5;
        polyline({{x, tip.y() - h / 2}, {x + 4, tip.y() - h / 2}}, m_strong);
        polyline({{x, tip.y() + h / 2}, {x + 4, tip.y() + h / 2}}, m_strong);
        polyline({{x + 2, tip.y() + h / 2 - 2}, {x + 2, tip.y() + h / 2 + 2}}, m_strong);
    }

    void ground(QPointF at) {
        wire({at, at + QPointF(0, 3)});
        wire({at + QPointF(-5, 3), at + QPointF(5, 3)});
        wire({at + QPointF(-2.5, 5.5), at + QPointF(2.5, 5.5)});
    }

    void dot(QPointF at) {
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(m_wire.color());
        m_painter.drawEllipse(at, 1.8, 1.8);
        m_painter.setBrush(Qt::NoBrush);
    }

private:
    void polyline(std::initializer_list<QPointF> points, const QPen& pen) {
        m_painter.setPen(pen);
        m_painter.drawPolyline(points.begin(), static_cast<int>(points.size()));
    }

    QPainter& m_painter;
    QPen m_wire;
    QPen m_strong;
};

void drawLadder(Sketch& s) {
    for (int i = 0; i < 3; ++i) {
        const double x = 8 + i * 28;
        s.resistor({x, 18}, {x + 28, 18});
        s.resistor({x + 28, 18}, {x + 28, 54});
        s.dot({x + 28, 18});
    }
    s.wire({{8, 18}, {8, 54}});
    s.wire({{8, 54}, {92, 54}});
    s.ground({50, 54});
}

void drawPair(Sketch& s, bool second) {
    s.wire({{14, 8}, {second ? 92.0 : 86.0, 8}});
    s.mosfet({44, 19}, true, true);
    s.mosfet({44, 19}, false, true);
    s.wire({{31, 10}, {31, 8}});
    s.wire({{57, 10}, {57, 8}});
    s.wire({{31, 28}, {31, 34}});
    s.wire({{57, 28}, {57, 34}});
    s.wire({{31, 30}, {44, 30}, {44, 19}});
    s.mosfet({18, 43}, false, false);
    s.mosfet({70, 43}, true, false);
    s.wire({{31, 52}, {57, 52}});
    s.dot({44, 52});
    s.wire({{44, 52}, {44, 58}});
    s.ground({44, 58});
    if (second) {
        s.wire({{57, 30}, {72, 30}, {72, 19}});
        s.mosfet({72, 19}, false, true);
        s.wire({{85, 10}, {85, 8}});
        s.wire({{85, 28}, {85, 40}, {94, 40}});
        s.dot({85, 40});
    } else {
        s.wire({{57, 31}, {86, 31}});
    }
    s.dot({57, 30.5});
}

void drawBandgap(Sketch& s) {
    s.wire({{12, 8}, {88, 8}});
    s.opamp({58, 20}, 20);
    s.wire({{42, 15}, {26, 15}, {26, 36}});
    s.wire({{42, 25}, {36, 25}, {36, 30}, {66, 30}});
    s.resistor({66, 30}, {66, 44});
    s.wire({{58, 20}, {78, 20}, {78, 8}});
    s.bjt({38, 47}, true);
    s.bjt({54, 55}, false);
    s.wire({{26, 58}, {26, 64}, {66, 64}, {66, 66}});
    s.wire({{38, 47}, {38, 64}});
    s.wire({{54, 55}, {54, 64}});
}

void drawRegulator(Sketch& s) {
    s.wire({{10, 8}, {88, 8}});
    s.opamp({46, 26}, 24);
    s.wire({{46, 26}, {56, 26}, {56, 19}});
    s.mosfet({56, 19}, false, true);
    s.wire({{69, 10}, {69, 8}});
    s.wire({{69, 28}, {69, 32}});
    s.dot({69, 32});
    s.wire({{69, 32}, {92, 32}});
    s.resistor({69, 32}, {69, 48});
    s.resistor({69, 48}, {69, 64});
    s.wire({{69, 48}, {18, 48}, {18, 32}, {27, 32}});
    s.wire({{10, 20}, {27, 20}});
    s.dot({69, 48});
}

void drawSheet(Sketch& s, QPainter& painter, const QColor& line) {
    painter.setPen(QPen(line, 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(10, 6, 80, 58), 3, 3);
    painter.drawLine(QPointF(60, 54), QPointF(90, 54));
    painter.drawLine(QPointF(60, 54), QPointF(60, 64));
    s.opamp({62, 32}, 26);
    s.wire({{41, 25.5}, {18, 25.5}});
    s.wire({{41, 38.5}, {32, 38.5}, {32, 52}});
    s.resistor({32, 52}, {62, 52});
    s.wire({{62, 32}, {84, 32}});
    s.wire({{62, 52}, {70, 52}, {70, 32}});
    s.dot({70, 32});
}

void drawCircuit(Sketch& s) {
    s.mosfet({40, 40}, false, false);
    s.wire({{16, 40}, {40, 40}});
    s.resistor({53, 8}, {53, 31});
    s.wire({{53, 49}, {53, 56}});
    s.ground({53, 56});
    s.wire({{53, 28}, {84, 28}});
    s.dot({53, 28});
    s.wire({{40, 8}, {66, 8}});
}

} // namespace

void drawDemoPicture(QPainter& painter, const QRectF& rect, DemoEntry::Picture picture,
                     const QColor& line, const QColor& accent) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double scale = std::min(rect.width() / 100, rect.height() / 70);
    painter.translate(rect.center());
    painter.scale(scale, scale);
    painter.translate(-50, -35);
    Sketch sketch(painter, line, accent);
    switch (picture) {
    case DemoEntry::Picture::Ladder:
        drawLadder(sketch);
        break;
    case DemoEntry::Picture::OpAmp:
        drawPair(sketch, true);
        break;
    case DemoEntry::Picture::Ota:
        drawPair(sketch, false);
        break;
    case DemoEntry::Picture::Bandgap:
        drawBandgap(sketch);
        break;
    case DemoEntry::Picture::Regulator:
        drawRegulator(sketch);
        break;
    case DemoEntry::Picture::Sheet:
        drawSheet(sketch, painter, line);
        break;
    case DemoEntry::Picture::Circuit:
        drawCircuit(sketch);
        break;
    }
    painter.restore();
}

} // namespace ohm::widgets
