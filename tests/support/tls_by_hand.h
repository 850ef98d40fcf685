// A TLS client whose bytes a test carries itself: it may cut them as it likes before they are sent.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "support/raw_client.h"

namespace headgate::test_support {

class TlsByHand {
 public:
  explicit TlsByHand(const std::string& server_name);

  // The ClientHello: one record, at the first call.
  std::string hello();
  // Carries bytes to and fro over `wire` until the handshake is done; false: it failed or the time is over.
  bool finish(RawClient& wire, const Deadline& deadline);
  // Plaintext to ciphertext.
  std::string sealed(std::string_view plaintext);
  // Waits for plaintext.
  std::string opened(RawClient& wire, const Deadline& deadline);
  // A KeyUpdate that asks for none in return (TLS 1.3, RFC 8446 §4.6.3).
  std::string key_update();

 private:
  std::string outgoing();

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

// The record layer's view of a handshake message: `record` again as records of `size` bytes of content each.
std::string cut_record(std::string_view record, std::size_t size);

}  // namespace headgate::test_support
