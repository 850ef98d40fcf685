#include "fakeapi/json.h"

namespace headgate::fakeapi {

std::string text_of(const Json& value) {
  const std::string plain = value.dump();
  if (plain.find_first_of("<>&") == std::string::npos) return plain;
  std::string text;
  text.reserve(plain.size() + 32);
  for (const char c : plain) {
    if (c == '<') {
      text += "\\u003c";
    } else if (c == '>') {
      text += "\\u003e";
    } else if (c == '&') {
      text += "\\u0026";
    } else {
      text += c;
    }
  }
  return text;
}

bool same_content(const Json& a, const Json& b) { return nlohmann::json(a) == nlohmann::json(b); }

std::string string_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& object_member(const Json& object, std::string_view name) {
  static const Json kNone = Json::object();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kNone;
}

}  // namespace headgate::fakeapi
