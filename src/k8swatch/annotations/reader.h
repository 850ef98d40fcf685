// Reads the annotations of one Ingress by the rules all of them share, and notes what is wrong with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/annotations/registry.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// A value that is not used.
struct AnnotationProblem {
  std::string annotation;  // in full, as written
  OnInvalid outcome = OnInvalid::use_default;
  std::string reason;        // one sentence; where the Ingress is dropped, without saying so
  bool unprotected = false;  // the paths are served without a protection that was asked for
};

// For one Ingress, which must outlive it. An empty value is an absent one; a value with CR or LF is refused;
// white space around a value does not count, except in booleans; an alias is looked at where the name itself
// is absent or empty.
class AnnotationReader {
 public:
  // `prefix`: without '/', e.g. "nginx.ingress.kubernetes.io".
  AnnotationReader(const Ingress& ingress, std::string_view prefix) : ingress_(ingress), prefix_(prefix) {}

  // The value of the row of that name, accepted by the row's check. Nothing: absent, or refused and noted.
  std::optional<std::string_view> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::uint32_t> number(std::string_view name);

  // Something about a value that is well formed; `reason` says what comes of it, unless it is drop_ingress.
  void note(std::string_view name, OnInvalid outcome, std::string reason);
  // Of a protection that does not exist here.
  void note_unprotected(std::string_view name, std::string reason);

  // The value as it is, unchecked; nothing: absent or empty.
  [[nodiscard]] std::optional<std::string_view> raw(std::string_view name) const;
  // In full, as it is written in the Ingress; the bare name where it is absent.
  [[nodiscard]] std::string written_name(std::string_view name) const;

  [[nodiscard]] const Ingress& ingress() const { return ingress_; }
  [[nodiscard]] const std::vector<AnnotationProblem>& problems() const { return problems_; }

 private:
  struct Entry {
    std::string_view key;
    std::string_view value;
  };
  [[nodiscard]] std::optional<Entry> find(const AnnotationRow& row) const;
  [[nodiscard]] std::optional<Entry> find(std::string_view name) const;

  const Ingress& ingress_;
  std::string_view prefix_;
  std::vector<AnnotationProblem> problems_;
};

// How Findings name it: "metadata.annotations[…]", shortened.
std::string annotation_field(std::string_view annotation);

// What the registry calls an annotation: the name without `prefix` and its '/', or in full where it is one of
// our own. Nothing: it is another's.
std::optional<std::string_view> without_prefix(std::string_view annotation, std::string_view prefix);

}  // namespace headgate::k8swatch
