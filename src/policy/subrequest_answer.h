// What a service that Headgate asked on its own account has answered. Owns its text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/ascii.h"

namespace headgate::policy {

struct SubrequestAnswer {
  struct Field {
    std::string name;
    std::string value;  // without CR and LF
  };

  int status = 0;             // 0: none that counts
  std::vector<Field> fields;  // end-to-end ones, in their order

  // Calls visit(value) for each field of that name, whatever its case.
  template <typename Visit>
  void for_each(std::string_view name, Visit&& visit) const {
    for (const Field& field : fields)
      if (http::same_name(field.name, name)) visit(std::string_view(field.value));
  }
  [[nodiscard]] bool has(std::string_view name) const {
    bool found = false;
    for_each(name, [&found](std::string_view) { found = true; });
    return found;
  }
};

}  // namespace headgate::policy
