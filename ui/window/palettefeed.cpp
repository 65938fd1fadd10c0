// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/palettefeed.h"

#include "ui/services/commands.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/describe.h"

#include <QAction>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using widgets::PaletteEntry;

PaletteFeed::PaletteFeed(const Workbench& workbench, QObject* parent)
    : QObject(parent)
    , m_bench(workbench) {
    connect(&m_bench.session, &CircuitSession::circuitChanged, this, &PaletteFeed::rebuild);
}

void PaletteFeed::rebuild() {
    m_bench.jobs.release(std::exchange(m_lists.nets, nullptr));
    m_bench.jobs.release(std::exchange(m_lists.devices, nullptr));
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (!circuit) {
        m_bench.jobs.abandon(u"palette"_s);
        return;
    }
    JobSpec spec;
    spec.title = tr("Preparing the palette");
    spec.lane = u"palette"_s;
    spec.quiet = true;
    spec.priority = -1;
    m_bench.jobs.start<Lists>(
        spec,
        [circuit](StopToken stop, ProgressSink&) -> Expected<Lists> {
            auto nets = std::make_shared<QVector<PaletteEntry>>();
            auto devices = std::make_shared<QVector<PaletteEntry>>();
            const std::size_t netCount = std::min(circuit->netCount(), kMaxEntries);
            for (std::size_t i = 0; i < netCount; ++i) {
                if (i % 1024 == 0 && stop.shouldStop())
                    return fail("UI-002", "Stopped.");
                const auto net = static_cast<netlist::NetId>(i);
                PaletteEntry entry;
                entry.id = linkOf({ObjectKind::Net, net});
                entry.text = shownText(circuit->netName(net));
                entry.icon = u"net"_s;
                nets->push_back(std::move(entry));
            }
            const std::size_t deviceCount = std::min(circuit->deviceCount(), kMaxEntries);
            for (std::size_t i = 0; i < deviceCount; ++i) {
                if (i % 1024 == 0 && stop.shouldStop())
                    return fail("UI-002", "Stopped.");
                const auto device = static_cast<netlist::DeviceId>(i);
                PaletteEntry entry;
                entry.id = linkOf({ObjectKind::Device, device});
                entry.text = shownText(circuit->deviceName(device));
                entry.detail = shownText(circuit->deviceLabel(device));
                entry.icon = u"device"_s;
                devices->push_back(std::move(entry));
            }
            return Lists{nets, devices};
        },
        this,
        [this](Expected<Lists> lists) {
            if (lists)
                m_lists = std::move(*lists);
        });
}

void PaletteFeed::setRecent(const QVector<PaletteEntry>& entries) {
    m_recent = std::make_shared<const QVector<PaletteEntry>>(entries);
}

QVector<widgets::PaletteSource> PaletteFeed::sources() const {
    auto commands = std::make_shared<QVector<PaletteEntry>>();
    for (const CommandInfo& info : m_bench.commands.all()) {
        const QAction* action = m_bench.commands.action(info.id);
        if (!info.inPalette || !action->isEnabled())
            continue;
        PaletteEntry entry;
        entry.id = info.id;
        entry.text = Commands::plainText(info.text);
        entry.detail = info.group;
        entry.shortcut = action->shortcut().toString(QKeySequence::NativeText);
        entry.icon = info.icon.isEmpty() ? u"command"_s : info.icon;
        commands->push_back(std::move(entry));
    }
    QVector<widgets::PaletteSource> all{{tr("Commands"), u'>', commands}};
    if (m_lists.nets)
        all.push_back({tr("Nets"), u'#', m_lists.nets});
    if (m_lists.devices)
        all.push_back({tr("Devices"), u'@', m_lists.devices});
    if (m_recent)
        all.push_back({tr("Recent files"), u'/', m_recent});
    return all;
}

void PaletteFeed::choose(const QString& source, const QString& id) {
    if (source == tr("Commands"))
        m_bench.commands.trigger(id);
    else if (source == tr("Recent files"))
        emit openRequested(id);
    else if (const auto object = objectOf(id))
        m_bench.hub.reveal(*object, SelectionSource::Palette);
}

} // namespace ohm::ui
