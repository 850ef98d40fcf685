// What is taken of the certificates that clients send, and what is kept of them: anybody may send any, so
// they cost a bounded time, and nothing once they have proved nothing.
#pragma once

#include <openssl/ssl.h>

namespace headgate::tls {

// Makes `context` judge chains and keep sessions by these bounds.
void bound_client_chains(SSL_CTX* context);

}  // namespace headgate::tls
