// SPDX-License-Identifier: GPL-3.0-or-later
// Instance statements of Spectre: nodes, master, parameters.
#include "core/base/text.h"
#include "core/netlist/spectreparser.h"

#include <algorithm>
#include <array>

namespace ohm::netlist {
namespace {

constexpr std::size_t kMaxNodes = 100000;

struct Primitive {
    std::string_view name;
    char letter;
};
constexpr std::array kPrimitives{
    Primitive{"resistor", 'r'}, Primitive{"phy_res", 'r'},    Primitive{"capacitor", 'c'},
    Primitive{"inductor", 'l'}, Primitive{"vsource", 'v'},    Primitive{"isource", 'i'},
    Primitive{"vcvs", 'e'},     Primitive{"vccs", 'g'},       Primitive{"ccvs", 'h'},
    Primitive{"cccs", 'f'},     Primitive{"pvcvs", 'e'},      Primitive{"pvccs", 'g'},
    Primitive{"pccvs", 'h'},    Primitive{"pcccs", 'f'},      Primitive{"diode", 'd'},
    Primitive{"juncap", 'd'},   Primitive{"bsource", 'b'},    Primitive{"iprobe", 'v'},
    Primitive{"port", 'p'},     Primitive{"psin", 'p'},       Primitive{"relay", 's'},
    Primitive{"tline", 't'},    Primitive{"mtline", 't'},     Primitive{"mutual_inductor", 'k'},
    Primitive{"bjt", 'q'},      Primitive{"vbic", 'q'},       Primitive{"hbt", 'q'},
    Primitive{"bht", 'q'},      Primitive{"mextram", 'q'},    Primitive{"bjt504", 'q'},
    Primitive{"bjt504t", 'q'},  Primitive{"hicum", 'q'},      Primitive{"jfet", 'j'},
    Primitive{"gaas", 'z'},     Primitive{"tom2", 'z'},       Primitive{"tom3", 'z'},
    Primitive{"bsim1", 'm'},    Primitive{"bsim2", 'm'},      Primitive{"bsim3", 'm'},
    Primitive{"bsim3v3", 'm'},  Primitive{"bsim4", 'm'},      Primitive{"bsim6", 'm'},
    Primitive{"bsimbulk", 'm'}, Primitive{"bsimcmg", 'm'},    Primitive{"bsimimg", 'm'},
    Primitive{"bsimsoi", 'm'},  Primitive{"b3soipd", 'm'},    Primitive{"bnsoi", 'm'},
    Primitive{"mos0", 'm'},     Primitive{"mos1", 'm'},       Primitive{"mos2", 'm'},
    Primitive{"mos3", 'm'},     Primitive{"mos6", 'm'},       Primitive{"mos7", 'm'},
    Primitive{"mos8", 'm'},     Primitive{"mos9", 'm'},       Primitive{"mos902", 'm'},
    Primitive{"mos903", 'm'},   Primitive{"mos11", 'm'},      Primitive{"mos1100", 'm'},
    Primitive{"mos1101e", 'm'}, Primitive{"mos15", 'm'},      Primitive{"mos30", 'm'},
    Primitive{"ekv", 'm'},      Primitive{"ekv3", 'm'},       Primitive{"hisim", 'm'},
    Primitive{"hisim2", 'm'},   Primitive{"hisim_hv", 'm'},   Primitive{"hisimhv", 'm'},
    Primitive{"hvmos", 'm'},    Primitive{"ldmos", 'm'},      Primitive{"psp", 'm'},
    Primitive{"psp102", 'm'},   Primitive{"psp102e", 'm'},    Primitive{"psp103", 'm'},
    Primitive{"psp103t", 'm'},  Primitive{"pspnqs102e", 'm'}, Primitive{"utsoi2", 'm'},
    Primitive{"vdmos", 'm'},
};

constexpr std::string_view kControl[] = {
    "ac",         "acmatch", "alter",    "altergroup", "assert",    "audit",       "check",
    "checklimit", "cosim",   "dc",       "dcmatch",    "dcop",      "emir",        "envlp",
    "fourier",    "hb",      "hbac",     "hbnoise",    "hbsp",      "hbstb",       "hbxf",
    "info",       "lf",      "loadpull", "montecarlo", "noise",     "options",     "pac",
    "pdisto",     "pnoise",  "psp",      "pss",        "pstb",      "pxf",         "pz",
    "qpac",       "qpnoise", "qpsp",     "qpss",       "qpxf",      "reliability", "sens",
    "set",        "shell",   "sp",       "stb",        "sweep",     "tdr",         "thermal",
    "tran",       "xf",      "rfmemory", "ptran",      "savestate", "write"};

} // namespace

char primitiveLetter(std::string_view master) {
    for (const Primitive& primitive : kPrimitives)
        if (primitive.name == master)
            return primitive.letter;
    return '\0';
}

bool isControlMaster(std::string_view master) {
    return std::find(std::begin(kControl), std::end(kControl), master) != std::end(kControl);
}

DeviceKind kindOfLetter(char letter) {
    switch (letter) {
    case 'r':
        return DeviceKind::Resistor;
    case 'c':
        return DeviceKind::Capacitor;
    case 'l':
        return DeviceKind::Inductor;
    case 'k':
        return DeviceKind::Coupling;
    case 'v':
    case 'p':
        return DeviceKind::VoltageSource;
    case 'i':
        return DeviceKind::CurrentSource;
    case 'e':
        return DeviceKind::Vcvs;
    case 'g':
        return DeviceKind::Vccs;
    case 'h':
        return DeviceKind::Ccvs;
    case 'f':
        return DeviceKind::Cccs;
    case 'b':
        return DeviceKind::Behavioural;
    case 'd':
        return DeviceKind::Diode;
    case 'q':
        return DeviceKind::Bjt;
    case 'j':
        return DeviceKind::Jfet;
    case 'z':
        return DeviceKind::Mesfet;
    case 'm':
        return DeviceKind::Mosfet;
    case 's':
    case 'w':
        return DeviceKind::Switch;
    case 't':
        return DeviceKind::TransmissionLine;
    default:
        return DeviceKind::Subcircuit;
    }
}

/// "M1 (d g s b) nch w=1u" or "M1 d g s b nch w=1u".
void SpectreParser::instance(std::string_view text) {
    SpectreWords words(text);
    const std::string_view name = words.word();
    if (name.empty() || words.peek() == '=')
        return note(Severity::Warning, "NET-301", "This statement is not understood");
    std::vector<std::string> nodes;
    std::string master;
    if (words.peek() == '(') {
        SpectreWords list(words.group());
        while (list.peek() != '\0') {
            const std::string_view node = list.word();
            if (node.empty())
                list.skip();
            else
                nodes.push_back(unescaped(node));
        }
        master = unescaped(words.word());
        if (words.peek() == '=')
            master.clear();
    } else {
        // Words up to the first "name=": the last one is the master.
        while (words.peek() != '\0') {
            const std::size_t begin = words.position();
            const std::string_view word = words.word();
            if (word.empty() || words.peek() == '=') {
                words.seek(begin);
                break;
            }
            nodes.push_back(unescaped(word));
        }
        if (!nodes.empty()) {
            master = std::move(nodes.back());
            nodes.pop_back();
        }
    }
    if (master.empty())
        return note(Severity::Warning, "NET-301", "This statement is not understood",
                    std::string(name.substr(0, 200)));
    if (nodes.size() > kMaxNodes)
        return note(Severity::Error, "NET-306",
                    "\"" + std::string(name.substr(0, 200)) + "\" has too many nodes");
    emit(name, nodes, master, words.rest());
}

void SpectreParser::emit(std::string_view name, const std::vector<std::string>& nodes,
                         const std::string& master, std::string_view tail) {
    const auto isCell = [&] {
        return m_met.cells.contains(master) || (m_known && m_known->cells.contains(master));
    };
    const auto modelType = [&]() -> const std::string* {
        for (const SpectreKnowledge* from :
             {static_cast<const SpectreKnowledge*>(&m_met), m_known}) {
            if (!from)
                continue;
            const auto found = from->models.find(master);
            if (found != from->models.end())
                return &found->second;
        }
        return nullptr;
    };
    char letter = 'x';
    bool primitive = false;
    if (!isCell()) {
        if (const std::string* type = modelType()) {
            letter = primitiveLetter(*type);
            letter = letter == '\0' ? 'x' : letter;
        } else {
            letter = primitiveLetter(master);
            primitive = letter != '\0';
            if (!primitive && isControlMaster(master)) {
                if (master == "options")
                    options(tail);
                m_doubts.insert(master);
                return;
            }
            letter = primitive ? letter : 'x';
            m_doubts.insert(master);
        }
    }
    if (nodes.empty() && letter != 'k' && letter != 'x')
        return note(Severity::Error, "NET-306",
                    "\"" + std::string(name.substr(0, 200)) + "\" has no nodes");
    m_builder.beginInstance(letter, kindOfLetter(letter), keep(unescaped(name)), keep(tail),
                            here());
    // A coupling has no terminals; mutual_inductor may still name nodes of its coils.
    if (letter != 'k')
        for (const std::string& node : nodes)
            m_builder.addTerminal(m_builder.net(std::string_view(node)));
    const bool needsModel = letter == 'd' || letter == 'q' || letter == 'j' || letter == 'z' ||
                            letter == 'm' || letter == 's' || letter == 'x';
    if (!primitive || needsModel)
        m_builder.setMaster(master);
}

} // namespace ohm::netlist
