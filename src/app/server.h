// The composition root: builds every part of `headgate` by hand, in order, and runs the control thread.
#pragma once

#include "app/flags.h"

namespace headgate::app {

// Serves until SIGTERM or SIGINT. Returns the exit code: 0 after an orderly end, 1 when it could not start
// (the log says why).
int run_server(const Flags& flags);

}  // namespace headgate::app
