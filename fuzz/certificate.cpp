// What a Secret holds as a certificate: a chain, a line of two '#', a key. Whatever it is, it is refused in
// a sentence or its facts hold together, and reading it again says the same.
#include "tls/certificate.h"

#include <algorithm>
#include <string>

#include "fuzz/check.h"
#include "fuzz/input.h"
#include "tls/ocsp.h"

using namespace headgate;
using namespace headgate::fuzz;

namespace {

constexpr std::string_view kBetween = "##\n";

void check_facts(const tls::Certificate& certificate) {
  const tls::CertificateFacts& facts = certificate.facts();
  FUZZ_CHECK(facts.fingerprint.size() == 64);
  for (const std::string& name : facts.names) {
    FUZZ_CHECK(!name.empty() && name.size() <= 256);
    FUZZ_CHECK(std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
    FUZZ_CHECK(certificate.covers(name));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t at = text.find(kBetween);
  const Input chain(text.substr(0, at));
  const Input key(at == std::string_view::npos ? std::string_view() : text.substr(at + kBetween.size()));
  const auto certificate = tls::Certificate::from_pem(chain.view(), key.view());
  const auto again = tls::Certificate::from_pem(chain.view(), key.view());
  FUZZ_CHECK(certificate.has_value() == again.has_value());
  if (!certificate) {
    FUZZ_CHECK(!certificate.error().message.empty() && certificate.error().message == again.error().message);
    return 0;
  }
  check_facts(**certificate);
  (void)(*certificate)->parsed();
  (void)tls::make_ocsp_request(**certificate);
  return 0;
}
