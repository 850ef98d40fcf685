#include "policy/field_rules.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/quoted.h"
#include "http/ascii.h"
#include "http/scan.h"

namespace headgate::policy {
namespace {

// RFC 9110 §7.6.1, RFC 9112 §6, §7. Date is written by whoever answers.
constexpr std::array<std::string_view, 14> kOurs = {"connection",
                                                    "content-length",
                                                    "date",
                                                    "expect",
                                                    "http2-settings",
                                                    "keep-alive",
                                                    "proxy-authenticate",
                                                    "proxy-authorization",
                                                    "proxy-connection",
                                                    "te",
                                                    "trailer",
                                                    "transfer-encoding",
                                                    "upgrade",
                                                    "proxy"};

}  // namespace

Result<void> check_field(std::string_view name, std::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), http::scan::is_token_char))
    return fail(quoted(name) + " is no name of a field");
  if (name.size() > kMostFieldName) return fail("the name " + quoted(name) + " is too long");
  if (std::any_of(kOurs.begin(), kOurs.end(),
                  [name](std::string_view ours) { return http::equals_ignoring_case(name, ours); }))
    return fail(quoted(name) + " is not to be set: it is between two neighbours on the way");
  if (std::any_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
      }))
    return fail("the value " + quoted(value) + " holds a line break or another control character");
  if (value.size() > kMostFieldValue)
    return fail("the value of " + quoted(name) + " is longer than " + std::to_string(kMostFieldValue) +
                " bytes");
  return {};
}

}  // namespace headgate::policy
