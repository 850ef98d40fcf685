#include "policy/subject_pattern.h"

#include <re2/re2.h>

#include <utility>

namespace headgate::policy {
namespace {

constexpr std::size_t kMostBytes = 1024;
// For the compiled expression and for matching: a tenant's expression costs no more than this.
constexpr std::int64_t kMostMemory = 256 * 1024;

std::string shown(std::string_view text) { return "'" + std::string(text.substr(0, 64)) + "'"; }

}  // namespace

SubjectPattern::SubjectPattern(std::string text, std::unique_ptr<re2::RE2> expression)
    : text_(std::move(text)), expression_(std::move(expression)) {}

SubjectPattern::~SubjectPattern() = default;

Result<std::shared_ptr<const SubjectPattern>> SubjectPattern::compile(std::string_view text) {
  if (!text.starts_with("CN=")) return fail(shown(text) + " does not begin with 'CN='");
  if (text.size() > kMostBytes)
    return fail(shown(text) + "... is longer than " + std::to_string(kMostBytes) + " bytes");
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMostMemory);
  options.set_never_capture(true);
  auto expression = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!expression->ok()) return fail(shown(text) + ": " + expression->error());
  return std::shared_ptr<const SubjectPattern>(new SubjectPattern(std::string(text), std::move(expression)));
}

bool SubjectPattern::matches(std::string_view subject_dn) const {
  return !subject_dn.empty() &&
         re2::RE2::PartialMatch(re2::StringPiece(subject_dn.data(), subject_dn.size()), *expression_);
}

}  // namespace headgate::policy
