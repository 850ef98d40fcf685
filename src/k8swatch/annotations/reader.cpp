#include "k8swatch/annotations/reader.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/quoted.h"
#include "base/units.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

const AnnotationRow& row_of(std::string_view name) {
  const AnnotationRow* const row = find_annotation(name);
  if (row == nullptr) throw std::logic_error("no row for the annotation " + std::string(name));
  return *row;
}

}  // namespace

std::string annotation_field(std::string_view annotation) {
  constexpr std::size_t kShownName = 128;
  return "metadata.annotations[" + std::string(annotation.substr(0, kShownName)) + "]";
}

std::optional<std::string_view> without_prefix(std::string_view annotation, std::string_view prefix) {
  if (annotation.starts_with(kOwnPrefix) && find_annotation(annotation) != nullptr) return annotation;
  if (!annotation.starts_with(prefix)) return std::nullopt;
  annotation.remove_prefix(prefix.size());
  if (!annotation.starts_with('/')) return std::nullopt;
  return annotation.substr(1);
}

std::optional<AnnotationReader::Entry> AnnotationReader::find(std::string_view name) const {
  for (const auto& [key, value] : ingress_.metadata.annotations)
    if (without_prefix(key, prefix_) == name) return Entry{key, value};
  return std::nullopt;
}

std::optional<AnnotationReader::Entry> AnnotationReader::find(const AnnotationRow& row) const {
  auto entry = find(row.name);
  if ((!entry || entry->value.empty()) && !row.alias.empty()) entry = find(row.alias);
  if (!entry || entry->value.empty()) return std::nullopt;
  return entry;
}

std::optional<std::string_view> AnnotationReader::text(std::string_view name) {
  const AnnotationRow& row = row_of(name);
  const auto entry = find(row);
  if (!entry) return std::nullopt;
  const auto refuse = [&](std::string reason) {
    if (row.on_invalid == OnInvalid::use_default) reason += "; the default is used";
    if (row.on_invalid == OnInvalid::deny_location) reason += "; every path of this Ingress answers 503";
    problems_.push_back({std::string(entry->key), row.on_invalid, std::move(reason), false});
    return std::nullopt;
  };
  if (entry->value.find_first_of("\r\n") != std::string_view::npos)
    return refuse(quoted(entry->value) + " holds a line break");
  const std::string_view value = row.check == &check_boolean ? entry->value : trimmed(entry->value);
  if (value.empty()) return refuse("is nothing but white space");
  if (row.most_bytes != 0 && value.size() > row.most_bytes)
    return refuse("has " + std::to_string(value.size()) + " bytes; " + std::to_string(row.most_bytes) +
                  " is the most");
  if (const Result<void> checked = row.check(value); !checked) return refuse(checked.error().message);
  return value;
}

std::optional<bool> AnnotationReader::boolean(std::string_view name) {
  const auto value = text(name);
  return value ? parse_go_bool(*value) : std::nullopt;
}

std::optional<std::uint32_t> AnnotationReader::number(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto parsed = parse_count(*value, UINT32_MAX);  // the row's check has let it through
  return parsed ? std::optional(static_cast<std::uint32_t>(*parsed)) : std::nullopt;
}

std::optional<std::string_view> AnnotationReader::raw(std::string_view name) const {
  const auto entry = find(row_of(name));
  return entry ? std::optional(entry->value) : std::nullopt;
}

std::string AnnotationReader::written_name(std::string_view name) const {
  const auto entry = find(row_of(name));
  return std::string(entry ? entry->key : name);
}

void AnnotationReader::note(std::string_view name, OnInvalid outcome, std::string reason) {
  const auto entry = find(row_of(name));
  problems_.push_back({std::string(entry ? entry->key : name), outcome, std::move(reason), false});
}

void AnnotationReader::note_unprotected(std::string_view name, std::string reason) {
  note(name, OnInvalid::use_default,
       std::move(reason.append(": the paths are served WITHOUT this protection")));
  problems_.back().unprotected = true;
}

}  // namespace headgate::k8swatch
