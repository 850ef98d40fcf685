#include "k8swatch/finding.h"

#include <string_view>

namespace headgate::k8swatch {
namespace {

// What tenants write is quoted in Findings: no byte of it may end the line, drive a terminal or break a
// character in two.
void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0xfU];
    }
  }
}

}  // namespace

std::string detail_of(const Finding& finding) {
  std::string text;
  if (!finding.field.empty()) {
    append_escaped(text, finding.field);
    text += ": ";
  }
  append_escaped(text, finding.reason);
  return text;
}

std::string line_of(const Finding& finding) {
  std::string text;
  append_escaped(text, finding.object);
  return text += ": " + detail_of(finding);
}

std::string to_string(const Finding& finding) {
  return (finding.severity == Severity::error ? "error: " : "warning: ") + line_of(finding);
}

void keep_findings(HostFindings& all, const std::string& name, std::vector<Finding> findings) {
  if (findings.empty())
    all.erase(name);
  else
    all[name] = std::move(findings);
}

void append_findings(std::vector<Finding>& out, const HostFindings& findings,
                     const std::set<std::string>& except) {
  for (const auto& [host, of_host] : findings)
    if (!except.contains(host)) out.insert(out.end(), of_host.begin(), of_host.end());
}

}  // namespace headgate::k8swatch
