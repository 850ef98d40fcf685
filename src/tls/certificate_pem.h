// A Certificate as PEM again (RFC 7468), for files that keep it.
#pragma once

#include <string>

#include "tls/certificate.h"

namespace headgate::tls {

// Leaf first, intermediates behind it.
std::string chain_pem(const Certificate& certificate);
// The private key. The caller keeps it from others and overwrites it. Of whatever form the key was given in,
// under the one label "PRIVATE KEY": Certificate::from_pem() tells the forms apart by themselves.
std::string key_pem(const Certificate& certificate);

}  // namespace headgate::tls
