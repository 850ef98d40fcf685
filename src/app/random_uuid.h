// Names that nobody else has.
#pragma once

#include <string>

namespace headgate::app {

// A random UUID (RFC 4122 §4.4): "0b4c9b3e-5f0e-4d3a-9a53-2f1c8e7d6a10". From the operating system's
// generator.
std::string random_uuid();

}  // namespace headgate::app
