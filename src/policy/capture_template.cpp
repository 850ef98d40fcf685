#include "policy/capture_template.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"

namespace headgate::policy {

Result<CaptureTemplate> CaptureTemplate::parse(std::string_view text) {
  if (text.size() > kMostBytes)
    return fail(quoted(text) + " is longer than " + std::to_string(kMostBytes) + " bytes");
  CaptureTemplate result;
  result.text_ = text;
  std::size_t begin = 0;  // of what is not in parts_ yet
  const auto keep_until = [&](std::size_t end) -> Result<void> {
    if (end == begin) return {};
    auto part = Template::parse(text.substr(begin, end - begin));
    if (!part) return fail(part.error().message);
    result.parts_.push_back({0, *std::move(part)});
    return {};
  };
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] != '$' || text[at + 1] < '1' || text[at + 1] > '9') continue;
    if (auto kept = keep_until(at); !kept) return fail(kept.error().message);
    result.parts_.push_back({static_cast<std::size_t>(text[at + 1] - '0'), {}});
    begin = at + 2;
    ++at;
  }
  if (auto kept = keep_until(text.size()); !kept) return fail(kept.error().message);
  return result;
}

std::string CaptureTemplate::expand(const RequestView& request, const Pattern::Captures& captures) const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.group != 0)
      out += captures[part.group];
    else
      part.text.append_to(out, request);
  }
  return out;
}

std::size_t CaptureTemplate::most_group() const {
  std::size_t most = 0;
  for (const Part& part : parts_) most = std::max(most, part.group);
  return most;
}

}  // namespace headgate::policy
