// Keeps OCSP staples on the certificates that are served (enable-ocsp): asks their responders in the
// background, judges the answers and hands them to the handshakes. Never in anybody's way: a handshake takes
// the staple that is there, or none.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/ocsp_fetch.h"
#include "app/ocsp_schedule.h"
#include "tls/certificate_index.h"

namespace headgate::app {

// Owned by the Server; control thread only.
class OcspStapler {
 public:
  // `io` must outlive this, and run no more once this is gone.
  OcspStapler(boost::asio::io_context& io, OcspFetchOptions options);

  // What is served now. Cheap where it is what was said before.
  void update(const std::shared_ptr<const tls::CertificateIndex>& certificates, bool enabled);

 private:
  void work();
  void fetch(const OcspSchedule::CertificatePointer& certificate);
  void take(const OcspSchedule::CertificatePointer& certificate, const Result<std::string>& answer);

  boost::asio::io_context& io_;
  OcspFetchOptions options_;
  OcspSchedule schedule_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<const tls::CertificateIndex> certificates_;  // null while it is not enabled
};

}  // namespace headgate::app
