// From the bytes of one LIST answer (or one page of it) to its objects, for one kind. Items of a list carry
// neither kind nor apiVersion, and `items` may be null (Kubernetes API conventions, "Lists and Simple
// kinds").
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "k8swatch/api_object_reader.h"
#include "k8swatch/item_splitter.h"

namespace headgate::k8swatch {

class ListDecoder {
 public:
  // `reader` must outlive this.
  ListDecoder(ApiObjectReader& reader, Kind kind) : reader_(&reader), kind_(kind) {}

  // Appends the objects that are complete now. After a failure the list is of no use.
  Result<void> feed(std::string_view bytes, std::vector<ObservedObject>& out);
  // The answer is over. Fails where it is no whole list.
  Result<ListMetadata> finish();

 private:
  ApiObjectReader* reader_;
  Kind kind_;
  ItemSplitter items_;
};

}  // namespace headgate::k8swatch
