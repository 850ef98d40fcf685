#include "tls/client_auth.h"

#include <openssl/err.h>
#include <openssl/sha.h>

#include <utility>

#include "tls/authorities.h"
#include "tls/client_auth_state.h"
#include "tls/pem.h"

namespace headgate::tls {
namespace {

// A Secret has at most 1 MiB; the names of all CAs go out in each handshake.
constexpr std::size_t kMostText = std::size_t{1024} * 1024;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<void> add_revocations(std::string_view pem, ClientAuth::State& state) {
  PemReader reader(pem);
  PemBlock block;
  std::size_t count = 0;
  while (reader.next(block)) {
    if (block.label.empty()) return fail("a BEGIN line of ca.crl has no end");
    if (block.label != "X509 CRL") continue;
    const std::string which = "list " + std::to_string(++count) + " of ca.crl";
    if (block.broken) return fail(which + " is cut off or not base64");
    const unsigned char* at = bytes(block.der);
    const CrlHandle list(d2i_X509_CRL(nullptr, &at, static_cast<long>(block.der.size())));
    if (list == nullptr) return fail(which + " is not a revocation list");
    if (X509_STORE_add_crl(state.store.get(), list.get()) != 1)
      return fail(which + " cannot be used: " + take_openssl_error());
  }
  if (count == 0) return fail("ca.crl has no revocation list in PEM form");
  // As nginx does: every CA of the chain needs a list, and it must not be out of date.
  X509_STORE_set_flags(state.store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

std::string digest_of(VerifyClient verify, int depth, std::string_view ca, std::string_view crl) {
  // The sizes keep a byte of one text from counting for the next one.
  std::string text = std::to_string(static_cast<int>(verify)) + ' ' + std::to_string(depth) + ' ' +
                     std::to_string(ca.size()) + ' ' + std::to_string(crl.size()) + '\n';
  text += ca;
  text += crl;
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes(text), text.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace

ClientAuth::ClientAuth(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClientAuth::~ClientAuth() = default;

Result<std::shared_ptr<const ClientAuth>> ClientAuth::make(VerifyClient verify, int depth,
                                                           std::string_view ca, std::string_view crl) {
  if (const auto good = check_depth(depth); !good) return fail(good.error().message);
  if (ca.size() > kMostText || crl.size() > kMostText)
    return fail("ca.crt or ca.crl is larger than " + std::to_string(kMostText) + " bytes");
  auto state = std::make_unique<State>();
  state->verify = verify;
  state->depth = depth;
  state->digest = digest_of(verify, depth, ca, crl);
  state->store.reset(X509_STORE_new());
  state->names.reset(sk_X509_NAME_new_null());
  if (state->store == nullptr || state->names == nullptr) return fail("out of memory");
  Result<void> added = add_authorities(ca, state->store.get(), state->names.get());
  if (added && !crl.empty()) added = add_revocations(crl, *state);
  ERR_clear_error();
  if (!added) return fail(added.error().message);
  return std::shared_ptr<const ClientAuth>(new ClientAuth(std::move(state)));
}

VerifyClient ClientAuth::verify() const { return state_->verify; }
std::string_view ClientAuth::digest() const { return state_->digest; }

}  // namespace headgate::tls
