// What a connection tells of its client's certificate.
#pragma once

#include "tls/client_auth.h"
#include "tls/openssl_handles.h"

namespace headgate::tls {

// True where only a known CA is missing: what optional_no_ca lets pass. nginx's set of errors.
bool lacks_only_a_known_ca(long verify_error);

// Fills everything of `client` in, from the certificate and what OpenSSL said of it (X509_V_…).
void describe_client(X509* leaf, long verify_result, ClientCertificate& client);

}  // namespace headgate::tls
