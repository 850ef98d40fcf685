// The annotations ssl-ciphers and ssl-prefer-server-ciphers: the TLS 1.2 ciphers of a host.
#pragma once

#include <string>

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// tls::CipherList::usable of the list; empty where the global one counts.
std::string read_ssl_ciphers(AnnotationReader& reader);

}  // namespace headgate::k8swatch
