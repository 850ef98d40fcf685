// The certificates that are served, for people and for metrics. Never a key. Any thread.
#pragma once

#include <string>
#include <vector>

#include "observe/certificate_series.h"
#include "tls/certificate_index.h"

namespace headgate::app {

// One for each host and certificate, and one for the default certificate as host "_"; in order of hosts.
std::vector<observe::CertificateSeries> certificate_series(const tls::CertificateIndex& index);

// The same as a page.
std::string certificate_page(const tls::CertificateIndex& index);

}  // namespace headgate::app
