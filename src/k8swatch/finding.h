// A Finding: one thing somebody wrote that Headgate refused, ignored or could not use, and why. The raw
// material of the log, of metrics, of Events and of `headgate translate`.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace headgate::k8swatch {

enum class Severity : std::uint8_t {
  warning,  // ignored or replaced by a default; the object otherwise works
  error,    // the object, or the named part of it, does not serve
};

struct Finding {
  Severity severity = Severity::warning;
  std::string object;  // "Ingress default/web", or "conf/a.yaml:12" where no object could be read
  std::string field;   // "spec.rules[0].host", an annotation's name; may be empty
  std::string reason;  // one sentence, naming the offending value (shortened) and what is expected
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

// "Ingress default/web: spec.rules[0].host: …". One line of printable ASCII: every other byte, which only
// quoted values hold, is written as \xXX.
std::string line_of(const Finding& finding);
// The same without the object.
std::string detail_of(const Finding& finding);
// The same after its severity: "error: Ingress default/web: …"
std::string to_string(const Finding& finding);

using HostFindings = std::map<std::string, std::vector<Finding>>;  // by host; nothing wrong: no entry
// In place of what `all` has by that name (of a host, of an Ingress).
void keep_findings(HostFindings& all, const std::string& name, std::vector<Finding> findings);
void append_findings(std::vector<Finding>& out, const HostFindings& findings,
                     const std::set<std::string>& except);

}  // namespace headgate::k8swatch
