#include "k8swatch/list_decoder.h"

#include <string>

#include "k8swatch/json_padding.h"

namespace headgate::k8swatch {

Result<void> ListDecoder::feed(std::string_view bytes, std::vector<ObservedObject>& out) {
  return items_.feed(bytes, [&](std::string_view json) { out.push_back(reader_->read_object(json, kind_)); });
}

Result<ListMetadata> ListDecoder::finish() {
  if (!items_.is_complete()) return fail("a list ends in the middle");
  std::string& rest = items_.rest();
  rest.reserve(rest.size() + kJsonPadding);
  return reader_->read_list(rest);
}

}  // namespace headgate::k8swatch
