// One version of one object, as text ready to be sent. Immutable, shared by the collection, its history and
// the watches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fakeapi/json.h"
#include "fakeapi/kind.h"

namespace headgate::fakeapi {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct StoredObject {
  const Kind* kind = nullptr;
  std::string namespace_name;  // empty: cluster-scoped
  std::string name;
  std::string uid;
  std::uint64_t revision = 0;
  Pairs labels;
  Pairs fields;              // what field selectors may name
  std::string text;          // {"metadata":{…},"spec":…}: as in a list, without kind and apiVersion
  std::size_t metadata_end;  // of the value of "metadata" in text

  [[nodiscard]] std::string key() const {
    return namespace_name.empty() ? name : namespace_name + "/" + name;
  }
  // {"kind":…,"apiVersion":…,"metadata":…}: as in an answer or an event.
  [[nodiscard]] std::string full_text() const;
  // As PartialObjectMetadata.
  [[nodiscard]] std::string metadata_text() const;
  // With kind and apiVersion.
  [[nodiscard]] Json json() const;
};

using ObjectRef = std::shared_ptr<const StoredObject>;

// `object` has its metadata complete but for the resourceVersion, which is set here.
ObjectRef store_form(const Kind& kind, Json object, std::uint64_t revision);
// The same with another resourceVersion: what a DELETED event carries.
ObjectRef at_revision(const ObjectRef& object, std::uint64_t revision);

}  // namespace headgate::fakeapi
