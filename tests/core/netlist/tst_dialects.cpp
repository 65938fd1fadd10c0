// SPDX-License-Identifier: GPL-3.0-or-later
// One small deck per trap of the SPICE family: what it counts, how it is wired, what is reported.
#include "netlisttest.h"

using namespace ohm;
using namespace ohm::netlist;
using namespace netlisttest;

class TestDialects : public QObject {
    Q_OBJECT

private:
    void row(const char* name, const char* text, const char* devices, const char* wires,
             const char* findings = "", Dialect dialect = Dialect::Spice) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(devices) << QByteArray(wires)
                            << QByteArray(findings) << static_cast<int>(dialect);
    }

private slots:
    void deck_data();
    void deck();
    void dialectIsFound_data();
    void dialectIsFound();
    void kindOfBlackBox_data();
    void kindOfBlackBox();
};

void TestDialects::deck_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("devices");
    QTest::addColumn<QByteArray>("wires"); // "; " between devices, each name first
    QTest::addColumn<QByteArray>("findings");
    QTest::addColumn<int>("dialect");

    // --- lines ---------------------------------------------------------------------------------
    row("plus", "t\nr1 a\n+ b\n+ 1k\n", "r1", "r1 a b");
    row("plus after blank and comment", "t\nr1 a\n\n* note\n   \n$ more\n+ b 1k\n", "r1", "r1 a b");
    row("plus indented", "t\nr1 a\n   + b 1k\n", "r1", "r1 a b");
    row("plus without blank", "t\nr1 a\n+b 1k\n", "r1", "r1 a b");
    row("backslash", "t\nr1 a \\\n b 1k\nr2 c d 1\n", "r2", "r1 a b");
    row("double backslash", "t\nr1 a \\\\\n b 1k\nr2 c d 1\n", "r2", "r1 a b");
    row("backslash on the word", "t\nr1 a b\\\n 1k\nr2 c d 1\n", "r2", "r1 a b");
    row("backslash in the parameters", "t\nm1 d g s b n w=1u \\\n l=2u\nr2 c d 1\n", "m1 r1",
        "m1 d g s b; r2 c d", "NET-031");
    row("comments", "t\n* r9 a b 1\n# r9 a b 1\n$ r9 a b 1\n; r9 a b 1\n// r9 a b 1\n r1 a b 1k\n",
        "r1", "r1 a b");
    row("end of line comments", "t\nr1 a b 1k ; c d\nr2 a b 1k $ c d\nr3 a b 1k // c d\nr4 a b $c\n",
        "r4", "r1 a b; r4 a b");
    row("dollar inside a name", "t\nr$1 a$b c$ 1k\n", "r1", "r$1 a$b c$");
    row("dollar nets of PSpice", "t\nr1 $N_0001 b 1k\n.subckt s\nr2 $G_VCC c 1\n.ends\nx1 s\nr3 $G_VCC d 1",
        "r3", "r1 $n_0001 b; x1.r2 $g_vcc x1.c; r3 $g_vcc d");
    row("carriage returns", "t\r\nr1 a b 1k\r\n+ tc=1\r\n.end\r\n", "r1", "r1 a b");
    row("carriage returns only", "t\rr1 a b 1k\rr2 b c 1k\r.end\r", "r2", "r2 b c");
    row("tabs and form feeds", "t\nr1\ta\t\tb\f1k\n", "r1", "r1 a b");
    row("no line end at the end", "t\nr1 a b 1k", "r1", "r1 a b");
    row("upper case", "T\nR1 A B 1K\nr2 a b 1k\n", "r2", "r1 a b; r2 a b");
    row("commas and brackets", "t\nx1 (a, b) s\n.subckt s (p,q)\nr1 p q 1\n.ends\n", "r1",
        "x1.r1 a b");
    row("line nobody understands", "t\n123 a b\n?what\nr1 a b 1\n", "r1", "r1 a b", "NET-021");
    row("orphan plus", "t\n+ a b\nr1 a b 1\n", "r1", "r1 a b", "NET-023");
    row("end stops", "t\nr1 a b 1\n.end\nr2 a b 1\n", "r1", "r1 a b");
    row("title that looks like a card", "r1 a b 1\nr2 a b 1\n", "r1", "r2 a b");
    row("no title before a dot card", ".param a=1\nr2 a b 1\n", "r1", "r2 a b");
    row("no title after a blank line", "\nr1 a b 1\nr2 a b 1\n", "r2", "r1 a b");
    row("control block", "t\n.control\nrun\nr9 a b\n.endc\nr1 a b 1\n", "r1", "r1 a b");
    row("control block without end", "t\nr1 a b 1\n.control\nrun\n", "r1", "r1 a b", "NET-038");
    row("data block", "t\n.data d x y\n1 2\n3 4\n.enddata\nr1 a b 1\n", "r1", "r1 a b");
    row("aliases", "t\n.ALIASES\nR_R1 R1(1=N1 2=0 )\n.ENDALIASES\nr1 a b 1\n", "r1", "r1 a b");
    row("global parameter", "t\n.global_param c=1\n.if (c==1)\nr1 a b 1\n.endif\n", "r1", "r1 a b");
    row("alter", "t\nr1 a b 1\n.alter\nr2 a b 1\n", "r1", "r1 a b", "NET-025");
    row("unknown card", "t\n.frobnicate a b\nr1 a b 1\n", "r1", "r1 a b", "NET-022");
    row("too few nodes", "t\nr1 a\nr2 a b 1\n", "r2", "r1 a; r2 a b", "NET-024");

    // --- elements ------------------------------------------------------------------------------
    row("two terminals", "t\nr1 a b 1\nc1 a b 1\nl1 a b 1\nv1 a b 1\ni1 a b 1\nb1 a b v=1\nd1 a b dm\n"
                         "f1 a b v1 2\nh1 a b v1 2\nw1 a b v1 sm\n.model dm d\n.model sm csw\n",
        "b1 c1 d1 f1 h1 i1 l1 r1 v1 w1", "f1 a b; w1 a b");
    row("controlled", "t\ne1 a b c d 2\ng1 a b c d 2\n", "e1 g1", "e1 a b c d; g1 a b c d");
    row("poly", "t\ne1 a b poly(2) c d e f 0 1 1\ne2 a b POLY(1) (c,d) 0 1\ng1 a b poly ( 3 ) c d e f g h 0 1\n",
        "e2 g1", "e1 a b c d e f; e2 a b c d; g1 a b c d e f g h");
    row("behavioural sources",
        "t\ne1 a b value={v(c)}\ne2 a b value = {v(c)}\ne3 a b VALUE {v(c)}\ne4 a b {v(c)}\n"
        "e5 a b table {v(c)} = (0,0) (1,1)\ne6 a b laplace {v(c)} = {1/s}\ne7 a b vol='v(c)'\n"
        "g1 a b cur='v(c)'\ng2 a b 'v(c)'\n",
        "e7 g2", "e1 a b; e2 a b; e3 a b; e4 a b; e5 a b; e6 a b; e7 a b; g1 a b; g2 a b");
    row("hspice sources", "t\ne1 a b vcvs c d 2\ne2 a b opamp c d\ng1 a b vcr pwl(1) c d 0 1 1 2\n"
                          "e3 a b nand(2) c d e f 0 1\n",
        "e3 g1", "e1 a b c d; e2 a b c d; g1 a b c d; e3 a b c d e f", "", Dialect::Hspice);
    row("four terminals", "t\ns1 a b c d sm\nt1 a b c d z0=50\no1 a b c d om\ny1 a b c d ym\n"
                          ".model sm sw\n.model om ltra\n.model ym txl\n",
        "o1 s1 t1 y1", "s1 a b c d; y1 a b c d");
    row("three terminals", "t\nj1 d g s jm\nz1 d g s zm\nu1 a b c um l=1\n.model jm njf\n.model zm nmf\n"
                           ".model um urc\n",
        "j1 u1 z1", "j1 d g s; u1 a b c");
    row("bipolar", "t\nq1 c b e qm\nq2 c b e s qm\nq3 c b e s t qm\nq4 c b e qm 2\nq5 c b e 0 qm off\n"
                   ".model qm npn\n",
        "q5", "q1 c b e; q2 c b e s; q3 c b e s t; q4 c b e; q5 c b e 0");
    row("bipolar without model", "t\nq1 c b e nomod\nq2 c b e s nomod\nq3 c b e nomod 2.0\nq4 1 2 3 0 nomod\n",
        "q4", "q1 c b e; q2 c b e s; q3 c b e; q4 1 2 3 0", "NET-031");
    row("bipolar with model further down", "t\nq1 c b e qm aval\n.param aval=2\n.model qm npn\n", "q1",
        "q1 c b e");
    row("mos", "t\nm1 d g s b nm w=1u\nm2 d g s vd\nm3 d g s b nm 1u 2u\nm4 1 2 3 4 nm\nm5 d g s b t nm\n"
               ".model nm nmos\n.model vd vdmos nchan\n",
        "m5", "m1 d g s b; m2 d g s; m3 d g s b; m4 1 2 3 4; m5 d g s b t");
    row("mos without model", "t\nm1 d g s nomod\nm2 1 2 3 0 nomod w = 1u\nm3 1 2 3 4 nomod 1u 2u\n", "m3",
        "m1 d g s; m2 1 2 3 0; m3 1 2 3 4", "NET-031");
    row("binned model", "t\nm1 d g s b nch l=1u\n.model nch.1 nmos\n.model nch.2 nmos\n", "m1",
        "m1 d g s b");
    row("coupling", "t\nl1 a 0 1\nl2 b 0 1\nk1 l1 l2 0.9\n", "k1 l2", "k1; l1 a 0");
    row("xspice", "t\na1 [a b ~c] d gate\na2 %v(a) %vd(b c) null e gain\na3 a %i b int\n.model gate d_and\n"
                  ".model gain gain\n.model int int\n",
        "a3", "a1 a b c d; a2 a b c e; a3 a b");
    row("ltspice gate", "t\na1 n1 0 m m m m x m OTA g=1m\na2 0 a 0 0 0 0 b 0 SCHMITT vt=.5\n", "a2",
        "a1 n1 0 m m m m x m; a2 0 a 0 0 0 0 b 0", "NET-031");
    row("nodes before the model", "t\nn1 d g s b osdi\np1 a b 0 c d 0 lines\n.model lines cpl\n"
                                  ".model osdi psp\n",
        "n1 p1", "n1 d g s b; p1 a b 0 c d 0");
    row("hspice port and line", "t\np1 a 0 port=1 z0=50\nw1 a 0 b 0 n=1 rlgcmodel=m l=1\n", "p1 w1",
        "p1 a 0; w1 a 0 b 0", "", Dialect::Hspice);
    row("blanks around assignments", "t\nr4 a b R = (time<12ms ? {x} : 2)\nm1 d g s b n w = 1u l =2u\n",
        "m1 r1", "r4 a b; m1 d g s b", "NET-031");

    // --- ground and globals --------------------------------------------------------------------
    row("ground names", "t\nr1 a gnd 1\nr2 b GND 1\nr3 c 0 1\nr4 d gnd! 1\n", "r4",
        "r1 a 0; r2 b 0; r3 c 0; r4 d gnd!");
    row("ground as a port", "t\nx1 a b s\n.subckt s p gnd\nr1 p gnd 1\n.ends\n", "r1", "x1.r1 a 0");
    row("ground in CDL", "*.BIPOLAR\n.subckt s a gnd\nrr1 a gnd 1\n.ends\n", "r1", "rr1 a gnd", "",
        Dialect::Cdl);
    row("global", "t\n.global vdd\nx1 a s\n.subckt s p\nr1 p vdd 1\n.ends\n", "r1", "x1.r1 a vdd");
    row("global after its use", "t\nx1 a s\n.subckt s p\nr1 p vdd 1\n.ends\nr2 vdd 0 1\n.global vdd\n", "r2",
        "x1.r1 a vdd; r2 vdd 0");
    row("global of CDL", "*.BIPOLAR\n*.GLOBAL vss:G\n+ vdd:P\n.subckt s a\nrr1 a vdd 1\n.ends\n"
                         ".subckt t b\nxi1 b / s\nrr2 vdd vss 1\nrr3 sub! vss\n.ends\n",
        "r3", "xi1.rr1 b vdd; rr2 vdd vss; rr3 sub! vss", "", Dialect::Cdl);

    // --- hierarchy -----------------------------------------------------------------------------
    row("nested definitions", "t\nx1 a o\n.subckt o p\n.subckt i q\nr1 q 0 1\n.ends\nx2 p i\n.ends\n"
                              ".subckt i z\nc1 z 0 1\nc2 z 0 1\n.ends\nx3 b i\n",
        "c2 r1", "x1.x2.r1 a 0; x3.c1 b 0");
    row("defined twice", "t\nx1 a s\n.subckt s p\nr1 p 0 1\n.ends\n.subckt s p\nc1 p 0 1\n.ends\n", "r1",
        "x1.r1 a 0", "NET-032");
    row("port twice", "t\nx1 a b s\n.subckt s p p\nr1 p 0 1\n.ends\n", "r1", "x1.r1 a 0", "NET-033");
    row("too few connections", "t\nx1 a s\n.subckt s p q\nr1 p q 1\n.ends\n", "r1", "x1.r1 a x1.q",
        "NET-034");
    row("too many connections", "t\nx1 a b c s\n.subckt s p q\nr1 p q 1\n.ends\n", "r1", "x1.r1 a b",
        "NET-034");
    row("stray ends", "t\n.ends\nr1 a b 1\n", "r1", "r1 a b", "NET-035");
    row("missing ends", "t\nr1 a b 1\n.subckt s p\nr2 p 0 1\n", "r1", "r1 a b", "NET-036");
    row("recursion", "t\nx1 a s\n.subckt s p\nr1 p 0 1\nx2 p s\n.ends\n", "r1 x1", "x1.r1 a 0; x1.x2 a",
        "NET-041");
    row("black box", "t\nx1 a b c what w=1\nx2 a b what\n", "x2", "x1 a b c", "NET-030");
    row("empty cell", "t\nx1 a e\nr1 a 0 1\n.subckt e p\n.ends\n", "r1", "r1 a 0");
    row("only empty cells", "t\nx1 a e\n.subckt e p\n.ends\n", "", "");
    row("net named by path", "t\nx1 a b s\nr9 x1.m 0 1\nr8 x1.x2.k x1.nosuch 1\n.subckt s p q\nr1 p m 1\n"
                             "r2 m q 1\nx2 p u\n.ends\n.subckt u p\nc1 p k 1\n.ends\n",
        "c1 r4", "r9 x1.m 0; x1.r1 a x1.m; x1.x2.c1 a x1.x2.k; r8 x1.x2.k x1.nosuch");
    row("macro and eom", "t\nx1 a s\n.macro s p\nr1 p 0 1\n.eom\n", "r1", "x1.r1 a 0");
    row("optional ports", "t\nx1 a s\nx2 a vcc s\n.subckt s p optional: v=$G_DPWR g=$G_DGND params: x=1\n"
                          "r1 p v 1\nr2 v g 1\n.ends\n",
        "r4", "x1.r1 a $g_dpwr; x1.r2 $g_dpwr $g_dgnd; x2.r1 a vcc", "", Dialect::Pspice);
    row("cell after a slash", "*.BIPOLAR\n.subckt top a b\nxi1 a b / inv\nXI2 b a /\n+ inv\n.ends\n"
                              ".subckt inv p q\nmm1 p q p q nch\n.ends\n",
        "m2", "xi1.mm1 a b a b; xi2.mm1 b a b a", "NET-031", Dialect::Cdl);
    row("instance without X in CDL", "*.BIPOLAR\n.subckt top a b\nBUF a b / inv\n.ends\n", "x1", "buf a b",
        "NET-030", Dialect::Cdl);
    row("pins by name", ".subckt top a b\nxi1 / inv $PINS q=b p=a\n.ends\n.subckt inv p q\nrr1 p q 1\n.ends\n",
        "r1", "xi1.rr1 a b", "", Dialect::Cdl);
    row("properties of CDL", ".subckt top a b\nrr1 a b 2k $[rppoly] $W=1u $SUB=b\ncc1 a b $[mim] 1p\n"
                             "rr2 a b 1 $ words\n.ends\n",
        "c1 r2", "rr1 a b; cc1 a b; rr2 a b", "", Dialect::Cdl);
    row("root of several", ".subckt small a\nr1 a 0 1\n.ends\n.subckt big a\nx1 a small\nr2 a 0 1\n.ends\n"
                           ".subckt other a\nr3 a 0 1\n.ends\n",
        "r2", "r2 a 0; x1.r1 a 0");

    // --- conditions ----------------------------------------------------------------------------
    row("if", "t\n.param c=1\n.if (c==1)\nr1 a b 1\n.else\nc1 a b 1\n.endif\n", "r1", "r1 a b");
    row("else", "t\n.param c=2\n.if (c==1)\nr1 a b 1\n.elseif (c==2)\nl1 a b 1\n.else\nc1 a b 1\n.endif\n",
        "l1", "l1 a b");
    row("nested if", "t\n.param c=0\n.if (c)\n.if (1)\nr1 a b 1\n.else\nr2 a b 1\n.endif\n.else\nc1 a b 1\n"
                     ".endif\nc2 a b 1\n",
        "c2", "c1 a b");
    row("if before its parameter", "t\n.if (c==1)\nr1 a b 1\n.else\nc1 a b 1\n.endif\n.param c=1\n", "r1",
        "r1 a b");
    row("if that cannot be decided", "t\n.if (nosuch==1)\nr1 a b 1\n.endif\nc1 a b 1\n", "c1", "c1 a b",
        "NET-039");
    row("if without end", "t\n.if (1)\nr1 a b 1\n", "r1", "r1 a b", "NET-037");
}

void TestDialects::deck() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, devices);
    QFETCH(QByteArray, wires);
    QFETCH(QByteArray, findings);
    QFETCH(int, dialect);
    ReadOptions options;
    options.dialect = static_cast<Dialect>(dialect);
    const auto circuit = read(text.toStdString(), options);
    QVERIFY2(circuit.ok(), circuit ? "" : circuit.error().message().c_str());
    QCOMPARE(QByteArray::fromStdString(letters(**circuit)), devices);
    for (const QByteArray& wire : wires.split(';')) {
        const QByteArray wanted = wire.trimmed();
        if (!wanted.isEmpty())
            QCOMPARE(QByteArray::fromStdString(
                         wiring(**circuit, wanted.split(' ').first().toStdString())),
                     wanted);
    }
    QByteArray found = QByteArray::fromStdString(codes(**circuit));
    if (devices.isEmpty())
        found.replace("NET-020", "");
    QCOMPARE(found.trimmed(), findings);
}

void TestDialects::dialectIsFound_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("dialect");
    const auto add = [](const char* name, const char* text, Dialect dialect) {
        QTest::newRow(name) << QByteArray(text) << static_cast<int>(dialect);
    };
    add("plain", "t\nr1 a b 1\n", Dialect::Spice);
    add("ngspice", "t\nr1 a b 1\n.control\nop\n.endc\n", Dialect::Spice);
    add("auCdl", "* auCdl Netlist:\n.SUBCKT a b\nRR1 b b 1\n.ENDS\n", Dialect::Cdl);
    add("cdl directives", "*.BIPOLAR\n*.RESVAL\n.SUBCKT a b\nRR1 b b 1\n.ENDS\n", Dialect::Cdl);
    add("pins of xschem are not CDL", "** sch\n.subckt a b\n*.PININFO b:B\nr1 b b 1\n.ends\n",
        Dialect::Spice);
    add("LTspice", "* C:\\a.asc\nr1 a b 1\n.backanno\n.end\n", Dialect::Ltspice);
    add("PSpice", "* source A\nr1 $N_0001 b 1\n.end\n", Dialect::Pspice);
    add("HSPICE", "t\n.option post accurate\nr1 a b 1\n", Dialect::Hspice);
}

void TestDialects::dialectIsFound() {
    QFETCH(QByteArray, text);
    QFETCH(int, dialect);
    const auto circuit = read(text.toStdString());
    QVERIFY(circuit.ok());
    QCOMPARE(static_cast<int>((*circuit)->dialect()), dialect);
}

void TestDialects::kindOfBlackBox_data() {
    QTest::addColumn<QByteArray>("master");
    QTest::addColumn<QByteArray>("kind");
    QTest::addColumn<QByteArray>("polarity");
    const auto add = [](const char* master, const char* kind, const char* polarity = "") {
        QTest::newRow(master) << QByteArray(master) << QByteArray(kind) << QByteArray(polarity);
    };
    add("sky130_fd_pr__nfet_01v8", "mosfet", "n");
    add("sky130_fd_pr__pfet_g5v0d10v5", "mosfet", "p");
    add("sky130_fd_pr__special_nfet_01v8", "mosfet", "n");
    add("nch_lvt_mac", "mosfet", "n");
    add("pch_25", "mosfet", "p");
    add("nmos4", "mosfet", "n");
    add("pmos_vtg", "mosfet", "p");
    add("sg13_lv_nmos", "mosfet", "n");
    add("pfet_03v3", "mosfet", "p");
    add("sky130_fd_pr__pnp_05v5_w0p68l0p68", "bjt", "p");
    add("npn13g2", "bjt", "n");
    add("sky130_fd_pr__res_xhigh_po_0p69", "resistor");
    add("rppolywo_rf", "resistor");
    add("rhigh", "resistor");
    add("ppolyf_u_1k", "resistor");
    add("sky130_fd_pr__cap_mim_m3_1", "capacitor");
    add("sky130_fd_pr__cap_var_lvt", "capacitor");
    add("cfmom_2t", "capacitor");
    add("cap_cmim", "capacitor");
    add("mimcap", "capacitor");
    add("sky130_fd_pr__diode_pw2nd_05v5", "diode");
    add("spiral_std", "inductor");
    add("reset_gen", "subcircuit");
    add("capture_reg", "subcircuit");
    add("opamp", "subcircuit");
    add("inverter", "subcircuit");
    add("sky130_fd_sc_hd__inv_2", "subcircuit");
}

void TestDialects::kindOfBlackBox() {
    QFETCH(QByteArray, master);
    QFETCH(QByteArray, kind);
    QFETCH(QByteArray, polarity);
    const auto circuit = read("t\nx1 a b c " + master.toStdString() + " w=1\n");
    QVERIFY(circuit.ok());
    QCOMPARE((*circuit)->deviceLetter(0), 'x');
    QCOMPARE(QByteArray(kindName((*circuit)->deviceKind(0))), kind);
    const Polarity found = (*circuit)->devicePolarity(0);
    QCOMPARE(found ? QByteArray(1, found) : QByteArray(), polarity);
}

QTEST_GUILESS_MAIN(TestDialects)
#include "tst_dialects.moc"
