// Many objects at once, for scale tests and benches: set number i is the Ingress i0000i with the host
// i0000i.example.com and the paths / and /api, its Service, and an EndpointSlice with three endpoints.
#pragma once

#include <cstddef>
#include <string>

#include "fakeapi/object_store.h"

namespace headgate::fakeapi {

// Sets first … first + count - 1 into namespace "default".
void preload(ObjectStore& store, std::size_t first, std::size_t count, const std::string& ingress_class);

}  // namespace headgate::fakeapi
