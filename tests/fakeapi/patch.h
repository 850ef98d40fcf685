// The four kinds of PATCH: JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge patch with the list
// keys of the kinds here, and a server-side apply that merges without tracking who owns what.
#pragma once

#include "fakeapi/json.h"
#include "fakeapi/kind.h"
#include "fakeapi/object_store.h"

namespace headgate::fakeapi {

// Throws ApiError: 422 where a JSON patch does not fit, 400 where the patch is malformed.
Json apply_patch(const Kind& kind, Json object, PatchType type, const Json& patch);

}  // namespace headgate::fakeapi
