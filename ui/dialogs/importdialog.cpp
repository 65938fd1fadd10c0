// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/importdialog.h"

#include "ui/services/text.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

/// The name of an extraction, as extractors and people give it.
bool looksExtracted(const QString& path) {
    static const QRegularExpression kWords(
        u"(extract|[._-](pex|lpe|rcx|spef|dspf|spf)([._-]|$)|parasit|post.?layout)"_s,
        QRegularExpression::CaseInsensitiveOption);
    return kWords.match(QFileInfo(path).fileName()).hasMatch();
}

std::vector<std::string> namesOf(const QString& text) {
    static const QRegularExpression kBetween(u"[,;\\s]+"_s);
    std::vector<std::string> names;
    for (const QString& name : text.split(kBetween, Qt::SkipEmptyParts))
        names.push_back(ss(name));
    return names;
}

} // namespace

ImportDialog::ImportDialog(QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("Import a schematic and its extraction"));
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_schematic = addFile(form, tr("&Schematic netlist"), tr("Schematic netlist"));
    m_schematic->setToolTip(tr("SPICE, Spectre or CDL, without parasitics"));
    m_extraction = addFile(form, tr("&Extraction"), tr("Extraction of its layout"));
    m_extraction->setToolTip(tr("SPICE with C lines (magic, Calibre), DSPF or SPEF; the format is "
                                "told by what is in it"));
    const auto addLine = [&](const QString& label, const QString& empty, const QString& tip) {
        auto* edit = new QLineEdit;
        edit->setPlaceholderText(empty);
        edit->setToolTip(tip);
        edit->setClearButtonEnabled(true);
        form->addRow(label, edit);
        edit->setAccessibleName(QString(label).remove(u'&'));
        return edit;
    };
    m_name = addLine(tr("&Name of the design"), tr("that of the extracted cell"),
                     tr("A design of this name that is there already is replaced"));
    m_top = addLine(tr("&Top of the schematic"), tr("the subcircuit that no other uses"),
                    tr("The subcircuit to compare with"));
    m_extractedTop = addLine(tr("Top of the e&xtraction"), tr("the subcircuit that no other uses"),
                             tr("The subcircuit that was extracted"));
    m_ground = addLine(tr("Further &grounds"), tr("for example avss2, psub"),
                       tr("Nets that are ground beside 0, vss, gnd and the like"));
    m_supply = addLine(tr("Further s&upplies"), tr("for example vcore, v1p2"),
                       tr("Nets that are supplies beside vdd, avdd, vpwr and the like"));
    m_supplies = new QCheckBox(tr("Couplings to supplies count as capacitance to ground"));
    m_supplies->setToolTip(tr("For a signal a supply is as good as ground. The shipped networks "
                              "were trained without."));
    form->addRow(QString(), m_supplies);
    m_note = new QLabel;
    m_note->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_import = buttons->addButton(tr("&Import"), QDialogButtonBox::AcceptRole);
    m_import->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_note);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_schematic, &QLineEdit::editingFinished, this, &ImportDialog::schematicChosen);
    connect(m_name, &QLineEdit::textChanged, this, &ImportDialog::check);
    setMinimumWidth(fontMetrics().averageCharWidth() * 80);
    check();
}

QLineEdit* ImportDialog::addFile(QFormLayout* form, const QString& label, const QString& title) {
    auto* edit = new QLineEdit;
    edit->setAccessibleName(title);
    auto* browse = new QPushButton(tr("Browse\u2026"));
    browse->setAutoDefault(false);
    browse->setAccessibleName(tr("Browse for: %1").arg(title));
    auto* row = new QHBoxLayout;
    row->addWidget(edit, 1);
    row->addWidget(browse);
    auto* name = new QLabel(label);
    name->setBuddy(edit);
    form->addRow(name, row);
    connect(edit, &QLineEdit::textChanged, this, &ImportDialog::check);
    connect(browse, &QPushButton::clicked, this, [this, edit, title] {
        const QString path = QFileDialog::getOpenFileName(
            this, title,
            QFileInfo(edit->text().isEmpty() ? m_schematic->text() : edit->text()).path());
        if (path.isEmpty())
            return;
        edit->setText(path);
        if (edit == m_schematic)
            schematicChosen();
    });
    return edit;
}

void ImportDialog::setFiles(const QStringList& paths) {
    const bool turned = paths.size() > 1 && looksExtracted(paths[0]) && !looksExtracted(paths[1]);
    m_schematic->setText(paths.value(turned ? 1 : 0));
    m_extraction->setText(paths.value(turned ? 0 : 1));
    schematicChosen();
}

void ImportDialog::forgetNames() {
    for (QLineEdit* edit : {m_name, m_top, m_extractedTop})
        edit->clear();
    m_namedFor = m_schematic->text();
}

void ImportDialog::setTaken(const QStringList& names) {
    m_taken = names;
    check();
}

void ImportDialog::setBusy(bool busy) {
    m_busy = busy;
    check();
}

void ImportDialog::schematicChosen() {
    // Another design: under the name of the one before it would replace that one.
    if (m_schematic->text() != m_namedFor) {
        if (!m_namedFor.isEmpty())
            forgetNames();
        m_namedFor = m_schematic->text();
    }
    guessExtraction();
}

void ImportDialog::guessExtraction() {
    const QFileInfo schematic(m_schematic->text());
    if (!m_extraction->text().isEmpty() || !schematic.isFile())
        return;
    QStringList found;
    for (const QFileInfo& file : schematic.dir().entryInfoList(QDir::Files, QDir::Name)) {
        if (looksExtracted(file.filePath()) && file != schematic)
            found << file.filePath();
    }
    if (found.size() == 1) // more would be a guess
        m_extraction->setText(found.front());
}

void ImportDialog::check() {
    const QFileInfo schematic(m_schematic->text()), extraction(m_extraction->text());
    QString wrong;
    for (const QFileInfo& file : {schematic, extraction}) {
        if (!wrong.isEmpty() || file.filePath().isEmpty())
            continue;
        if (!file.exists())
            wrong = tr("There is no file %1.").arg(file.filePath());
        else if (!file.isFile())
            wrong = tr("%1 is no file.").arg(file.filePath());
        else if (!file.isReadable())
            wrong = tr("%1 may not be read: check its permissions.").arg(file.filePath());
    }
    const bool both = !m_schematic->text().isEmpty() && !m_extraction->text().isEmpty();
    if (wrong.isEmpty() && both && schematic == extraction)
        wrong = tr("Both are the same file: the schematic is the netlist without parasitics.");
    const QString name = m_name->text().trimmed();
    m_import->setEnabled(both && wrong.isEmpty() && !m_busy);
    m_note->setText(
        !wrong.isEmpty() ? wrong
        : !both          ? tr("Choose both files.")
        : m_busy         ? tr("An import is at work; this one can begin after it.")
        : m_taken.contains(name)
            ? tr("There is a design \u201c%1\u201d already: it will be replaced.").arg(name)
            : tr("What does not pair is listed after the import."));
}

parasitics::ImportRequest ImportDialog::request() const {
    parasitics::ImportRequest request;
    request.paths = {ss(m_schematic->text()), ss(m_extraction->text())};
    request.name = ss(m_name->text().trimmed());
    request.top = ss(m_top->text().trimmed());
    request.extractedTop = ss(m_extractedTop->text().trimmed());
    request.graph.ground = namesOf(m_ground->text());
    request.graph.supply = namesOf(m_supply->text());
    request.suppliesAreGround = m_supplies->isChecked();
    request.command = "the Parasitics page of ohmscape";
    return request;
}

} // namespace ohm::ui
