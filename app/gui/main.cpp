// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/launch.h"

int main(int argc, char** argv) {
    return ohm::ui::runWorkbench(argc, argv);
}
