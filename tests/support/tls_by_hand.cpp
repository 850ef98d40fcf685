// OpenSSL between two memory buffers.
#include "support/tls_by_hand.h"

#include <stdexcept>

namespace headgate::test_support {

TlsByHand::TlsByHand(const std::string& server_name)
    : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_.get())) {
  if (!ssl_) throw std::runtime_error("SSL_new");
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str());
  SSL_set_connect_state(ssl_.get());
}

std::string TlsByHand::outgoing() {
  std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
  if (!bytes.empty()) BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::string TlsByHand::hello() {
  SSL_do_handshake(ssl_.get());
  return outgoing();
}

bool TlsByHand::finish(RawClient& wire, const Deadline& deadline) {
  while (SSL_do_handshake(ssl_.get()) != 1) {
    if (const std::string bytes = outgoing(); !bytes.empty() && !wire.send(bytes)) return false;
    if (wire.reader().fill(deadline) != ReadEnd::data) return false;
    std::string& buffer = wire.reader().buffer();
    BIO_write(SSL_get_rbio(ssl_.get()), buffer.data(), static_cast<int>(buffer.size()));
    buffer.clear();
  }
  return wire.send(outgoing());
}

std::string TlsByHand::sealed(std::string_view plaintext) {
  SSL_write(ssl_.get(), plaintext.data(), static_cast<int>(plaintext.size()));
  return outgoing();
}

std::string TlsByHand::opened(RawClient& wire, const Deadline& deadline) {
  char bytes[16384];
  for (;;) {
    const int size = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (size > 0) return {bytes, static_cast<std::size_t>(size)};
    if (wire.reader().fill(deadline) != ReadEnd::data) return "";
    std::string& buffer = wire.reader().buffer();
    BIO_write(SSL_get_rbio(ssl_.get()), buffer.data(), static_cast<int>(buffer.size()));
    buffer.clear();
  }
}

std::string TlsByHand::key_update() {
  SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
  SSL_do_handshake(ssl_.get());
  return outgoing();
}

std::string cut_record(std::string_view record, std::size_t size) {
  const std::string_view head = record.substr(0, 3);  // type and version
  record.remove_prefix(5);
  std::string records;
  while (!record.empty()) {
    const std::string_view piece = record.substr(0, size);
    records.append(head);
    records += static_cast<char>(piece.size() >> 8);
    records += static_cast<char>(piece.size() & 255);
    records.append(piece);
    record.remove_prefix(piece.size());
  }
  return records;
}

}  // namespace headgate::test_support
