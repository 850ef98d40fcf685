// Watches what a source delivers to the Controller, for those who write back to the API server.
#pragma once

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Control thread only.
class ObjectObserver {
 public:
  // After the Controller has taken it. `is_change`: it differs in something routing cares about; not so where
  // only a status is another, or where the source says again what it has said.
  virtual void on_upsert(const Object& object, bool is_change) = 0;
  virtual void on_remove(const ObjectKey& key) = 0;

 protected:
  ~ObjectObserver() = default;
};

}  // namespace headgate::k8swatch
