// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/enginemodule.h"
#include "core/learn/torchengine.h"

extern "C" __attribute__((visibility("default"))) const char* ohmscape_engine_version() {
    return ohm::learn::engineVersion();
}

extern "C" __attribute__((visibility("default"))) ohm::learn::Engine* ohmscape_engine_make() {
    return ohm::learn::makeTorchEngine().release();
}
