#include "k8swatch/location_list.h"

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {

void read_locations(ConfigMapReader& reader, std::string_view key, std::vector<std::string>& locations) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return;
  locations.clear();
  http::for_each_member(trimmed(*text), [&](std::string_view location) {
    if (location.starts_with('/'))
      locations.emplace_back(location);
    else
      reader.tell(key, quoted(location) + " does not begin with '/'; the entry is left out");
  });
}

}  // namespace headgate::k8swatch
