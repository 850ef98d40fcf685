// What ClientAuth gives to a handshake.
#pragma once

#include <string>

#include "tls/client_auth.h"
#include "tls/openssl_handles.h"

namespace headgate::tls {

struct ClientAuth::State {
  VerifyClient verify = VerifyClient::on;
  int depth = 1;
  std::string digest;
  StoreHandle store;
  NameListHandle names;  // of the CAs: sent to the client, so that it can choose a certificate
};

}  // namespace headgate::tls
