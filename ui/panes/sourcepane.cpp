// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes/sourcepane.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "ui/panes/paneheader.h"
#include "ui/services/jobservice.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/sourceview.h"

#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
/// Longer lines are folded away, so that one line of a hostile file cannot fill the view.
constexpr std::size_t kMaxLine = 10'000;

std::string shortened(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        out += line.substr(0, kMaxLine);
        if (line.size() > kMaxLine)
            out += " \xE2\x80\xA6 (line shortened)";
        if (end < text.size())
            out += '\n';
        begin = end + 1;
    }
    std::replace(out.begin(), out.end(), '\0', ' ');
    return out;
}
} // namespace

Expected<SourcePart> readSourcePart(const QString& path, int line, std::size_t maxBytes) {
    const Expected<FileBytes> bytes = readFile(toPath(path));
    if (!bytes)
        return bytes.failure();
    const TextEncoding encoding = detectEncoding(bytes->view().substr(0, std::size_t{1} << 20));
    std::string converted;
    std::string_view text = bytes->view();
    if (encoding != TextEncoding::Utf8) {
        converted = toUtf8(text, encoding);
        text = converted;
    }
    SourcePart part;
    part.totalLines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    std::size_t begin = 0;
    std::size_t end = text.size();
    if (text.size() > maxBytes) {
        // The place of the wanted line, then half of the room before it and half behind.
        std::size_t at = 0;
        for (int i = 1; i < line && at < text.size(); ++i) {
            const std::size_t next = text.find('\n', at);
            if (next == std::string_view::npos)
                break;
            at = next + 1;
        }
        begin = at > maxBytes / 2 ? at - maxBytes / 2 : 0;
        end = std::min(begin + maxBytes, text.size());
        if (begin > 0) {
            const std::size_t next = text.find('\n', begin);
            if (next != std::string_view::npos && next < at)
                begin = next + 1;
        }
        if (end < text.size()) {
            const std::size_t last = text.rfind('\n', end);
            if (last != std::string_view::npos && last > begin)
                end = last;
        }
        part.firstLine =
            1 + static_cast<int>(std::count(
                    text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    }
    const std::string_view shown = text.substr(begin, end - begin);
    part.lastLine = part.firstLine + static_cast<int>(std::count(shown.begin(), shown.end(), '\n'));
    part.text = qs(shortened(shown));
    return part;
}

SourcePane::SourcePane(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_files(new QComboBox(this))
    , m_place(new QLabel(this))
    , m_bar(new widgets::MessageBar(this))
    , m_view(new widgets::SourceView(this)) {
    setObjectName(u"sourcePane"_s);
    m_view->setAccessibleName(tr("Source text"));
    m_files->setAccessibleName(tr("File shown"));
    m_files->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_files->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);

    auto* header = new PaneHeader(this);
    header->setLead(m_files);
    header->addWidget(m_place);
    m_previous = header->addButton(u"up"_s, tr("Part before"));
    m_next = header->addButton(u"down"_s, tr("Part behind"));
    QToolButton* find = header->addButton(u"search"_s, tr("Find in source"));

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(m_bar);
    column->addWidget(m_view, 1);
    m_bar->hide();

    connect(find, &QToolButton::clicked, this, &SourcePane::openFind);
    connect(m_previous, &QToolButton::clicked, this,
            [this] { load(m_path, m_part.firstLine, 0, true); });
    connect(m_next, &QToolButton::clicked, this,
            [this] { load(m_path, m_part.lastLine, 0, true); });
    connect(m_files, &QComboBox::activated, this, [this](int i) {
        if (i >= 0 && i < m_paths.size())
            load(m_paths.at(i), 1, 0, false);
    });
    connect(&m_bench.session, &CircuitSession::circuitChanged, this, &SourcePane::reset);
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, &SourcePane::followSelection);
    connect(m_view, &widgets::SourceView::currentLineChanged, this, &SourcePane::lineChanged);
    showPart();
}

void SourcePane::reset() {
    m_bench.jobs.abandon(u"source"_s);
    m_paths.clear();
    m_files->clear();
    m_path.clear();
    m_part = {};
    m_ready = false;
    m_stale = true;
    m_bar->dismiss();
    m_view->setMarks({});
    m_view->setSource({});
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (m_bench.session.isOpen()) {
        if (circuit && !m_bench.session.loaded()->schematic) {
            for (const std::string& file : circuit->files())
                m_paths.push_back(qs(file));
        } else {
            m_paths.push_back(m_bench.session.circuitPath());
        }
        for (const QString& path : m_paths)
            m_files->addItem(QFileInfo(path).fileName(), path);
    }
    showPart();
    if (isVisible())
        ensureLoaded();
}

void SourcePane::ensureLoaded() {
    if (m_stale && !m_paths.isEmpty())
        load(m_paths.first(), 1, 0, false);
    if (const auto current = m_bench.hub.current())
        showObject(*current);
}

void SourcePane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    ensureLoaded();
}

void SourcePane::load(const QString& path, int line, int column, bool focusLine) {
    m_stale = false;
    m_ready = false;
    JobSpec spec;
    spec.title = tr("Reading %1").arg(QFileInfo(path).fileName());
    spec.lane = u"source"_s;
    spec.pool = Pool::Io;
    spec.quiet = true;
    m_bench.jobs.start<SourcePart>(
        spec,
        [path, line](StopToken, ProgressSink&) { return readSourcePart(path, line, kPartBytes); },
        this,
        [this, path, line, column, focusLine](Expected<SourcePart> part) {
            m_ready = true;
            if (!part) {
                m_bar->showError(part.error());
                return;
            }
            m_path = path;
            m_part = std::move(*part);
            m_following = true;
            m_view->setSource(std::exchange(m_part.text, QString()));
            m_view->setFirstLine(m_part.firstLine);
            QVector<widgets::SourceMark> marks;
            for (const Diagnostic& finding : m_bench.session.diagnostics()) {
                if (finding.line < m_part.firstLine || finding.line > m_part.lastLine ||
                    marks.size() >= 2000)
                    continue;
                if (QFileInfo(qs(finding.file)).absoluteFilePath() ==
                    QFileInfo(path).absoluteFilePath())
                    marks.push_back({finding.line - m_part.firstLine + 1, finding.column,
                                     finding.severity, qs(finding.text)});
            }
            m_view->setMarks(marks);
            if (focusLine)
                m_view->jumpTo(line - m_part.firstLine + 1, column);
            m_following = false;
            showPart();
        });
}

void SourcePane::showPart() {
    const bool parts = m_part.totalLines > m_part.lastLine - m_part.firstLine + 1;
    m_previous->setVisible(parts);
    m_next->setVisible(parts);
    m_previous->setEnabled(m_part.firstLine > 1);
    m_next->setEnabled(m_part.lastLine < m_part.totalLines);
    m_place->setVisible(parts);
    if (parts)
        m_place->setText(tr("lines %L1\u2013%L2 of %L3")
                             .arg(m_part.firstLine)
                             .arg(m_part.lastLine)
                             .arg(m_part.totalLines));
    const int row = static_cast<int>(m_paths.indexOf(m_path));
    if (row >= 0)
        m_files->setCurrentIndex(row);
}

void SourcePane::jumpTo(const QString& path, int line, int column) {
    const QString wanted = QFileInfo(path).absoluteFilePath();
    const bool here = !m_stale && QFileInfo(m_path).absoluteFilePath() == wanted &&
                      line >= m_part.firstLine && line <= m_part.lastLine;
    if (!here) {
        load(wanted, line, column, true);
        return;
    }
    m_following = true;
    m_view->jumpTo(line - m_part.firstLine + 1, column);
    m_following = false;
}

void SourcePane::showObject(ObjectId id) {
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (!circuit || m_bench.session.loaded()->schematic)
        return;
    if (id.kind == ObjectKind::Terminal)
        id = {ObjectKind::Device, circuit->terminalDevice(id.index)};
    if (id.kind != ObjectKind::Device)
        return;
    const netlist::SourceLocation at = circuit->deviceLocation(id.index);
    if (at.line > 0 && at.file < circuit->files().size())
        jumpTo(qs(circuit->files()[at.file]), static_cast<int>(at.line));
}

void SourcePane::followSelection(SelectionSource source) {
    const auto current = m_bench.hub.current();
    if (source != SelectionSource::Source && current && isVisible())
        showObject(*current);
}

void SourcePane::lineChanged(int viewLine) {
    const CircuitIndexPtr& index = m_bench.session.index();
    if (m_following || !index || !m_bench.session.circuit() || m_bench.session.loaded()->schematic)
        return;
    const auto file = m_paths.indexOf(m_path);
    if (file < 0)
        return;
    const std::uint32_t device =
        index->deviceAt(static_cast<std::uint32_t>(file),
                        static_cast<std::uint32_t>(viewLine + m_part.firstLine - 1));
    if (device != netlist::kNone)
        m_bench.hub.select(ObjectId{ObjectKind::Device, device}, SelectionSource::Source);
}

void SourcePane::openFind() {
    m_view->openFind();
}

} // namespace ohm::ui
