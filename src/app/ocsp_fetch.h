// Asks one OCSP responder one question over HTTP (RFC 6960 §A.1), asynchronously and within bounds of time
// and size. Control thread only.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "tls/ocsp.h"

namespace headgate::app {

struct OcspFetchOptions {
  std::chrono::milliseconds timeout{10000};  // for all of it, from the name to the last byte
  // Loopback and link-local addresses may be asked. In a cluster they are the controller's own node and its
  // metadata service, and whoever writes a certificate names the responder.
  bool allow_local = false;
};

// `done` is called exactly once, from `io`, unless `io` is destroyed before: with the DER response, not yet
// judged, or why there is none.
void fetch_ocsp(boost::asio::io_context& io, const tls::OcspRequest& request, const OcspFetchOptions& options,
                std::function<void(Result<std::string>)> done);

}  // namespace headgate::app
