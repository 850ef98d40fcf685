// From the bytes of one watch to its events, for one kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "k8swatch/api_object_reader.h"
#include "k8swatch/line_splitter.h"

namespace headgate::k8swatch {

class WatchDecoder {
 public:
  // `reader` must outlive this.
  WatchDecoder(ApiObjectReader& reader, Kind kind) : reader_(&reader), kind_(kind) {}

  // Appends the events that are complete now. Fails where a line is no event or too long: what came before it
  // is in `out`, and the stream is of no use any more.
  Result<void> feed(std::string_view bytes, std::vector<WatchEvent>& out);
  // The stream ended in the middle of a line.
  [[nodiscard]] bool has_partial_line() const { return lines_.pending() != 0; }

 private:
  ApiObjectReader* reader_;
  Kind kind_;
  LineSplitter lines_;
};

}  // namespace headgate::k8swatch
