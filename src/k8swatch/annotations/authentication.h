// The annotations auth-type, auth-secret, auth-secret-type, auth-realm and satisfy: who may ask, by password.
#pragma once

#include <cstdint>
#include <string>

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

struct AuthenticationAnnotations {
  enum class Type : std::uint8_t { none, basic, digest };
  Type type = Type::none;
  std::string secret;       // name_key; empty: not named
  bool secret_map = false;  // auth-secret-type: auth-map
  std::string realm;
  bool satisfy_any = false;
};

AuthenticationAnnotations read_authentication_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
