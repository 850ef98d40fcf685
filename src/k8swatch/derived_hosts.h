// Names that lead to a host though no rule names them: those of server-alias, and the one that
// from-to-www-redirect answers. They follow the host they are derived from. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/store.h"
#include "router/table_builder.h"
#include "router/virtual_host.h"

namespace headgate::k8swatch {

class DerivedHosts {
 public:
  // `annotation_prefix`: without '/'.
  explicit DerivedHosts(std::string annotation_prefix) : prefix_(std::move(annotation_prefix)) {}

  // To be called whenever a host was drafted. `rules`: of rules_in_order(). `served`: what the table has for
  // the host now; null: nothing. Ingresses of the namespace whose host it is decide, all of them together.
  void update(const std::string& host, const std::vector<RuleRef>& rules,
              std::shared_ptr<const router::VirtualHost> served);
  // After all updates: puts into the table what has changed. `has_rules`: whether a rule is for that name,
  // which then is no derived one. `redirect_code`: of from-to-www-redirect.
  void publish(router::TableBuilder& builder, int redirect_code,
               const std::function<bool(const std::string&)>& has_rules);

  // Whether what the table has under that name is derived: its Clusters and slots are another host's.
  [[nodiscard]] bool placed(const std::string& name) const { return placed_.contains(name); }
  // The names in the table, each with the host it is derived from.
  [[nodiscard]] std::map<std::string, std::string> names() const;
  void add_findings(std::vector<Finding>& out) const;

 private:
  enum class Kind : std::uint8_t { alias, pattern, www };
  // What one Ingress asks for.
  struct Wish {
    Kind kind = Kind::alias;
    std::string name;      // lower case; of a pattern its text
    std::string object;    // "Ingress default/web"
    std::int64_t age = 0;  // creation time of the Ingress
    policy::PatternRef pattern;
    std::string namespace_name;  // of the Ingress
  };
  struct Source {
    std::shared_ptr<const router::VirtualHost> served;
    std::vector<Wish> wishes;
    std::vector<Finding> findings;  // on what is no name
  };
  // What the table has under a derived name.
  struct Placed {
    Kind kind = Kind::alias;
    std::string host;  // it is derived from
    std::shared_ptr<const router::VirtualHost> served;
    int redirect_code = 308;
    friend bool operator==(const Placed&, const Placed&) = default;
  };
  struct Claim {
    const Source* source;
    const Wish* wish;
    std::string_view host;
  };

  void read(const std::string& host, const Ingress& ingress, const Ingress& oldest, Source& source) const;
  void add_aliases(const Ingress& ingress, const std::vector<std::string>& aliases, Source& source) const;
  void touch(const Source& source);
  void publish_name(const std::string& name, router::TableBuilder& builder, bool has_rules);
  void publish_patterns(router::TableBuilder& builder);
  [[nodiscard]] std::shared_ptr<const router::VirtualHost> make(const Claim& claim,
                                                                const std::string& name) const;
  [[nodiscard]] std::string field_of(Kind kind) const;

  std::string prefix_;
  int redirect_code_ = 308;
  std::map<std::string, Source> sources_;                // by host; only those with wishes or findings
  std::map<std::string, std::set<std::string>> wanted_;  // derived name → hosts that want it
  std::map<std::string, Placed> placed_;                 // by derived name: what is in the table
  std::set<std::string> dirty_;
  bool patterns_dirty_ = false;
  HostFindings conflicts_;  // by derived name; of patterns under "~"
};

}  // namespace headgate::k8swatch
