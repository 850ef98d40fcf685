#include "app/ocsp_schedule.h"

#include <algorithm>

namespace headgate::app {

void OcspSchedule::set_certificates(const std::vector<CertificatePointer>& certificates, TimePoint now) {
  for (auto& [key, entry] : entries_) entry.wanted = false;
  for (const CertificatePointer& certificate : certificates) {
    const auto [at, is_new] = entries_.try_emplace(certificate.get());
    at->second.wanted = true;
    if (!is_new) continue;
    at->second.certificate = certificate;
    plan(at->second, now);
  }
  std::erase_if(entries_, [this](const auto& item) {
    const Entry& entry = item.second;
    if (!entry.wanted && entry.due) queue_.erase({*entry.due, item.first});
    return !entry.wanted;
  });
}

OcspSchedule::CertificatePointer OcspSchedule::take_due(TimePoint now) {
  if (running_ == kMostRunning || queue_.empty() || queue_.begin()->first > now) return nullptr;
  Entry& entry = entries_.at(queue_.begin()->second);
  queue_.erase(queue_.begin());
  entry.due.reset();
  ++running_;
  return entry.certificate;
}

std::optional<TimePoint> OcspSchedule::deadline() const {
  if (running_ == kMostRunning || queue_.empty()) return std::nullopt;
  return queue_.begin()->first;
}

void OcspSchedule::succeeded(const CertificatePointer& certificate, std::chrono::seconds refresh_in,
                             TimePoint now) {
  Entry* const entry = end_fetch(certificate);
  if (entry == nullptr) return;
  entry->failures = 0;
  plan(*entry, now + std::max(refresh_in, kShortestRefresh));
}

std::chrono::seconds OcspSchedule::failed(const CertificatePointer& certificate, TimePoint now) {
  Entry* const entry = end_fetch(certificate);
  if (entry == nullptr) return kFirstRetry;
  constexpr unsigned kMostDoublings = 6;
  const std::chrono::seconds wait =
      std::min(kFirstRetry * (1U << std::min(entry->failures, kMostDoublings)), kLongestRetry);
  ++entry->failures;
  plan(*entry, now + wait);
  return wait;
}

void OcspSchedule::gave_up(const CertificatePointer& certificate) { end_fetch(certificate); }

// Null: the certificate was forgotten meanwhile (and may be known anew, and not running).
OcspSchedule::Entry* OcspSchedule::end_fetch(const CertificatePointer& certificate) {
  --running_;
  const auto at = entries_.find(certificate.get());
  return at == entries_.end() || at->second.due ? nullptr : &at->second;
}

void OcspSchedule::plan(Entry& entry, TimePoint due) {
  entry.due = due;
  queue_.insert({due, entry.certificate.get()});
}

}  // namespace headgate::app
