#include "k8swatch/annotations/ip_filter.h"

#include <array>
#include <string>
#include <vector>

#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kValues = "addresses and networks (`10.0.0.0/8`), separated by commas";

constexpr std::array kRows = {
    AnnotationRow{"allowlist-source-range", AnnotationGroup::access, kValues, check_address_list,
                  OnInvalid::deny_location, AnnotationScope::path, AnnotationRisk::medium, "",
                  "Who may ask, all others get 403; in place of the ConfigMap's `whitelist-source-range`",
                  "whitelist-source-range"},
    AnnotationRow{"denylist-source-range", AnnotationGroup::access, kValues, check_address_list,
                  OnInvalid::deny_location, AnnotationScope::path, AnnotationRisk::medium, "",
                  "Who gets 403, looked at before the allow list; in place of the ConfigMap's "
                  "`denylist-source-range`"},
};

std::optional<CidrList> read_list(AnnotationReader& reader, std::string_view name) {
  const auto text = reader.text(name);
  if (!text) return std::nullopt;
  std::vector<Error> errors;
  CidrList list = CidrList::parse_good(*text, errors);
  for (const Error& error : errors)
    reader.note(name, OnInvalid::use_default, error.message + "; the entry is left out");
  return list;
}

}  // namespace

std::span<const AnnotationRow> ip_filter_rows() { return kRows; }

IpFilterAnnotations read_ip_filter_annotations(AnnotationReader& reader) {
  IpFilterAnnotations result;
  result.allowed = read_list(reader, "allowlist-source-range");
  result.denied = read_list(reader, "denylist-source-range");
  return result;
}

}  // namespace headgate::k8swatch
