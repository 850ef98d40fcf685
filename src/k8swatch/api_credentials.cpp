#include "k8swatch/api_credentials.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace headgate::k8swatch {
namespace {

// "Bearer …": one line of visible bytes, so that it cannot become a field of its own.
Result<std::string> bearer(std::string_view token) {
  const std::size_t begin = std::min(token.find_first_not_of(" \t\r\n"), token.size());
  token = token.substr(begin, token.find_last_not_of(" \t\r\n") + 1 - begin);
  if (token.empty()) return fail("is empty");
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 127; }))
    return fail("is not one word of ASCII");
  return "Bearer " + std::string(token);
}

Result<void> check_token(std::string_view text) {
  const Result<std::string> value = bearer(text);
  if (!value) return fail(value.error().message);
  return {};
}

// Names the file that a message about trust is about.
std::string with_path(const std::string& message, const Credential& authority,
                      const Credential& certificate) {
  const bool own = message.find("client") != std::string::npos;
  const std::string& path = own ? certificate.path() : authority.path();
  return path.empty() ? message : message + " (" + path + ")";
}

}  // namespace

ApiCredentials::ApiCredentials(ApiTarget target, ControlPost::Post post, Now now)
    : target_(std::move(target)),
      now_(std::move(now)),
      authority_(target_.certificate_authority),
      certificate_(target_.client_certificate),
      key_(target_.client_key),
      token_(target_.token, check_token) {
  if (!target_.exec) return;
  const auto cluster = [this] {
    const Result<std::string> authority = authority_.text(now_());
    return exec_cluster(target_, authority ? *authority : "");
  };
  exec_ = std::make_unique<ExecRunner>(*target_.exec, cluster, std::move(post));
}

void ApiCredentials::get(std::function<void(const Result<ApiAccess>&)> ready) {
  if (exec_ == nullptr) return ready(access(now_(), nullptr));
  exec_->get([this, ready = std::move(ready)](const Result<ExecCredential>& plugin) {
    if (!plugin) return ready(fail(target_.origin + ": " + plugin.error().message));
    ready(access(now_(), &*plugin));
  });
}

Result<ApiAccess> ApiCredentials::access(TimePoint now, const ExecCredential* plugin) {
  const auto failed = [this](const Error& error) { return fail(target_.origin + ": " + error.message); };
  ApiAccess access;
  access.server = target_.server;
  access.server_name = target_.server_name;
  if (access.server.starts_with("https://")) {
    if (const Result<void> fresh = refresh_trust(now, plugin); !fresh) {
      for (Credential* each : {&authority_, &certificate_, &key_}) each->look_again(now);
      if (trust_ == nullptr) return failed(fresh.error());
      // Half-replaced files: what was good stays, and soon they are looked at again.
      if (last_complaint_ != fresh.error().message)
        log::warning(target_.origin + ": " + fresh.error().message);
      last_complaint_ = fresh.error().message;
    }
    access.trust = trust_;
  }
  if (plugin != nullptr && !plugin->token.empty()) {
    Result<std::string> value = bearer(plugin->token);
    if (!value) return fail(target_.origin + ": the token " + value.error().message);
    access.authorization = *std::move(value);
  } else if (!token_.empty()) {
    const Result<std::string> text = token_.text(now);
    if (!text) return fail(target_.origin + ": token " + text.error().message);
    Result<std::string> value = bearer(*text);
    if (!value) return fail(target_.origin + ": the token " + value.error().message);
    access.authorization = *std::move(value);
  }
  authorization_ = access.authorization;
  return access;
}

Result<void> ApiCredentials::refresh_trust(TimePoint now, const ExecCredential* plugin) {
  std::string authority;
  if (!target_.any_server) {
    Result<std::string> text = authority_.text(now);
    if (!text) return fail("certificate authority " + text.error().message);
    authority = *std::move(text);
  }
  std::string certificate = plugin == nullptr ? "" : plugin->certificate;
  std::string key = plugin == nullptr ? "" : plugin->key;
  if (!certificate_.empty()) {
    Result<std::string> own = certificate_.text(now);
    if (!own) return fail("client certificate " + own.error().message);
    Result<std::string> its_key = key_.text(now);
    if (!its_key) return fail("client key " + its_key.error().message);
    certificate = *std::move(own);
    key = *std::move(its_key);
  }
  if (trust_ != nullptr && authority == authority_text_ && certificate == certificate_text_ &&
      key == key_text_)
    return {};
  auto trust = tls::PeerTrust::make(
      {.ca = authority, .any_server = target_.any_server, .certificate = certificate, .key = key});
  if (!trust) return fail(with_path(trust.error().message, authority_, certificate_));
  trust_ = *std::move(trust);
  authority_text_ = std::move(authority);
  certificate_text_ = std::move(certificate);
  key_text_ = std::move(key);
  last_complaint_.clear();
  return {};
}

void ApiCredentials::refused(const ApiAccess& access) {
  // One that was given out before the current one says nothing about the current one.
  if (access.authorization != authorization_ || access.trust != trust_) return;
  if (exec_ != nullptr) exec_->forget();
  token_.forget();
  certificate_.expire();
  key_.expire();
}

void ApiCredentials::distrusted() {
  authority_.expire();
  certificate_.expire();
  key_.expire();
}

}  // namespace headgate::k8swatch
