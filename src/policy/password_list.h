// The users of a Secret and their passwords' hashes: the text of an htpasswd file, or a map of names to
// hashes. Immutable once made; shared by all threads.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/password_hash.h"

namespace headgate::policy {

class PasswordList {
 public:
  // Lines "name:hash" with anything behind another ':', '#' at the begin of comments. Lines that are none are
  // left out, and told in `errors` by their number: never by what they hold. Of two lines for a name the
  // first counts.
  static PasswordList parse_file(std::string_view text, std::vector<Error>& errors);
  // The same for one user.
  Result<void> add(std::string_view name, std::string_view hash);

  [[nodiscard]] const PasswordHash* find(std::string_view name) const;  // null: nobody has it
  [[nodiscard]] bool empty() const { return users_.empty(); }
  [[nodiscard]] std::size_t size() const { return users_.size(); }
  friend bool operator==(const PasswordList&, const PasswordList&) = default;

 private:
  std::map<std::string, PasswordHash, std::less<>> users_;
};

}  // namespace headgate::policy
