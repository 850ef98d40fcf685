#include "tls/authorities.h"

#include <string>

#include "tls/openssl_handles.h"
#include "tls/pem.h"

namespace headgate::tls {
namespace {

constexpr int kMostDepth = 100;
constexpr std::size_t kMostAuthorities = 512;

// Adds the subject of a CA unless it is in the list.
bool add_name(STACK_OF(X509_NAME) * names, const X509* authority) {
  const X509_NAME* const subject = X509_get_subject_name(authority);
  for (int i = 0; i < sk_X509_NAME_num(names); ++i) {
    if (X509_NAME_cmp(sk_X509_NAME_value(names, i), subject) == 0) return true;
  }
  NameHandle copy(X509_NAME_dup(subject));
  if (copy == nullptr || sk_X509_NAME_push(names, copy.get()) == 0) return false;
  (void)copy.release();  // the list's now
  return true;
}

}  // namespace

Result<void> add_authorities(std::string_view pem, X509_STORE* store, STACK_OF(X509_NAME) * names) {
  PemReader reader(pem);
  PemBlock block;
  std::size_t count = 0;
  while (reader.next(block)) {
    if (block.label.empty()) return fail("a BEGIN line of ca.crt has no end");
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
    const std::string which = "certificate " + std::to_string(++count) + " of ca.crt";
    if (count > kMostAuthorities)
      return fail("ca.crt has more than " + std::to_string(kMostAuthorities) + " certificates");
    if (block.broken) return fail(which + " is cut off or not base64");
    const X509Handle authority = parse_certificate(block.der);
    if (authority == nullptr) return fail(which + " is not an X.509 certificate");
    if (X509_STORE_add_cert(store, authority.get()) != 1 ||
        (names != nullptr && !add_name(names, authority.get())))
      return fail(which + " cannot be used: " + take_openssl_error());
  }
  if (count == 0) return fail("ca.crt has no certificate in PEM form");
  return {};
}

Result<void> check_depth(int depth) {
  if (depth >= 0 && depth <= kMostDepth) return {};
  return fail("a depth of " + std::to_string(depth) + " is not between 0 and " + std::to_string(kMostDepth));
}

}  // namespace headgate::tls
