#include "tls/openssl_handles.h"

#include <openssl/err.h>

namespace headgate::tls {

std::string take_openssl_error() {
  const unsigned long first = ERR_peek_error();
  const char* reason = first == 0 ? nullptr : ERR_reason_error_string(first);
  std::string text;
  if (reason != nullptr) {
    text = reason;
  } else if (first != 0) {
    text = "OpenSSL error " + std::to_string(ERR_GET_REASON(first));
  } else {
    text = "unknown error";
  }
  ERR_clear_error();
  return text;
}

X509Handle parse_certificate(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  X509Handle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate == nullptr) ERR_clear_error();
  return certificate;
}

std::string bio_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

}  // namespace headgate::tls
