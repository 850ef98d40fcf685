#include "router/backend_choice.h"

#include "base/text_hash.h"

namespace headgate::router {
namespace {

// Cookies outlive the process: never to be changed.
constexpr std::uint64_t kTagSeed = 0x6865616467617465ULL;

bool is_bound_to(const policy::Balancing& balancing, const Cluster& cluster,
                 const policy::RequestView& request) {
  if (!balancing.affinity) return false;
  const std::string_view cookie = policy::cookie_value(request.head.fields, balancing.affinity->cookie);
  return !cookie.empty() && policy::split_session_value(cookie).backend == session_tag(cluster);
}

}  // namespace

bool operator==(const BackendChoiceRef& a, const BackendChoiceRef& b) {
  return a.choice == b.choice || (a.choice != nullptr && b.choice != nullptr && *a.choice == *b.choice);
}

std::string session_tag(const Cluster& cluster) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::uint64_t bits = text_hash(cluster.name, kTagSeed);
  std::string tag(16, '0');
  for (char& digit : tag) {
    digit = kDigits[bits & 15];
    bits >>= 4;
  }
  return tag;
}

const Alternative* choose_alternative(const BackendChoice& choice, const Cluster& primary,
                                      const policy::RequestView& request, std::uint32_t random) {
  if (choice.alternatives.empty() || is_bound_to(choice.balancing, primary, request)) return nullptr;
  for (const Alternative& each : choice.alternatives)
    if (is_bound_to(each.balancing, *each.cluster, request)) return &each;
  const Alternative* drawn = nullptr;
  std::uint64_t shares = 0;
  for (const Alternative& each : choice.alternatives) {
    switch (each.rule.judge(request)) {
      case policy::CanaryRule::Verdict::canary:
        return &each;
      case policy::CanaryRule::Verdict::primary:
        break;
      case policy::CanaryRule::Verdict::by_weight:
        shares += each.rule.share();
        if (drawn == nullptr && random < shares) drawn = &each;
        break;
    }
  }
  return drawn;
}

std::string to_string(const BackendChoice& choice) {
  std::string out;
  choice.balancing.describe(out);
  for (const Alternative& each : choice.alternatives) {
    out += "; canary " + each.cluster->name + " (Ingress " + each.namespace_name + "/" + each.ingress + ")";
    each.rule.describe(out);
    each.balancing.describe(out);
  }
  return out;
}

}  // namespace headgate::router
