// Puts the HTTP library's number-and-phrase errors into words that name the server.
#pragma once

#include <string>
#include <string_view>

#include "k8swatch/api_transport.h"
#include "tls/peer_trust.h"

namespace headgate::k8swatch {

// What the library said (cpprestsdk 2.10: an error number without its category, and a phrase of its own).
struct LibraryFault {
  int code = 0;
  std::string phrase;  // "Error in SSL handshake"
};

// `notes`: of the lane's last handshake. `expected_name`: whom the certificate should have been for.
ApiError api_error(std::string_view server, const LibraryFault& fault, const tls::HandshakeNotes& notes,
                   std::string_view expected_name);

}  // namespace headgate::k8swatch
