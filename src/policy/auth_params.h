// The parameters of a field like Authorization: name=value, name="value", separated by commas (RFC 9110 §11.2
// and §11.4).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::policy {

class AuthParams {
 public:
  static constexpr std::size_t kMost = 16;

  // `text`: behind the name of the scheme. Nothing where it is not of that form, names something twice, or
  // has more than kMost parameters: two readers might read it in two ways.
  static std::optional<AuthParams> parse(std::string_view text);

  // Without quotes and their escapes. Null: it is not there. `name` in any case.
  [[nodiscard]] const std::string* find(std::string_view name) const;

 private:
  struct Param {
    std::string_view name;
    std::string value;
  };
  std::vector<Param> params_;
};

}  // namespace headgate::policy
