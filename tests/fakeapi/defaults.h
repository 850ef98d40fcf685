// What the server fills in where a client leaves it out, as far as the product or kubectl looks at it.
#pragma once

#include <cstdint>

#include "fakeapi/json.h"
#include "fakeapi/kind.h"

namespace headgate::fakeapi {

// `next_cluster_ip` counts up for each Service that gets an address.
void set_defaults(const Kind& kind, Json& object, std::uint32_t& next_cluster_ip);

// An update that leaves out what the server allocated (a Service's cluster address) keeps it.
void keep_allocated(const Kind& kind, Json& object, const Json& old);

}  // namespace headgate::fakeapi
