// From the annotation ssl-passthrough to the PassthroughIndex, host by host as the routing table is made.
// Control thread only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/store.h"
#include "router/passthrough_index.h"
#include "router/virtual_host.h"

namespace headgate::k8swatch {

class PassthroughTranslator {
 public:
  // `enabled`: --enable-ssl-passthrough; without it the annotation has no effect, and that is told.
  // `annotation_prefix`: without '/'.
  PassthroughTranslator(bool enabled, std::string annotation_prefix)
      : enabled_(enabled), prefix_(std::move(annotation_prefix)) {}

  // `rules`: of rules_in_order(). The oldest Ingress decides.
  [[nodiscard]] bool wanted(const std::string& host, const std::vector<RuleRef>& rules) const;

  // To be called whenever a host was drafted. `served`: what the table has for the host now; null: nothing.
  // The Cluster of an entry is always its passthrough(), and so lives as long as the Route with that Cluster.
  void update(const std::string& host, const std::vector<RuleRef>& rules, const router::VirtualHost* served);

  // The index with all updates since the last call; null: none has changed anything. The first call always
  // gives one.
  std::shared_ptr<const router::PassthroughIndex> take_index();

  void add_findings(std::vector<Finding>& out) const;
  // Those that pass through.
  [[nodiscard]] std::set<std::string> hosts() const;
  // One line for each host, sorted; empty where there is none.
  [[nodiscard]] std::string dump() const;

 private:
  using HostPointer = std::shared_ptr<const router::PassthroughHost>;

  HostPointer translate(const std::string& host, const std::vector<RuleRef>& rules,
                        const router::VirtualHost* served, std::vector<Finding>& findings) const;
  void tell_of_useless(const std::string& host, const std::vector<const Ingress*>& ingresses,
                       const router::VirtualHost& served, std::vector<Finding>& findings) const;
  [[nodiscard]] bool wants_passthrough(const Ingress& ingress) const;

  bool enabled_;
  std::string prefix_;
  std::shared_ptr<const router::PassthroughIndex> index_;
  std::map<std::string, HostPointer, std::less<>> hosts_;  // what the index holds, or will
  std::vector<router::PassthroughChange> changes_;
  HostFindings findings_;
};

}  // namespace headgate::k8swatch
