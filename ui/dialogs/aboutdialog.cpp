// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/aboutdialog.h"

#include "core/sim/simulator.h"
#include "ui/services/text.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QIcon>
#include <QLabel>
#include <QPushButton>
#include <QSysInfo>
#include <QVBoxLayout>

namespace ohm::ui {

using namespace Qt::StringLiterals;

QString AboutDialog::versionLine() {
    return u"Ohmscape "_s + QStringLiteral(OHMSCAPE_VERSION);
}

AboutDialog::AboutDialog(JobService& jobs, const QString& simulator, QWidget* parent)
    : QDialog(parent)
    , m_simulator(tr("looking\u2026"))
    , m_text(new QLabel(this)) {
    setWindowTitle(tr("About Ohmscape"));
    setObjectName(u"aboutDialog"_s);
    auto* mark = new QLabel(this);
    const int size = fontMetrics().height() * 4;
    mark->setPixmap(QGuiApplication::windowIcon().pixmap(size, size));
    auto* title = new QLabel(versionLine(), this);
    QFont font = title->font();
    font.setPointSizeF(font.pointSizeF() * 1.6);
    font.setBold(true);
    title->setFont(font);
    auto* claim =
        new QLabel(tr("Workbench for exploring analog circuit designs.\n"
                      "Free software under the GNU General Public License, version 3 or later."),
                   this);
    claim->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setAccessibleName(tr("Versions"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton* copy = buttons->addButton(tr("Copy versions"), QDialogButtonBox::ActionRole);
    auto* column = new QVBoxLayout(this);
    column->addWidget(mark, 0, Qt::AlignLeft);
    column->addWidget(title);
    column->addWidget(claim);
    column->addSpacing(fontMetrics().height() / 2);
    column->addWidget(m_text);
    column->addStretch(1);
    column->addWidget(buttons);
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(report()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    refresh();

    JobSpec spec;
    spec.title = tr("Asking the simulator for its version");
    spec.quiet = true;
    jobs.start<std::string>(
        spec,
        [program = toPath(simulator)](StopToken, ProgressSink&) -> Expected<std::string> {
            sim::PoolOptions options;
            options.workers = 1;
            options.ngspice = program;
            return sim::SimulatorPool(options).version();
        },
        this,
        [this](Expected<std::string> version) {
            m_simulator =
                version ? qs(*version) : tr("not found (%1)").arg(qs(version.error().text));
            refresh();
        });
}

QString AboutDialog::report() const {
    return tr("%1\nSimulator: %2\nQt: %3 (built with %4)\nPlatform: %5, %6, %7")
        .arg(versionLine(), m_simulator, QString::fromLatin1(qVersion()),
             QStringLiteral(QT_VERSION_STR), QSysInfo::prettyProductName(),
             QSysInfo::currentCpuArchitecture(), QGuiApplication::platformName());
}

void AboutDialog::refresh() {
    m_text->setText(report().section(u'\n', 1));
}

} // namespace ohm::ui
