#include "policy/password_list.h"

#include <utility>

#include "policy/user_file.h"

namespace headgate::policy {

PasswordList PasswordList::parse_file(std::string_view text, std::vector<Error>& errors) {
  PasswordList list;
  read_user_file(text, "name:hash", errors, [&list](std::string_view name, std::string_view rest) {
    return list.add(name, rest.substr(0, rest.find(':')));
  });
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
