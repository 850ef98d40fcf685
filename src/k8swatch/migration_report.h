// What becomes of each Ingress that ingress-nginx serves when Headgate serves it: read from the same registry
// and by the same translation as everything else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/controller.h"
#include "k8swatch/finding.h"
#include "k8swatch/object_observer.h"

namespace headgate::k8swatch {

enum class MigrationVerdict : std::uint8_t {
  identical,  // as before
  differs,    // served; the notes say what is otherwise
  refused,    // not served, or without something it asks for; the notes say why, and what to do instead
};
std::string_view to_string(MigrationVerdict verdict);  // "identical" …

struct MigrationNote {
  std::string field;  // "rewrite-target", or "spec.rules[0].host"
  std::string text;   // one sentence or several
};

struct CheckedIngress {
  std::string name;  // "namespace/name"
  MigrationVerdict verdict = MigrationVerdict::identical;
  std::vector<MigrationNote> refused;
  std::vector<MigrationNote> differs;
  // Faults it has with both controllers: a value that is no value, a Service that does not exist.
  std::vector<MigrationNote> faults;
};

struct MigrationReport {
  std::vector<CheckedIngress> ingresses;  // those of the class that is checked, by name
  std::vector<Finding> elsewhere;         // about other objects: the ConfigMap, Secrets, files
  std::size_t other_classes = 0;          // Ingresses that are not looked at
  [[nodiscard]] std::size_t count(MigrationVerdict verdict) const;
};

// Remembers every Ingress that a Controller is told of, whatever its class: Controller::set_observer().
class IngressCollector final : public ObjectObserver {
 public:
  void on_upsert(const Object& object, bool is_change) override;
  void on_remove(const ObjectKey& key) override;
  [[nodiscard]] const std::map<std::string, std::shared_ptr<const Ingress>>& ingresses() const {
    return ingresses_;
  }

 private:
  std::map<std::string, std::shared_ptr<const Ingress>> ingresses_;  // by name_key
};

// After the Controller has published. `annotation_prefix`: of ingress-nginx, without '/'.
MigrationReport report_migration(const Controller& controller, const IngressCollector& seen,
                                 std::string_view annotation_prefix);

}  // namespace headgate::k8swatch
