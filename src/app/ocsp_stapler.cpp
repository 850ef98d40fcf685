#include "app/ocsp_stapler.h"

#include <chrono>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/utc_text.h"
#include "tls/ocsp.h"

namespace headgate::app {
namespace {

// For the log; what a certificate says may hold anything.
std::string name_of(const tls::Certificate& certificate) {
  const std::vector<std::string>& names = certificate.facts().names;
  std::string text = names.empty() ? "?" : names.front().substr(0, 64);
  for (char& c : text)
    if (c <= ' ' || c >= 127) c = '?';
  return text + " (" + certificate.facts().fingerprint.substr(0, 16) + ")";
}

}  // namespace

OcspStapler::OcspStapler(boost::asio::io_context& io, OcspFetchOptions options)
    : io_(io), options_(options), timer_(io) {}

void OcspStapler::update(const std::shared_ptr<const tls::CertificateIndex>& certificates, bool enabled) {
  const std::shared_ptr<const tls::CertificateIndex> wanted = enabled ? certificates : nullptr;
  if (wanted == certificates_) return;
  certificates_ = wanted;
  std::vector<OcspSchedule::CertificatePointer> all;
  if (wanted != nullptr) {
    all.push_back(wanted->default_certificate());
    wanted->hosts().for_each([&](const tls::HostTls& host) {
      for (const auto& each : {host.certificate, host.alternative})
        if (each != nullptr) all.push_back(each);
    });
  }
  schedule_.set_certificates(all, Clock::now());
  work();
}

void OcspStapler::work() {
  while (const auto certificate = schedule_.take_due(Clock::now())) fetch(certificate);
  const std::optional<TimePoint> next = schedule_.deadline();
  timer_.cancel();
  if (!next) return;
  timer_.expires_at(*next);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) work();
  });
}

void OcspStapler::fetch(const OcspSchedule::CertificatePointer& certificate) {
  const Result<tls::OcspRequest> request = tls::make_ocsp_request(*certificate);
  if (!request) {
    log::debug("OCSP of " + name_of(*certificate) + ": " + request.error().message);
    schedule_.gave_up(certificate);
    return;
  }
  fetch_ocsp(io_, *request, options_, [this, certificate](const Result<std::string>& answer) {
    take(certificate, answer);
    work();
  });
}

void OcspStapler::take(const OcspSchedule::CertificatePointer& certificate,
                       const Result<std::string>& answer) {
  const std::int64_t now = std::time(nullptr);
  Result<std::shared_ptr<const tls::OcspStaple>> staple = fail("");
  if (answer)
    staple = tls::read_ocsp_response(*certificate, *answer, now);
  else
    staple = fail(answer.error().message);
  if (!staple) {
    const std::chrono::seconds wait = schedule_.failed(certificate, Clock::now());
    log::warning("OCSP of " + name_of(*certificate) + ": " + staple.error().message + "; next try in " +
                 std::to_string(wait.count()) + " s");
    // One that handshakes would not take any more is only memory.
    const auto held = certificate->staple();
    if (held != nullptr && held->next_update <= now) certificate->set_staple(nullptr);
    return;
  }
  const tls::OcspStaple& fresh = **staple;
  const std::int64_t half_life = fresh.this_update + (fresh.next_update - fresh.this_update) / 2;
  log::debug("OCSP of " + name_of(*certificate) + ": stapled until " + utc_text(fresh.next_update));
  certificate->set_staple(*staple);
  schedule_.succeeded(certificate, std::chrono::seconds(half_life - now), Clock::now());
}

}  // namespace headgate::app
