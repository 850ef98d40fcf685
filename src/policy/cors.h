// Cross-origin resource sharing (Fetch standard §3.2; the cors-* annotations of ingress-nginx): which origins
// are let in, and what answers to them say. Values shared by all threads.
//
// Two things differ from ingress-nginx: an entry of the list must match the whole Origin (there, "x" and an
// entry at its end is let in, too), and answers that depend on the Origin say so in Vary.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/answer_fields.h"
#include "policy/denial.h"
#include "policy/request_view.h"

namespace headgate::policy {

// "https://*.example.com:8443": one entry of a list of origins. Case does not count. '*' is one label, of
// letters, digits and '-'.
struct OriginPattern {
  // `scheme://[*.]host[:port]` or "null". Fails with one sentence.
  static Result<OriginPattern> parse(std::string_view text);
  [[nodiscard]] bool matches(std::string_view origin) const;

  std::string text;          // lower case
  std::size_t wildcard = 0;  // where its '*' is; 0: there is none
  friend bool operator==(const OriginPattern&, const OriginPattern&) = default;
};

struct CorsRules {
  bool any_origin = true;              // "*", whatever Origin says, and without it
  std::vector<OriginPattern> origins;  // where not any; none of them: nobody
  std::string methods;
  std::string headers;
  bool credentials = true;
  std::string expose;  // empty: not said
  std::string max_age;
  friend bool operator==(const CorsRules&, const CorsRules&) = default;
};

// An AnswerStep: the fields, on whatever is answered, in place of the pod's.
class Cors {
 public:
  explicit Cors(CorsRules rules);

  void apply(const RequestView& request, AnswerFields& answer) const;
  // Whether answers to this request say that its origin is let in.
  [[nodiscard]] bool lets_in(const RequestView& request) const;
  void describe(std::string& out) const;
  friend bool operator==(const Cors& a, const Cors& b) { return a.rules_ == b.rules_; }

 private:
  CorsRules rules_;
  std::string lines_;  // all but the origin of a list, made once
};

// An EntryStep: answers OPTIONS itself, 204, before any check of who asks. The fields come from Cors. OPTIONS
// of an origin that is not let in goes to the pod.
struct CorsPreflight {
  Cors cors;

  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string&) const {}  // with Cors
  friend bool operator==(const CorsPreflight&, const CorsPreflight&) = default;
};

}  // namespace headgate::policy
