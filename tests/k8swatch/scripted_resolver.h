// A NameResolver whose answers the test gives, when it likes.
#pragma once

#include <algorithm>
#include <list>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "k8swatch/name_resolver.h"

namespace headgate::k8swatch::testing {

inline NameAnswer found(const std::vector<std::string>& addresses, int ttl_seconds = 60) {
  NameAnswer answer;
  answer.outcome = NameAnswer::Outcome::found;
  for (const std::string& address : addresses) answer.addresses.push_back(*SocketAddress::parse(address, 0));
  std::sort(answer.addresses.begin(), answer.addresses.end());
  answer.ttl = std::chrono::seconds(ttl_seconds);
  return answer;
}
inline NameAnswer absent() {
  return {NameAnswer::Outcome::absent, {}, {}, "there is no such name (NXDOMAIN)"};
}
inline NameAnswer failed() { return {NameAnswer::Outcome::failed, {}, {}, "no DNS server answered in time"}; }

class ScriptedResolver : public NameResolver {
 public:
  void resolve(const std::string& name, Done done) override { asked_.emplace_back(name, std::move(done)); }

  // The names asked for and not answered, in order.
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> names;
    for (const auto& [name, done] : asked_) names.push_back(name);
    return names;
  }
  // Answers the oldest open question for `name`.
  void answer(const std::string& name, NameAnswer answer) {
    const auto at =
        std::find_if(asked_.begin(), asked_.end(), [&](const auto& each) { return each.first == name; });
    if (at == asked_.end()) throw std::logic_error("nobody has asked for " + name);
    const Done done = std::move(at->second);
    asked_.erase(at);
    done(std::move(answer));
  }

 private:
  std::list<std::pair<std::string, Done>> asked_;
};

}  // namespace headgate::k8swatch::testing
