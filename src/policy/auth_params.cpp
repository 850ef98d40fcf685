#include "policy/auth_params.h"

#include <algorithm>
#include <utility>

#include "http/ascii.h"

namespace headgate::policy {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || http::is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// What is left of the text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Empty: there is none.
  std::string_view token() {
    const std::size_t size = static_cast<std::size_t>(
        std::find_if_not(rest_.begin(), rest_.end(), is_token_character) - rest_.begin());
    const std::string_view found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
  }
  // Behind its first '"'. False: it does not end.
  bool quoted_string(std::string& value) {
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\') {
        if (rest_.empty()) return false;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      value += c;
    }
    return false;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::optional<AuthParams> AuthParams::parse(std::string_view text) {
  AuthParams result;
  Reader reader(text);
  for (reader.skip_blanks(); !reader.at_end(); reader.skip_blanks()) {
    if (reader.skip(',')) continue;  // RFC 9110 §5.6.1.2: empty members say nothing
    Param param;
    param.name = reader.token();
    reader.skip_blanks();
    if (param.name.empty() || !reader.skip('=')) return std::nullopt;
    reader.skip_blanks();
    if (reader.skip('"')) {
      if (!reader.quoted_string(param.value)) return std::nullopt;
    } else {
      param.value = reader.token();
      if (param.value.empty()) return std::nullopt;
    }
    reader.skip_blanks();
    if (!reader.at_end() && !reader.skip(',')) return std::nullopt;
    if (result.find(param.name) != nullptr || result.params_.size() == kMost) return std::nullopt;
    result.params_.push_back(std::move(param));
  }
  return result;
}

const std::string* AuthParams::find(std::string_view name) const {
  for (const Param& each : params_)
    if (http::same_name(each.name, name)) return &each.value;
  return nullptr;
}

}  // namespace headgate::policy
