#include "policy/password_list.h"

#include <utility>

namespace headgate::policy {

PasswordList PasswordList::parse_file(std::string_view text, std::vector<Error>& errors) {
  PasswordList list;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto refuse = [&](const std::string& reason) {
      errors.push_back({"line " + std::to_string(number) + " " + reason});
    };
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      refuse("is not 'name:hash'");
      continue;
    }
    const std::string_view rest = line.substr(colon + 1);
    if (const auto added = list.add(line.substr(0, colon), rest.substr(0, rest.find(':'))); !added)
      refuse(added.error().message);
  }
  return list;
}

Result<void> PasswordList::add(std::string_view name, std::string_view hash) {
  if (name.empty()) return fail("names nobody");
  auto parsed = PasswordHash::parse(hash);
  if (!parsed) return fail(parsed.error().message);
  users_.emplace(name, *std::move(parsed));
  return {};
}

const PasswordHash* PasswordList::find(std::string_view name) const {
  const auto at = users_.find(name);
  return at == users_.end() ? nullptr : &at->second;
}

}  // namespace headgate::policy
