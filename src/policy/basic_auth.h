// Who asks, by name and password (RFC 7617; auth-type: basic of ingress-nginx). What has to be hashed is left
// to the proxy: see question_of(). Values shared by all threads.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "policy/denial.h"
#include "policy/password_list.h"
#include "policy/request_edit.h"
#include "policy/request_view.h"

namespace headgate::policy {

// Whether `password` is the one whose hash is given.
struct PasswordQuestion {
  const PasswordHash* hash = nullptr;  // of the PasswordList
  std::string user;
  std::string password;
};

struct BasicAuth {
  std::shared_ptr<const PasswordList> users;
  std::string realm;
  std::string source;  // "Secret default/passwords", for the dump
  std::string tenant;  // the namespace of the Ingress: hashing is shared out among these

  // Nothing: nobody is named, or nobody that is known; that is a challenge().
  [[nodiscard]] std::optional<PasswordQuestion> question_of(const RequestView& request) const;
  [[nodiscard]] Denial challenge() const;  // 401
  void describe(std::string& out) const;
  friend bool operator==(const BasicAuth& a, const BasicAuth& b) {
    return *a.users == *b.users && a.realm == b.realm && a.source == b.source && a.tenant == b.tenant;
  }
};

// A RequestStep beside BasicAuth: the password is for us, not for the pod. As in ingress-nginx.
struct WithheldCredentials {
  void apply(const RequestView&, RequestEdit& edit) const { edit.drop("Authorization"); }
  void describe(std::string&) const {}
  friend bool operator==(const WithheldCredentials&, const WithheldCredentials&) = default;
};

}  // namespace headgate::policy
