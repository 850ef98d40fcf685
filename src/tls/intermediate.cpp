#include "tls/intermediate.h"

#include <openssl/sha.h>

#include <algorithm>

namespace headgate::tls {

X509* Intermediate::parsed() const {
  std::call_once(once_, [this] { parsed_ = parse_certificate(der_); });
  return parsed_.get();
}

std::shared_ptr<const Intermediate> IntermediatePool::intern(std::string der) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(der.data()), der.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  std::weak_ptr<const Intermediate>& place = known_[std::move(digest)];
  std::shared_ptr<const Intermediate> shared = place.lock();
  if (shared == nullptr) {
    // Not make_shared: the weak pointer would keep the bytes as long as itself.
    shared.reset(new Intermediate(std::move(der)));
    place = shared;
    if (known_.size() >= drop_at_) drop_unused();
  }
  return shared;
}

void IntermediatePool::drop_unused() {
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  drop_at_ = std::max<std::size_t>(64, known_.size() * 2);
}

}  // namespace headgate::tls
