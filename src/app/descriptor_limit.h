// The limit of open file descriptors, which is a limit of connections.
#pragma once

#include <cstdint>

namespace headgate::app {

// Raises the soft limit to the hard one; returns the limit that holds now.
std::uint64_t raise_descriptor_limit();

}  // namespace headgate::app
