// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingsettings.h"

#include "core/project/installation.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kMostInitial = 100000, kMostPerIteration = 10000, kMostSteps = 100000;
constexpr int kMostDesignsPerStep = 200, kMostPool = 20000;

const optimize::AlgorithmOptions kUsual;

bool looksAtGraph(const QString& algorithm) {
    return (algorithm.startsWith(u"bagnet"_s) && algorithm != u"bagnet-fc"_s) ||
           algorithm == u"bayes-graph"_s;
}

int whole(std::size_t value) {
    return static_cast<int>(value);
}
} // namespace

SizingSettings::SizingSettings(QWidget* parent)
    : QDialog(parent)
    , m_initial(spinField(tr("First designs"), 2, kMostInitial, whole(kUsual.initial)))
    , m_perIteration(spinField(tr("New designs per iteration"), 1, kMostPerIteration,
                               whole(kUsual.perIteration)))
    , m_steps(
          spinField(tr("Training steps per iteration"), 1, kMostSteps, whole(kUsual.gradientSteps)))
    , m_designsPerStep(spinField(tr("Designs per training step"), 0, kMostDesignsPerStep, 0))
    , m_pool(spinField(tr("Offspring to choose from"), 0, kMostPool, 0))
    , m_meets(new QCheckBox(tr("Heads that say \u201cmeets the spec\u201d")))
    , m_backbone(new QLineEdit)
    , m_browse(new QPushButton(tr("Browse\u2026")))
    , m_note(new QLabel) {
    setWindowTitle(tr("Algorithm settings"));
    m_initial->setToolTip(tr("Random designs that a session begins with; Gaussian processes need "
                             "fewer than BagNet."));
    m_designsPerStep->setSpecialValueText(tr("64 pairs, one by one"));
    m_designsPerStep->setToolTip(
        tr("A training step takes all pairs among so many designs; 12 is as good and faster."));
    m_pool->setSpecialValueText(tr("the first accepted"));
    m_pool->setToolTip(
        tr("The judge takes the best of so many offspring instead of the first that it accepts; "
           "480 needs the fewest simulations."));
    m_meets->setToolTip(tr("Off: the judge of the first BagNet, which only compares designs"));
    m_backbone->setAccessibleName(tr("Pretrained graph network"));
    m_backbone->setPlaceholderText(tr("the shipped one for op-amps"));
    m_backbone->setClearButtonEnabled(true);
    m_browse->setAutoDefault(false);
    auto* layout = new QVBoxLayout(this);
    auto* form = new QFormLayout;
    form->addRow(tr("First designs"), m_initial);
    form->addRow(tr("New designs per iteration"), m_perIteration);
    form->addRow(tr("Training steps per iteration"), m_steps);
    form->addRow(tr("Designs per training step"), m_designsPerStep);
    form->addRow(tr("Offspring to choose from"), m_pool);
    form->addRow(QString(), m_meets);
    auto* file = new QHBoxLayout;
    file->addWidget(m_backbone, 1);
    file->addWidget(m_browse);
    form->addRow(tr("Graph network"), file);
    layout->addLayout(form);
    m_note->setWordWrap(true);
    m_note->setMinimumWidth(fontMetrics().averageCharWidth() * 56);
    m_note->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    layout->addWidget(m_note);
    auto* buttons =
        new QDialogButtonBox(QDialogButtonBox::Close | QDialogButtonBox::RestoreDefaults);
    layout->addWidget(buttons);

    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this,
            &SizingSettings::reset);
    connect(m_browse, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getOpenFileName(
            this, tr("Pretrained graph network"), fromPath(project::networkFolder()),
            tr("Networks (*.safetensors);;All files (*)"));
        if (!path.isEmpty())
            m_backbone->setText(path);
    });
    const auto tell = [this] {
        showState();
        emit changed();
    };
    for (QSpinBox* box : {m_initial, m_perIteration, m_steps, m_designsPerStep, m_pool})
        connect(box, &QSpinBox::valueChanged, this, tell);
    connect(m_meets, &QCheckBox::toggled, this, tell);
    connect(m_backbone, &QLineEdit::textChanged, this, tell);
    reset();
}

void SizingSettings::reset() {
    m_initial->setValue(whole(kUsual.initial));
    m_perIteration->setValue(whole(kUsual.perIteration));
    m_steps->setValue(whole(kUsual.gradientSteps));
    m_designsPerStep->setValue(whole(kUsual.designsPerStep));
    m_pool->setValue(whole(kUsual.pool));
    m_meets->setChecked(kUsual.meetsHeads);
    m_backbone->clear();
    showState();
}

void SizingSettings::applyTo(optimize::AlgorithmOptions& options) const {
    options.initial = static_cast<std::size_t>(m_initial->value());
    options.perIteration = static_cast<std::size_t>(m_perIteration->value());
    // What an algorithm does not look at makes no other session of it.
    const QString name = qs(options.name);
    const bool bagnet = name.startsWith(u"bagnet"_s);
    if (bagnet) {
        options.gradientSteps = static_cast<std::size_t>(m_steps->value());
        options.designsPerStep = static_cast<std::size_t>(m_designsPerStep->value());
        options.pool = static_cast<std::size_t>(m_pool->value());
        options.meetsHeads = m_meets->isChecked();
    }
    if (looksAtGraph(name))
        options.backbone = toPath(m_backbone->text().trimmed());
}

bool SizingSettings::isUsableFor(const QString& algorithm) const {
    const QString path = m_backbone->text().trimmed();
    return path.isEmpty() || !looksAtGraph(algorithm) || QFileInfo(path).isFile();
}

void SizingSettings::setAlgorithm(const QString& name) {
    m_algorithm = name;
    showState();
}

void SizingSettings::showState() {
    const bool bagnet = m_algorithm.startsWith(u"bagnet"_s);
    const bool graph = looksAtGraph(m_algorithm);
    for (QWidget* field : {static_cast<QWidget*>(m_steps), static_cast<QWidget*>(m_designsPerStep),
                           static_cast<QWidget*>(m_pool), static_cast<QWidget*>(m_meets)})
        field->setEnabled(bagnet);
    m_backbone->setEnabled(graph);
    m_browse->setEnabled(graph);
    if (!isUsableFor(m_algorithm))
        m_note->setText(tr("There is no file %1.").arg(m_backbone->text().trimmed()));
    else if (graph)
        m_note->setText(tr("Sessions with other settings lie in folders of their own. The network "
                           "looks at the circuit of sizing.graph in project.yaml."));
    else if (bagnet)
        m_note->setText(tr("Sessions with other settings lie in folders of their own."));
    else
        m_note->setText(tr("Training steps, offspring and network matter to BagNet alone. Sessions "
                           "with other settings lie in folders of their own."));
}

} // namespace ohm::ui
