// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ltspiceimporter.h"

#include "core/base/text.h"
#include "core/netlist/reader.h"
#include "core/schematic/connectivity.h"
#include "core/schematic/ltspiceplacer.h"
#include "core/schematic/ltspicewriter.h"
#include "core/schematic/symbolfinder.h"

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_set>

namespace ohm::schematic::ltspice {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSheetBytes = std::size_t{128} << 20;
constexpr std::size_t kMaxSymbolBytes = std::size_t{8} << 20;
constexpr std::size_t kMaxSheets = 500;
constexpr std::size_t kMaxDepth = 50;

std::string bareName(std::string_view reference) {
    const std::vector<std::string> parts = SymbolFinder::parts(reference);
    return parts.empty() ? std::string() : parts.back();
}

class Importer {
public:
    Importer(const fs::path& path, const ImportOptions& options)
        : m_path(path)
        , m_options(options)
        , m_finder(folders(path, options)) {}

    Expected<ImportedSchematic> run() {
        const auto text = readText(m_path, kMaxSheetBytes);
        if (!text)
            return text.failure();
        loadSheet(m_path, *text);
        NetlistWriter writer(m_sheets, m_cells);
        m_result.netlistText = writer.text(m_path.filename().string());
        readBack(writer);
        for (CellSheet& sheet : m_sheets)
            m_result.sheets.push_back(std::move(sheet.doc));
        return std::move(m_result);
    }

private:
    static std::vector<fs::path> folders(const fs::path& path, const ImportOptions& options) {
        std::vector<fs::path> all{folderOf(path)};
        all.insert(all.end(), options.symbolPath.begin(), options.symbolPath.end());
        return all;
    }

    static fs::path folderOf(const fs::path& path) {
        return path.has_parent_path() ? path.parent_path() : fs::path(".");
    }

    /// Reads a sheet and all below it; returns its index.
    std::size_t loadSheet(const fs::path& path, const std::string& text) {
        const std::size_t index = m_sheets.size();
        m_sheets.emplace_back();
        CellSheet& sheet = m_sheets.back(); // a deque: stays in place while children come
        sheet.file = path.string();
        sheet.doc.path = path.string();
        sheet.doc.title = path.stem().string();
        m_open.push_back(path);
        Findings findings(m_result.diagnostics, path.string());
        LtSheet records = parseSheet(text, findings);
        if (records.placements.empty() && records.wires.empty())
            findings.add(Severity::Warning, "SCH-011", "This sheet has no symbols and no wires.",
                         0);
        Placer placer(sheet.doc);
        for (Placement& placement : records.placements) {
            Part part = resolve(placement, folderOf(path), findings);
            placer.add(placement, part);
            sheet.parts.push_back(std::move(part));
        }
        nameParts(sheet, findings);
        sheet.doc.wires = std::move(records.wires);
        sheet.doc.labels = std::move(records.labels);
        sheet.doc.drawings = std::move(records.drawings);
        sheet.texts = records.texts;
        placer.addTexts(records.texts);
        sheet.nets = connect(sheet.doc, {}, {}, sheet.file);
        m_result.diagnostics.insert(m_result.diagnostics.end(), sheet.nets.diagnostics.begin(),
                                    sheet.nets.diagnostics.end());
        placer.turnLabels();
        placer.scale();
        m_open.pop_back();
        return index;
    }

    /// A placement with its symbol, merged attributes and child sheet.
    Part resolve(const Placement& placement, const fs::path& folder, Findings& findings) {
        Part part;
        part.symbol = &symbolOf(placement, folder, findings);
        part.line = placement.line;
        part.attributes = part.symbol->attributes;
        for (const auto& [key, value] : placement.attributes)
            part.attributes[key] = value;
        findChild(part, placement, folder, findings);
        return part;
    }

    const LtSymbol& symbolOf(const Placement& placement, const fs::path& folder,
                             Findings& findings) {
        const auto key = std::pair{folder, toLower(placement.symbol)};
        const auto [it, fresh] = m_symbols.try_emplace(key, nullptr);
        if (!fresh)
            return *it->second;
        const std::string name = bareName(placement.symbol);
        if (const auto file = m_finder.find(placement.symbol, ".asy", folder)) {
            const auto text = readText(*file, kMaxSymbolBytes);
            if (text) {
                Findings own(m_result.diagnostics, file->string());
                m_made.push_back(parseSymbol(*text, name, own));
                m_made.back().folder = file->parent_path();
                return *(it->second = &m_made.back());
            }
            findings.add(Severity::Warning, "SCH-002",
                         "The symbol file \"" + file->string() + "\" cannot be read.",
                         placement.line);
        }
        if (const LtSymbol* known = librarySymbol(toLower(name)))
            return *(it->second = known);
        findings.add(Severity::Error, "SCH-010",
                     "The symbol \"" + placement.symbol +
                         "\" was not found, so this part is missing from the netlist. Put its "
                         ".asy file beside the schematic or into a folder of the symbol path.",
                     placement.line, toLower(attributeOf(placement, "instname")));
        m_made.push_back(placeholderSymbol(name));
        return *(it->second = &m_made.back());
    }

    static std::string attributeOf(const Placement& placement, std::string_view key) {
        const auto it = placement.attributes.find(key);
        return it == placement.attributes.end() ? std::string() : it->second;
    }

    /// Blocks without a prefix are sheets; so are X parts that name no model and have a sheet of
    /// their symbol's name beside it.
    void findChild(Part& part, const Placement& placement, const fs::path& folder,
                   Findings& findings) {
        const LtSymbol& symbol = *part.symbol;
        if (symbol.builtin || symbol.placeholder || symbol.drawing.pins.empty())
            return;
        const bool noPrefix = part.prefix().empty();
        const bool plainX = equalsIgnoreCase(part.prefix(), "X") &&
                            part.attribute("spicemodel").empty() &&
                            part.attribute("value").empty() && part.attribute("modelfile").empty();
        if (!noPrefix && !plainX)
            return;
        const std::string name = bareName(placement.symbol);
        auto file = m_finder.find(name, ".asc", symbol.folder);
        if (!file)
            file = m_finder.find(placement.symbol, ".asc", folder);
        if (!file) {
            if (noPrefix && symbol.block) {
                findings.add(Severity::Error, "SCH-015",
                             "The sheet \"" + name +
                                 ".asc\" of this block was not found; the "
                                 "block stays a black box.",
                             placement.line, toLower("x" + attributeOf(placement, "instname")));
                part.childCell = netlistName(name);
            } else if (noPrefix) {
                findings.add(Severity::Warning, "SCH-025",
                             "The symbol \"" + name +
                                 "\" has pins but no prefix and no sheet; it is not netlisted.",
                             placement.line);
            }
            return;
        }
        part.childCell = cellFor(*file, symbol, placement.line, findings);
    }

    /// The subcircuit for a sheet seen through a symbol's pins.
    std::string cellFor(const fs::path& file, const LtSymbol& symbol, int line,
                        Findings& findings) {
        std::error_code error;
        const fs::path real = fs::canonical(file, error);
        std::string key = real.string();
        for (const Pin& pin : symbol.drawing.pins)
            key += '\n' + toLower(pin.name);
        if (const auto known = m_cellOf.find(key); known != m_cellOf.end())
            return m_cells[known->second].name;
        Cell cell;
        cell.name = uniqueName(netlistName(file.stem().string()), m_cellNames);
        for (const Pin& pin : symbol.drawing.pins)
            cell.pins.push_back(pin.name);
        for (const fs::path& open : m_open) {
            if (fs::equivalent(open, file, error)) {
                findings.add(Severity::Error, "SCH-014",
                             "The sheet \"" + file.filename().string() +
                                 "\" contains itself; the block stays a black box.",
                             line);
                return cell.name;
            }
        }
        if (const auto known = m_sheetOf.find(real); known != m_sheetOf.end()) {
            cell.sheet = known->second;
        } else if (m_sheets.size() >= kMaxSheets || m_open.size() >= kMaxDepth) {
            findings.add(Severity::Error, "SCH-018",
                         "There are too many sheets or levels; the block stays a black box.", line);
            return cell.name;
        } else {
            const auto text = readText(file, kMaxSheetBytes);
            if (!text || !looksLikeSheet(*text)) {
                findings.add(Severity::Error, "SCH-015",
                             "The sheet \"" + file.filename().string() +
                                 "\" of this block is not an LTspice schematic; the block stays "
                                 "a black box.",
                             line);
                return cell.name;
            }
            cell.sheet = loadSheet(file, *text);
            m_sheetOf.emplace(real, cell.sheet);
        }
        m_sheetOfCell.emplace(cell.name, cell.sheet);
        m_cells.push_back(std::move(cell));
        m_cellOf.emplace(std::move(key), m_cells.size() - 1);
        return m_cells.back().name;
    }

    static std::string uniqueName(const std::string& name, std::unordered_set<std::string>& taken) {
        std::string unique = name;
        for (int n = 2; !taken.insert(toLower(unique)).second; ++n)
            unique = name + "_" + std::to_string(n);
        return unique;
    }

    /// Element names, unique in the sheet, and the links from the drawing to them.
    void nameParts(CellSheet& sheet, Findings& findings) {
        std::unordered_set<std::string> taken;
        for (std::size_t i = 0; i < sheet.parts.size(); ++i) {
            const Part& part = sheet.parts[i];
            SymbolInstance& instance = sheet.doc.instances[i];
            std::string name;
            if (part.letter() != '\0') {
                const std::string wanted = elementName(part);
                name = uniqueName(wanted, taken);
                if (part.attribute("instname").empty())
                    findings.add(Severity::Warning, "SCH-023",
                                 "This part has no name; it is called \"" + name + "\".", part.line,
                                 toLower(name));
                else if (name != wanted)
                    findings.add(Severity::Warning, "SCH-024",
                                 "The name \"" + wanted +
                                     "\" is used twice; this part is called "
                                     "\"" +
                                     name + "\".",
                                 part.line, toLower(name));
            }
            instance.device = toLower(name);
            if (const auto cell = m_sheetOfCell.find(part.childCell); cell != m_sheetOfCell.end())
                instance.sheet = m_sheets[cell->second].doc.path;
            sheet.names.push_back(std::move(name));
        }
    }

    /// The circuit, with its findings told in lines of the drawing.
    void readBack(const NetlistWriter& writer) {
        netlist::ReadOptions options;
        options.dialect = netlist::Dialect::Ltspice;
        options.searchPath = m_options.modelPath;
        const std::string name = m_path.string();
        auto circuit =
            netlist::readNetlistText(m_result.netlistText, name, folderOf(m_path), options);
        if (!circuit) {
            const Error& error = circuit.error();
            m_result.diagnostics.push_back(
                {Severity::Error, error.code, error.text, name, 0, 0, {}});
            return;
        }
        m_result.circuit = *circuit;
        for (Diagnostic d : m_result.circuit->diagnostics()) {
            if (d.file == name && d.line > 0) {
                const NetlistWriter::Origin origin = writer.origin(d.line);
                d.file = origin.file.empty() ? name : std::string(origin.file);
                d.line = origin.line;
                d.column = 0;
            }
            m_result.diagnostics.push_back(std::move(d));
        }
    }

    fs::path m_path;
    const ImportOptions& m_options;
    SymbolFinder m_finder;
    ImportedSchematic m_result;
    std::deque<CellSheet> m_sheets;
    std::vector<Cell> m_cells;
    std::unordered_set<std::string> m_cellNames;
    std::map<std::string, std::size_t> m_cellOf;      ///< sheet and pins -> index into m_cells
    std::map<std::string, std::size_t> m_sheetOfCell; ///< cell name -> index into m_sheets
    std::map<fs::path, std::size_t> m_sheetOf;
    std::vector<fs::path> m_open; ///< sheets being read, outermost first
    std::deque<LtSymbol> m_made;
    std::map<std::pair<fs::path, std::string>, const LtSymbol*> m_symbols;
};

} // namespace

bool sniff(std::string_view head) {
    return looksLikeSheet(head);
}

Expected<ImportedSchematic> import(const fs::path& path, const ImportOptions& options) {
    return Importer(path, options).run();
}

} // namespace ohm::schematic::ltspice
