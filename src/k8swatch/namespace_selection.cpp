#include "k8swatch/namespace_selection.h"

#include <utility>

namespace headgate::k8swatch {

void NamespaceSelection::upsert(Object object) {
  const ObjectKey key = key_of(object);
  if (key.kind == Kind::namespace_) {
    if (!selected_.insert(key.name).second) return;
    const auto at = ingresses_.find(key.name);
    if (at == ingresses_.end()) return;
    for (const auto& [name, ingress] : at->second) next_.upsert(ingress);
    return;
  }
  if (key.kind == Kind::ingress) {
    ingresses_[key.namespace_name].insert_or_assign(key.name, object);
    if (!selected_.contains(key.namespace_name)) return;
  }
  next_.upsert(std::move(object));
}

void NamespaceSelection::remove(const ObjectKey& key) {
  if (key.kind == Kind::namespace_) {
    if (selected_.erase(key.name) == 0) return;
    const auto at = ingresses_.find(key.name);
    if (at == ingresses_.end()) return;
    for (const auto& [name, ingress] : at->second) next_.remove({Kind::ingress, key.name, name});
    return;
  }
  if (key.kind == Kind::ingress) {
    const auto at = ingresses_.find(key.namespace_name);
    if (at != ingresses_.end() && at->second.erase(key.name) != 0 && at->second.empty()) ingresses_.erase(at);
    if (!selected_.contains(key.namespace_name)) return;
  }
  next_.remove(key);
}

}  // namespace headgate::k8swatch
