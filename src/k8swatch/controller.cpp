#include "k8swatch/controller.h"

#include <algorithm>
#include <utility>

namespace headgate::k8swatch {

Controller::Controller(ControllerOptions options, Publish publish)
    : options_(std::move(options)),
      publish_(std::move(publish)),
      gate_(options_.translation.annotation_prefix),
      store_(&gate_),
      translator_(options_.translation, store_),
      admission_({options_.translation.classes, options_.watch_namespace, options_.translation.config_map},
                 store_, gate_),
      hold_off_(options_.hold_off) {}

// The objects that flags name are watched wherever they are.
bool Controller::is_watched(const ObjectKey& key) const {
  const TranslatorOptions& named = options_.translation;
  const auto is_named = [&](const std::string& by_flag) {
    return !by_flag.empty() && by_flag == name_key(key.namespace_name, key.name);
  };
  switch (key.kind) {
    case Kind::ingress_class:
      return true;
    case Kind::config_map:
      return is_named(named.config_map);
    case Kind::secret:
      // Those of the ConfigMap's namespace too: it may name a Secret of ticket keys.
      if (is_named(named.certificates.default_secret) ||
          (!named.config_map.empty() && named.config_map.starts_with(key.namespace_name + "/")))
        return true;
      break;
    case Kind::ingress:
    case Kind::service:
    case Kind::endpoint_slice:
      break;
    case Kind::namespace_:
      return false;
  }
  if (options_.watch_namespace.empty() || key.namespace_name == options_.watch_namespace) return true;
  // Slices have names of their own: all of the default backend's namespace are kept.
  const std::string& backend = named.default_backend_service;
  return key.kind != Kind::ingress && key.kind != Kind::secret &&
         backend.starts_with(key.namespace_name + "/");
}

void Controller::upsert(Object object) {
  const ObjectKey key = key_of(object);
  if (!is_watched(key)) return;
  store_.upsert(object);
  if (key.kind == Kind::config_map) configure_gate();
  note_change();
}

void Controller::remove(const ObjectKey& key) {
  if (!is_watched(key)) return;
  store_.remove(key);
  if (key.kind == Kind::config_map) configure_gate();
  note_change();
}

void Controller::configure_gate() {
  GateSettings settings;
  std::vector<Finding> told_by_translator;
  if (const ConfigMap* config_map = store_.find_config_map(options_.translation.config_map)) {
    ConfigMapReader reader(*config_map, told_by_translator);
    settings = read_gate_settings(reader);
  }
  if (gate_.configure(std::move(settings))) store_.judge_again();
}

void Controller::note_change() {
  if (store_.has_changes()) hold_off_.note_change(options_.now());
}

void Controller::set_source_findings(const std::string& origin, std::vector<Finding> findings) {
  ++findings_version_;
  if (findings.empty())
    source_findings_.erase(origin);
  else
    source_findings_[origin] = std::move(findings);
}

void Controller::synced() {
  if (std::exchange(synced_, true)) return;
  first_due_ = options_.now();
}

std::optional<AdmissionDecision> Controller::admit(const AdmissionReview& review) const {
  if (!synced_) return std::nullopt;
  return admission_.decide(review);
}

std::optional<TimePoint> Controller::deadline() const {
  if (!synced_) return std::nullopt;
  return first_due_ ? first_due_ : hold_off_.deadline();
}

void Controller::run_due(TimePoint now) {
  const auto due = deadline();
  if (!due || now < *due) return;
  first_due_.reset();
  hold_off_.clear();
  const auto publication = translator_.translate(store_.take_changes());
  ++findings_version_;
  if (publication == nullptr) return;
  ++publications_;
  publish_(publication);
}

std::vector<Finding> Controller::findings() const {
  std::vector<Finding> all = translator_.findings();
  for (const auto& [origin, findings] : source_findings_)
    all.insert(all.end(), findings.begin(), findings.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace headgate::k8swatch
