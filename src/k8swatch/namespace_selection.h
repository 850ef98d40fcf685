// Between the API source and the Controller while --watch-namespace-selector is given: lets the Ingresses of
// selected Namespaces through, and makes them come and go with the selection. The Namespaces it is told of
// are the selected ones. Everything else passes: what no Ingress names has no effect. Control thread only.
#pragma once

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "k8swatch/object_sink.h"

namespace headgate::k8swatch {

class NamespaceSelection : public ObjectSink {
 public:
  // `next` must outlive this.
  explicit NamespaceSelection(ObjectSink& next) : next_(next) {}

  void upsert(Object object) override;
  void remove(const ObjectKey& key) override;
  void set_source_findings(const std::string& origin, std::vector<Finding> findings) override {
    next_.set_source_findings(origin, std::move(findings));
  }
  void set_readable(Kind kind, bool readable) override { next_.set_readable(kind, readable); }
  void synced() override { next_.synced(); }

 private:
  ObjectSink& next_;
  std::unordered_set<std::string> selected_;
  std::map<std::string, std::map<std::string, Object>> ingresses_;  // by namespace and name
};

}  // namespace headgate::k8swatch
