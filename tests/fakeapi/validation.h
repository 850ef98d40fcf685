// The rules of the API server that the product can run into: those on what it writes (Leases, Events), and
// the plainest of those on what it reads, so that a test does not rest on objects that cannot exist.
#pragma once

#include "fakeapi/json.h"
#include "fakeapi/kind.h"

namespace headgate::fakeapi {

// Throws ApiError: 400 for a value of the wrong form, 422 for one that is not allowed.
void validate(const Kind& kind, const Json& object);

}  // namespace headgate::fakeapi
