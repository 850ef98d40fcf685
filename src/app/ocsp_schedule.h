// When which certificate's OCSP response is to be fetched: at once for a new one, again at half of a staple's
// life, later and later while it fails. Sans-I/O; control thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "tls/certificate.h"

namespace headgate::app {

class OcspSchedule {
 public:
  using CertificatePointer = std::shared_ptr<const tls::Certificate>;
  static constexpr std::size_t kMostRunning = 4;
  static constexpr std::chrono::seconds kFirstRetry{60};
  static constexpr std::chrono::seconds kLongestRetry{3600};
  static constexpr std::chrono::seconds kShortestRefresh{60};

  // The certificates to care for from now on; others are forgotten. New ones are due at once.
  void set_certificates(const std::vector<CertificatePointer>& certificates, TimePoint now);
  // One that is due, whose fetch begins now; null: none, or kMostRunning run.
  CertificatePointer take_due(TimePoint now);
  // When take_due() may give one; nothing: not before something ends or changes.
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  // What became of a fetch; each call ends one take_due().
  void succeeded(const CertificatePointer& certificate, std::chrono::seconds refresh_in, TimePoint now);
  // Returns when the next try is.
  std::chrono::seconds failed(const CertificatePointer& certificate, TimePoint now);
  // It names no responder: never again.
  void gave_up(const CertificatePointer& certificate);

 private:
  struct Entry {
    CertificatePointer certificate;
    unsigned failures = 0;
    std::optional<TimePoint> due;  // nothing: runs, or never again
    bool wanted = true;            // scratch of set_certificates()
  };
  using Key = const tls::Certificate*;

  Entry* end_fetch(const CertificatePointer& certificate);
  void plan(Entry& entry, TimePoint due);

  std::unordered_map<Key, Entry> entries_;
  std::set<std::pair<TimePoint, Key>> queue_;  // of the entries with `due`
  std::size_t running_ = 0;
};

}  // namespace headgate::app
