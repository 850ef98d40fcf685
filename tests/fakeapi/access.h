// Who may do what: tokens, client certificates and rules that take rights away. Without tokens everybody may
// do everything.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fakeapi/api_request.h"

namespace headgate::fakeapi {

class Access {
 public:
  void allow_token(const std::string& token, const std::string& user) { users_[token] = user; }
  void revoke_tokens() { users_.clear(); }
  // From now on a client needs a token or a certificate, even if no token is left.
  void require() { required_ = true; }
  // Verb and resource ("list", "secrets"; "update", "ingresses/status"); "*" is any.
  void forbid(const std::string& verb, const std::string& resource) {
    forbidden_.push_back({verb, resource});
  }
  void forbid_nothing() { forbidden_.clear(); }

  // Throws ApiError 401 or 403.
  void check(const ApiRequest& request) const;

 private:
  struct Rule {
    std::string verb, resource;
  };
  [[nodiscard]] std::string user_of(const ApiRequest& request) const;

  std::map<std::string, std::string> users_;  // by token
  bool required_ = false;
  std::vector<Rule> forbidden_;
};

}  // namespace headgate::fakeapi
