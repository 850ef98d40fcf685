// The JSON of the double: objects keep the order of their fields, as the server's answers do.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace headgate::fakeapi {

using Json = nlohmann::ordered_json;

// Text as Go's encoder writes it: no blanks; <, > and & escaped, for they may not stand in HTML.
std::string text_of(const Json& value);

// The two hold the same, whatever the order of their fields.
bool same_content(const Json& a, const Json& b);

// A member that is a string; empty where it is absent, null or something else.
std::string string_member(const Json& object, std::string_view name);

// A member that is an object; an empty one where it is not.
const Json& object_member(const Json& object, std::string_view name);

}  // namespace headgate::fakeapi
