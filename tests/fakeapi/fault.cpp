#include "fakeapi/fault.h"

namespace headgate::fakeapi {

bool Fault::meets(const ApiRequest& request) const {
  if (verb != "*" && verb != request.verb) return false;
  const std::string_view plural = request.kind == nullptr ? std::string_view() : request.kind->plural;
  if (resource != "*" && resource != plural) return false;
  if (!path_has.empty() && request.target.find(path_has) == std::string::npos) return false;
  return !continued || !request.parameter("continue").empty();
}

}  // namespace headgate::fakeapi
