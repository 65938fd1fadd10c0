// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/launch.h"

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

namespace {

/// OpenMP's waiting threads shall sleep, not spin: a training would hold the cores that the window
/// needs. Qt brings OpenMP in before main, which reads this but once: so the program starts again.
void waitQuietly(char** argv) {
    if (std::getenv("OMP_WAIT_POLICY") || ::setenv("OMP_WAIT_POLICY", "passive", 0) != 0)
        return;
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error)
        ::execv(self.c_str(), argv); // returns only if it fails; then the window opens all the same
}

} // namespace

int main(int argc, char** argv) {
    waitQuietly(argv);
    return ohm::ui::runWorkbench(argc, argv);
}
