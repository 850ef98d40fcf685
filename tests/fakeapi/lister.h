// Reads of whole collections: the body of a list with its pages, the plan of a watch.
#pragma once

#include <cstdint>
#include <string>

#include "fakeapi/api_answer.h"
#include "fakeapi/api_request.h"
#include "fakeapi/knobs.h"
#include "fakeapi/list_options.h"
#include "fakeapi/object_store.h"

namespace headgate::fakeapi {

class Lister {
 public:
  Lister(ObjectStore& store, const Knobs& knobs) : store_(store), knobs_(knobs) {}

  // Both throw ApiError.
  ApiAnswer list(const ApiRequest& request, bool metadata_only);
  ApiAnswer watch(const ApiRequest& request, bool metadata_only);

 private:
  // What resourceVersion=0 sees.
  [[nodiscard]] std::uint64_t cached_revision() const;
  [[nodiscard]] ApiAnswer too_new(std::uint64_t wanted) const;

  ObjectStore& store_;
  const Knobs& knobs_;
};

}  // namespace headgate::fakeapi
