#include "policy/retry_conditions.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"

namespace headgate::policy {
namespace {

struct Word {
  std::string_view text;
  RetryConditions::Condition condition;
  int status = 0;
};

constexpr std::array kWords = {
    Word{"error", RetryConditions::error},
    Word{"timeout", RetryConditions::timeout},
    Word{"invalid_header", RetryConditions::invalid_header},
    Word{"http_500", RetryConditions::http_500, 500},
    Word{"http_502", RetryConditions::http_502, 502},
    Word{"http_503", RetryConditions::http_503, 503},
    Word{"http_504", RetryConditions::http_504, 504},
    Word{"http_403", RetryConditions::http_403, 403},
    Word{"http_404", RetryConditions::http_404, 404},
    Word{"http_429", RetryConditions::http_429, 429},
    Word{"non_idempotent", RetryConditions::non_idempotent},
};
constexpr std::string_view kOff = "off";

}  // namespace

Result<RetryConditions> RetryConditions::parse(std::string_view text) {
  std::uint16_t bits = 0;
  bool off = false;
  bool any = false;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(word.size());
    any = true;
    if (word == kOff) {
      off = true;
      continue;
    }
    const auto* const found =
        std::find_if(kWords.begin(), kWords.end(), [word](const Word& each) { return each.text == word; });
    if (found == kWords.end()) return fail(quoted(word) + " is no condition of proxy-next-upstream");
    bits |= found->condition;
  }
  if (!any) return fail("names no condition");
  return RetryConditions(off ? std::uint16_t{0} : bits);
}

std::string RetryConditions::text() const {
  std::string out;
  for (const Word& word : kWords)
    if (has(word.condition)) out.append(out.empty() ? "" : " ").append(word.text);
  return out.empty() ? std::string(kOff) : out;
}

RetryConditions::Condition RetryConditions::of_status(int status) {
  if (status == 0) return none;
  const auto* const found = std::find_if(kWords.begin(), kWords.end(),
                                         [status](const Word& word) { return word.status == status; });
  return found == kWords.end() ? none : found->condition;
}

}  // namespace headgate::policy
