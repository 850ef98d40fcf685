// Where a source of objects (a folder of manifests, the Kubernetes API) delivers what it sees. Called on the
// control thread only; the sink must outlive the source.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  // The object is new or changed. Applying the same object twice is harmless.
  virtual void upsert(Object object) = 0;
  // The object is gone. Unknown keys are harmless.
  virtual void remove(const ObjectKey& key) = 0;
  // All Findings of the source about `origin` (a file) replace the ones said before; empty: it is fine now.
  virtual void set_source_findings(const std::string& origin, std::vector<Finding> findings) = 0;
  // Whether the source may read objects of that kind. It goes on without those of a kind it may not. Said
  // only where that changes; at first everything is readable.
  virtual void set_readable(Kind, bool) {}
  // The source has delivered everything that existed when it started. Said once.
  virtual void synced() = 0;
};

}  // namespace headgate::k8swatch
