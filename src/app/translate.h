// `headgate translate PATH...`: what these manifests make, without serving it.
#pragma once

#include <iosfwd>

#include "app/flags.h"

namespace headgate::app {

// Prints the canonical table, then every Finding. Returns the exit code: 0 fine (there may be warnings), 1 a
// Finding is an error or the manifests cannot be read. Reads `flags.manifests` and what selects Ingresses.
int run_translate(const Flags& flags, std::ostream& out, std::ostream& err);

}  // namespace headgate::app
