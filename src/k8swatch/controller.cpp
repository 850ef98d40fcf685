#include "k8swatch/controller.h"

#include <algorithm>
#include <utility>

#include "k8swatch/ingress_completeness.h"

namespace headgate::k8swatch {
namespace {

// Looking again costs as much as there are; more than this come in a burst, which waits anyway.
constexpr std::size_t kMostIncomplete = 64;

}  // namespace

Controller::Controller(ControllerOptions options, Publish publish)
    : options_(std::move(options)),
      publish_(std::move(publish)),
      gate_(options_.translation.annotation_prefix),
      store_(&gate_),
      classes_(options_.translation.classes, store_),
      hold_off_(options_.hold_off),
      names_(options_.resolver, options_.now, [this] { hold_off_.note_change(options_.now()); }),
      translator_(options_.translation, store_, names_),
      admission_({options_.translation.classes, options_.watch_namespace, options_.translation.config_map},
                 store_, gate_) {
  store_.set_settings(options_.translation.config_map);
}

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
      // Those beside the settings too: everybody may name them.
      if (is_named(named.config_map) ||
          (!named.config_map.empty() && named.config_map.starts_with(key.namespace_name + "/")))
        return true;
      break;
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
  return key.kind != Kind::ingress && key.kind != Kind::secret && key.kind != Kind::config_map &&
         backend.starts_with(key.namespace_name + "/");
}

void Controller::upsert(Object object) {
  const ObjectKey key = key_of(object);
  if (!is_watched(key)) return;
  const bool is_change = store_.upsert(object);
  if (is_settings(key)) configure_gate();
  note_change(key.kind);
  look_for_missing(key);
  if (observer_ != nullptr) observer_->on_upsert(object, is_change);
}

void Controller::remove(const ObjectKey& key) {
  if (!is_watched(key)) return;
  store_.remove(key);
  if (is_settings(key)) configure_gate();
  note_change(key.kind);
  look_for_missing(key);
  if (observer_ != nullptr) observer_->on_remove(key);
}

bool Controller::is_settings(const ObjectKey& key) const {
  return key.kind == Kind::config_map &&
         name_key(key.namespace_name, key.name) == options_.translation.config_map;
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

void Controller::note_change(Kind kind) {
  if (!store_.has_changes()) return;
  if (kind == Kind::endpoint_slice)
    hold_off_.note_urgent_change(options_.now());
  else
    hold_off_.note_change(options_.now());
}

void Controller::look_for_missing(const ObjectKey& changed) {
  if (!synced_ || first_due_ || !store_.has_changes()) return;
  const auto lacks = [this](const std::string& key) {
    const Ingress* ingress = store_.find_ingress(key);
    return ingress != nullptr && classes_.takes(*ingress) && !is_complete(*ingress, store_);
  };
  if (changed.kind == Kind::ingress) {
    const std::string key = name_key(changed.namespace_name, changed.name);
    if (lacks(key))
      incomplete_.insert(key);
    else
      incomplete_.erase(key);
  } else if (incomplete_.size() <= kMostIncomplete) {
    std::erase_if(incomplete_, [&lacks](const std::string& key) { return !lacks(key); });
  }
  hold_off_.set_incomplete(!incomplete_.empty());
}

void Controller::set_source_findings(const std::string& origin, std::vector<Finding> findings) {
  ++findings_version_;
  if (findings.empty())
    source_findings_.erase(origin);
  else
    source_findings_[origin] = std::move(findings);
}

void Controller::set_readable(Kind kind, bool readable) {
  if (kind != Kind::ingress_class) return;  // without the others there is nothing to serve
  store_.set_classes_readable(readable);
  note_change(kind);
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
  const auto publication = publication_due();
  const auto names = names_.deadline();
  return publication && names ? std::min(*publication, *names) : publication ? publication : names;
}

std::optional<TimePoint> Controller::publication_due() const {
  if (!synced_) return std::nullopt;
  return first_due_ ? first_due_ : hold_off_.deadline();
}

void Controller::run_due(TimePoint now) {
  names_.run_due(now);
  const auto due = publication_due();
  if (!due || now < *due) return;
  first_due_.reset();
  hold_off_.clear();
  incomplete_.clear();
  const auto publication = translator_.translate(store_.take_changes());
  ++findings_version_;
  if (publication == nullptr) return;
  ++publications_;
  publish_(publication);
}

bool Controller::serves(const std::string& key) const {
  const Ingress* ingress = store_.find_ingress(key);
  return ingress != nullptr && translator_.takes(*ingress);
}

const Metadata* Controller::find_metadata(const ObjectKey& key) const {
  const std::string name = name_key(key.namespace_name, key.name);
  switch (key.kind) {
    case Kind::ingress: {
      if (const RefusedIngress* refused = store_.find_refused(name)) return &refused->ingress->metadata;
      const Ingress* ingress = store_.find_ingress(name);
      return ingress == nullptr ? nullptr : &ingress->metadata;
    }
    case Kind::service: {
      const ServiceRecord* record = store_.find_service(name);
      return record == nullptr || record->service == nullptr ? nullptr : &record->service->metadata;
    }
    case Kind::secret: {
      const SecretRecord* record = store_.find_secret(name);
      return record == nullptr || record->secret == nullptr ? nullptr : &record->secret->metadata;
    }
    case Kind::config_map: {
      const ConfigMap* config_map = store_.find_config_map(name);
      return config_map == nullptr ? nullptr : &config_map->metadata;
    }
    case Kind::ingress_class: {
      const IngressClass* ingress_class = store_.find_class(key.name);
      return ingress_class == nullptr ? nullptr : &ingress_class->metadata;
    }
    case Kind::endpoint_slice:
    case Kind::namespace_:
      return nullptr;
  }
  return nullptr;
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
