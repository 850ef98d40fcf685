#include "k8swatch/watch_decoder.h"

#include <utility>

namespace headgate::k8swatch {

Result<void> WatchDecoder::feed(std::string_view bytes, std::vector<WatchEvent>& out) {
  Result<void> outcome;
  const bool fits = lines_.feed(bytes, [&](std::string_view line) {
    Result<WatchEvent> event = reader_->read_event(line, kind_);
    if (!event) {
      outcome = fail(event.error().message);
      return false;
    }
    out.push_back(*std::move(event));
    return true;
  });
  if (!fits) {
    lines_.clear();
    return fail("a watch event is longer than " + std::to_string(LineSplitter::kMaxLine >> 20) + " MiB");
  }
  return outcome;
}

}  // namespace headgate::k8swatch
