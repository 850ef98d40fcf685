// Label and field selectors: which objects a list or watch is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/stored_object.h"

namespace headgate::fakeapi {

class Selector {
 public:
  // Either may be empty. Throws ApiError 400 for bad syntax and for fields that `kind` does not offer.
  Selector(const Kind& kind, std::string_view labels, std::string_view fields);

  [[nodiscard]] bool matches(const StoredObject& object) const;
  [[nodiscard]] bool is_everything() const { return labels_.empty() && fields_.empty(); }

 private:
  enum class Operator { in, not_in, exists, absent };
  struct Requirement {
    std::string name;
    Operator is = Operator::in;
    std::vector<std::string> values;
  };
  static Requirement parse_label(std::string_view text);
  static bool holds(const Requirement& requirement, const Pairs& pairs);

  std::vector<Requirement> labels_;
  std::vector<Requirement> fields_;
};

}  // namespace headgate::fakeapi
