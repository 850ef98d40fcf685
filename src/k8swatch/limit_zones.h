// What all Workers count together for each Ingress (LimitZone, DigestNonces), by its name: the same one as
// long as any table uses it, so that counts go on when the Ingress changes. Control thread only; the zones
// themselves are of all threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "policy/digest_nonces.h"
#include "policy/limits.h"

namespace headgate::k8swatch {

template <typename Zone>
class ZonesOfIngresses {
 public:
  // `ingress`: its name_key.
  std::shared_ptr<Zone> zone_of(const std::string& ingress) {
    std::weak_ptr<Zone>& known = zones_[ingress];
    std::shared_ptr<Zone> zone = known.lock();
    if (zone == nullptr) {
      zone = std::make_shared<Zone>();
      known = zone;
      forget_unused();
    }
    return zone;
  }
  [[nodiscard]] std::size_t size() const { return zones_.size(); }

 private:
  // When they have become twice as many as were left the last time: the cost of a look is spread.
  void forget_unused() {
    if (zones_.size() < 2 * kept_) return;
    std::erase_if(zones_, [](const auto& each) { return each.second.expired(); });
    kept_ = std::max<std::size_t>(zones_.size(), 32);
  }

  std::map<std::string, std::weak_ptr<Zone>> zones_;
  std::size_t kept_ = 32;
};

using LimitZones = ZonesOfIngresses<policy::LimitZone>;
using NonceZones = ZonesOfIngresses<policy::DigestNonces>;

}  // namespace headgate::k8swatch
