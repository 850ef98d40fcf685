// Splits a PEM text into its blocks (RFC 7468), as the keys of a Secret hold them. What stands between blocks
// is passed over, as everybody does.
#pragma once

#include <string>
#include <string_view>

namespace headgate::tls {

struct PemBlock {
  std::string_view label;  // "CERTIFICATE", a view into the text
  bool encrypted = false;  // has the "Proc-Type: 4,ENCRYPTED" of RFC 1421
  std::string der;         // empty where it is encrypted or broken
  bool broken = false;     // no base64 in it, or no end
};

class PemReader {
 public:
  explicit PemReader(std::string_view text) : rest_(text) {}
  // False: there are no more blocks.
  bool next(PemBlock& block);

 private:
  std::string_view rest_;
};

}  // namespace headgate::tls
