#include "policy/text_list.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/quoted.h"
#include "http/ascii.h"

namespace headgate::policy {
namespace {

constexpr std::size_t kMostBytes = 1024;           // of one expression
constexpr std::int64_t kMostMemory = 1024 * 1024;  // of one expression when it is used
constexpr std::size_t kMostValueBytes = 8 * 1024;  // beyond it nothing is looked at, as no head has more

}  // namespace

Result<void> TextList::add(std::string_view entry) {
  if (entries_.size() == kMostEntries)
    return fail(quoted(entry) + " is one of more than " + std::to_string(kMostEntries) + " entries");
  if (entry.size() > kMostBytes)
    return fail(quoted(entry) + " is longer than " + std::to_string(kMostBytes) + " bytes");
  if (entry.starts_with('~')) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_never_capture(true);
    options.set_max_mem(kMostMemory);
    options.set_case_sensitive(!entry.starts_with("~*"));
    const std::string_view text = entry.substr(entry.starts_with("~*") ? 2 : 1);
    auto expression = std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!expression->ok()) return fail(quoted(entry) + " is no regular expression: " + expression->error());
    expressions_.push_back(std::move(expression));
  } else {
    std::string& text = texts_.emplace_back(entry);
    std::transform(text.begin(), text.end(), text.begin(), http::to_lower);
  }
  entries_.emplace_back(entry);
  return {};
}

bool TextList::contains(std::string_view value) const {
  value = value.substr(0, kMostValueBytes);
  return std::any_of(texts_.begin(), texts_.end(),
                     [&](const std::string& text) { return http::equals_ignoring_case(value, text); }) ||
         std::any_of(expressions_.begin(), expressions_.end(), [&](const auto& expression) {
           return re2::RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), *expression);
         });
}

}  // namespace headgate::policy
