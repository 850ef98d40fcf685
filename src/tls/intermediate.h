// A certificate between the leaf and the root. Ten thousand leaves have a handful of them: an
// IntermediatePool lets equal ones be one object, parsed once.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tls/openssl_handles.h"

namespace headgate::tls {

// Immutable, shared by all threads.
class Intermediate {
 public:
  explicit Intermediate(std::string der) : der_(std::move(der)) {}
  [[nodiscard]] const std::string& der() const { return der_; }
  // Made at the first call; null where OpenSSL does not take it.
  [[nodiscard]] X509* parsed() const;

 private:
  std::string der_;
  mutable std::once_flag once_;
  mutable X509Handle parsed_;
};

// Of one thread, the one that reads certificates. Keeps none alive: what no certificate uses any more goes.
class IntermediatePool {
 public:
  std::shared_ptr<const Intermediate> intern(std::string der);
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  void drop_unused();

  std::unordered_map<std::string, std::weak_ptr<const Intermediate>> known_;  // by SHA-256 of the DER
  std::size_t drop_at_ = 64;
};

}  // namespace headgate::tls
