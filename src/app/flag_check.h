// Flags that are fine one by one and make no sense together.
#pragma once

#include "app/flags.h"
#include "base/result.h"

namespace headgate::app {

// For serving. The error names the flags.
Result<void> check_flags(const Flags& flags);

}  // namespace headgate::app
