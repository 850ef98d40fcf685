// An ObjectSink for tests: keeps what it is told, as a real one would, and counts.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "k8swatch/object_sink.h"

namespace headgate::k8swatch {

class RecordingSink : public ObjectSink {
 public:
  void upsert(Object object) override {
    log.push_back("+" + to_string(key_of(object)));
    objects.insert_or_assign(to_string(key_of(object)), std::move(object));
  }
  void remove(const ObjectKey& key) override {
    log.push_back("-" + to_string(key));
    objects.erase(to_string(key));
  }
  void set_source_findings(const std::string& origin, std::vector<Finding> list) override {
    if (list.empty()) {
      findings.erase(origin);
    } else {
      findings[origin] = std::move(list);
    }
  }
  void set_readable(Kind kind, bool readable) override {
    log.push_back(std::string(to_string(kind)) + (readable ? " readable" : " unreadable"));
  }
  void synced() override { ++synced_count; }

  // What happened since the last call.
  std::vector<std::string> take_log() { return std::exchange(log, {}); }
  // data["k"] of the ConfigMap default/<name>; "" where there is none.
  [[nodiscard]] std::string value_of(const std::string& name) const {
    const auto found = objects.find("ConfigMap default/" + name);
    if (found == objects.end()) return "";
    const auto& map = std::get<std::shared_ptr<const ConfigMap>>(found->second);
    return map->data.empty() ? "" : map->data[0].second;
  }
  [[nodiscard]] std::vector<std::string> all_findings() const {
    std::vector<std::string> lines;
    for (const auto& [origin, list] : findings) {
      for (const Finding& finding : list) lines.push_back(to_string(finding));
    }
    return lines;
  }

  std::map<std::string, Object> objects;
  std::map<std::string, std::vector<Finding>> findings;
  std::vector<std::string> log;
  int synced_count = 0;
};

// A ConfigMap: the smallest object with a value to look at.
inline std::string config_map(const std::string& name, const std::string& value) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\ndata:\n  k: \"" + value + "\"\n";
}

}  // namespace headgate::k8swatch
