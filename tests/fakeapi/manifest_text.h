// Manifests as tests write them: YAML or JSON text, one object or several documents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/json.h"

namespace headgate::fakeapi {

// One object. Throws std::invalid_argument.
Json json_of(std::string_view text);
// Every document of `text`; a List counts as its items. Throws std::invalid_argument.
std::vector<Json> documents_of(std::string_view text);

}  // namespace headgate::fakeapi
