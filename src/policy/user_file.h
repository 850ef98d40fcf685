// Files of users: "name:the rest" line by line, with comments and empty lines, as Apache's tools write them.
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::policy {

// `add(name, rest)` takes the parts of each line, and says what is wrong with them. `form`: how a line has to
// look. What is wrong with a line is added to `errors` with its number; the others count.
template <typename Add>
void read_user_file(std::string_view text, std::string_view form, std::vector<Error>& errors, Add add) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t colon = line.find(':');
    const Result<void> added = colon == std::string_view::npos
                                   ? Result<void>(fail("is not '" + std::string(form) + "'"))
                                   : add(line.substr(0, colon), line.substr(colon + 1));
    if (!added) errors.push_back({"line " + std::to_string(number) + " " + added.error().message});
  }
}

}  // namespace headgate::policy
