// A pod for tests that speaks HTTP/1.1 inside TLS: records each connection's handshake, answers every request
// with 200 and what it was asked.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "support/stream_pod.h"

struct ssl_ctx_st;

namespace headgate::test_support {

struct TlsPodOptions {
  std::string chain;            // PEM
  std::string key;              // PEM
  std::string client_ca;        // PEM; not empty: a client certificate of it is required
  int most_version = 0;         // TLS1_2_VERSION …; 0: any
  std::size_t requests = 1000;  // on one connection, before it is closed; 0: after the handshake
};

struct TlsPodHandshake {
  bool done = false;
  bool resumed = false;
  std::string server_name;     // SNI, or empty
  std::string client_subject;  // one line, or empty
  std::string protocol;        // "TLSv1.3"
  std::string cipher;
};

class TlsPod {
 public:
  explicit TlsPod(TlsPodOptions options);

  [[nodiscard]] std::uint16_t port() const { return pod_->port(); }
  // In order; failed ones too.
  [[nodiscard]] std::vector<TlsPodHandshake> handshakes() const;
  [[nodiscard]] TlsPodHandshake last() const;
  // Of the requests, in order, each without the empty line at its end.
  [[nodiscard]] std::vector<std::string> heads() const;

 private:
  void serve(int fd);

  TlsPodOptions options_;
  std::shared_ptr<ssl_ctx_st> context_;
  mutable std::mutex mutex_;
  std::vector<TlsPodHandshake> handshakes_;
  std::vector<std::string> heads_;
  std::unique_ptr<StreamPod> pod_;  // ends first
};

}  // namespace headgate::test_support
