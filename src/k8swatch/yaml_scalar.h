// What a plain (unquoted) YAML scalar means, as kubectl reads it: YAML 1.1 as sigs.k8s.io/yaml implements it,
// so that `yes` and `on` are booleans and `0x1F` and `1_000` numbers. Strings that look like these need
// quotes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headgate::k8swatch {

enum class ScalarType { string, boolean, number, not_a_number };

struct PlainScalar {
  ScalarType type = ScalarType::string;
  // The value in JSON, for booleans and numbers. For strings empty: the text itself is the value.
  // not_a_number (.inf, .nan) has no JSON form.
  std::string json;
};

PlainScalar resolve_plain_scalar(std::string_view text);

}  // namespace headgate::k8swatch
