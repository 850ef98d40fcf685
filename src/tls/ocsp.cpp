#include "tls/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <ctime>
#include <optional>
#include <utility>

#include "tls/certificate_state.h"
#include "tls/openssl_handles.h"

namespace headgate::tls {
namespace {

constexpr std::int64_t kClockSkew = 300;  // a responder's clock may be ahead by this
constexpr std::int64_t kLifetimeWithoutNextUpdate = 3600;

using RequestHandle = Handle<OCSP_REQUEST, OCSP_REQUEST_free>;
using ResponseHandle = Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using BasicHandle = Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using IdHandle = Handle<OCSP_CERTID, OCSP_CERTID_free>;

// OpenSSL's objects for the leaf and its issuer, for the time of one call: an idle certificate keeps none.
struct Pair {
  X509Handle leaf;
  X509Handle issuer;
};

Result<Pair> read_pair(const Certificate& certificate) {
  Pair pair{parse_certificate(certificate.state().leaf), nullptr};
  if (pair.leaf == nullptr) return fail("OpenSSL cannot read the certificate");
  for (const auto& intermediate : certificate.state().intermediates) {
    X509Handle candidate = parse_certificate(intermediate->der());
    if (candidate == nullptr || X509_check_issued(candidate.get(), pair.leaf.get()) != X509_V_OK) continue;
    pair.issuer = std::move(candidate);
    return pair;
  }
  return fail("the issuer of the certificate is not in its chain");
}

// SHA-1 identifies here, it protects nothing; it is what responders understand (RFC 5019 §2.1.1).
IdHandle id_of(const Pair& pair) {
  return IdHandle(OCSP_cert_to_id(EVP_sha1(), pair.leaf.get(), pair.issuer.get()));
}

void free_urls(STACK_OF(OPENSSL_STRING) * urls) { X509_email_free(urls); }

std::optional<std::int64_t> seconds_of(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return ::timegm(&parts);
}

// Signed by the issuer itself, or by a certificate that the issuer gave for this (RFC 6960 §4.2.2.2).
bool is_signed(OCSP_BASICRESP* basic, X509* issuer) {
  const StoreHandle store(X509_STORE_new());
  const X509ChainHandle issuers(sk_X509_new_null());
  if (store == nullptr || issuers == nullptr || X509_STORE_add_cert(store.get(), issuer) != 1 ||
      X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) != 1 || X509_up_ref(issuer) != 1)
    return false;
  if (sk_X509_push(issuers.get(), issuer) == 0) {
    X509_free(issuer);
    return false;
  }
  return OCSP_basic_verify(basic, issuers.get(), store.get(), OCSP_TRUSTOTHER) == 1;
}

Result<OcspRequest> make_request(const Certificate& certificate) {
  auto pair = read_pair(certificate);
  if (!pair) return fail(pair.error().message);
  const Handle<STACK_OF(OPENSSL_STRING), free_urls> urls(X509_get1_ocsp(pair->leaf.get()));
  if (urls == nullptr || sk_OPENSSL_STRING_num(urls.get()) < 1)
    return fail("the certificate names no OCSP responder");
  const RequestHandle request(OCSP_REQUEST_new());
  IdHandle id = id_of(*pair);
  if (request == nullptr || id == nullptr || OCSP_request_add0_id(request.get(), id.get()) == nullptr)
    return fail("cannot make an OCSP request: " + take_openssl_error());
  (void)id.release();  // the request's now
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_REQUEST(request.get(), &der);
  if (size <= 0) return fail("cannot make an OCSP request: " + take_openssl_error());
  OcspRequest made{sk_OPENSSL_STRING_value(urls.get(), 0),
                   std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size))};
  OPENSSL_free(der);
  return made;
}

Result<std::shared_ptr<const OcspStaple>> judge(const Certificate& certificate, std::string_view bytes,
                                                std::int64_t now) {
  if (bytes.size() > kMostOcspResponse)
    return fail("the OCSP response has more than " + std::to_string(kMostOcspResponse) + " bytes");
  auto pair = read_pair(certificate);
  if (!pair) return fail(pair.error().message);
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const ResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(bytes.size())));
  if (response == nullptr) return fail("what came is not an OCSP response");
  const int answered = OCSP_response_status(response.get());
  if (answered != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return fail(std::string("the OCSP responder says ") + OCSP_response_status_str(answered));
  const BasicHandle basic(OCSP_response_get1_basic(response.get()));
  if (basic == nullptr) return fail("the OCSP response has no basic response");
  if (!is_signed(basic.get(), pair->issuer.get()))
    return fail("the OCSP response is not signed in the issuer's name: " + take_openssl_error());

  const IdHandle id = id_of(*pair);
  int status = 0;
  int reason = 0;
  ASN1_GENERALIZEDTIME* revoked_at = nullptr;
  ASN1_GENERALIZEDTIME* this_update = nullptr;
  ASN1_GENERALIZEDTIME* next_update = nullptr;
  if (id == nullptr || OCSP_resp_find_status(basic.get(), id.get(), &status, &reason, &revoked_at,
                                             &this_update, &next_update) != 1)
    return fail("the OCSP response is about another certificate");
  if (status != V_OCSP_CERTSTATUS_GOOD)
    return fail(std::string("the OCSP responder says the certificate is ") + OCSP_cert_status_str(status));
  const std::optional<std::int64_t> from = seconds_of(this_update);
  if (!from) return fail("the OCSP response has no readable date");
  if (*from > now + kClockSkew) return fail("the OCSP response is of the future");
  std::int64_t until = now + kLifetimeWithoutNextUpdate;
  if (next_update != nullptr) {
    const std::optional<std::int64_t> said = seconds_of(next_update);
    if (!said) return fail("the OCSP response has no readable date");
    until = *said;
  }
  if (until <= now) return fail("the OCSP response is out of date");
  auto staple = std::make_shared<OcspStaple>();
  staple->response = bytes;
  staple->this_update = *from;
  staple->next_update = until;
  return std::shared_ptr<const OcspStaple>(std::move(staple));
}

}  // namespace

Result<OcspRequest> make_ocsp_request(const Certificate& certificate) {
  auto request = make_request(certificate);
  ERR_clear_error();
  return request;
}

Result<std::shared_ptr<const OcspStaple>> read_ocsp_response(const Certificate& certificate,
                                                             std::string_view response, std::int64_t now) {
  auto staple = judge(certificate, response, now);
  ERR_clear_error();
  return staple;
}

}  // namespace headgate::tls
