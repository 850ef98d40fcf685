#include "k8swatch/annotations/values.h"

#include <algorithm>
#include <array>

#include "base/cidr.h"
#include "base/quoted.h"
#include "k8swatch/annotations/numbers.h"
#include "policy/subject_pattern.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint64_t kMostDepth = 100;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_made_of(std::string_view text, std::string_view punctuation) {
  return std::all_of(text.begin(), text.end(), [punctuation](char c) {
    return is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos;
  });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<bool> parse_go_bool(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "TRUE", "true", "True"};
  constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "FALSE", "false", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return std::nullopt;
}

Result<void> check_boolean(std::string_view value) {
  if (!parse_go_bool(value)) return fail(quoted(value) + " is neither true nor false");
  return {};
}

Result<void> check_on_off(std::string_view value) {
  if (value != "on" && value != "off") return fail(quoted(value) + " is neither on nor off");
  return {};
}

Result<void> check_object_name(std::string_view value) {
  if (!is_made_of(value, "-._~/:")) return fail(quoted(value) + " is no 'namespace/name'");
  return {};
}

Result<void> check_field_names(std::string_view value) {
  if (!is_made_of(value, "-_, ")) return fail(quoted(value) + " is no list of field names");
  return {};
}

Result<void> check_verify_client(std::string_view value) {
  if (value != "on" && value != "off" && value != "optional" && value != "optional_no_ca")
    return fail(quoted(value) + " is none of on, off, optional, optional_no_ca");
  return {};
}

Result<void> check_depth(std::string_view value) { return check_count<kMostDepth>(value); }

Result<void> check_error_page(std::string_view value) {
  if (!is_made_of(value, "-._~/:?&=,%@+#"))
    return fail(quoted(value) + " holds a character that is not for URLs");
  return {};
}

Result<void> check_match_cn(std::string_view value) {
  if (const auto pattern = policy::SubjectPattern::compile(value); !pattern)
    return fail(pattern.error().message);
  return {};
}

Result<void> check_cipher_list(std::string_view value) {
  if (!is_made_of(value, "!:+-_@=")) return fail(quoted(value) + " is no OpenSSL cipher list");
  return {};
}

Result<void> check_address_list(std::string_view value) {
  std::vector<Error> errors;
  if (!CidrList::parse_good(value, errors).empty()) return {};
  return fail(quoted(value) + " holds no address and no network");
}

}  // namespace headgate::k8swatch
