#include "k8swatch/annotations/authentication.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

Result<void> check_type(std::string_view value) {
  if (value != "basic" && value != "digest") return fail(quoted(value) + " is none of basic, digest");
  return {};
}

Result<void> check_secret_type(std::string_view value) {
  if (value != "auth-file" && value != "auth-map")
    return fail(quoted(value) + " is none of auth-file, auth-map");
  return {};
}

// It goes into a quoted string as it is: no '"', no '\'.
Result<void> check_realm(std::string_view value) {
  if (!is_made_of(value, "-._~/: "))
    return fail(quoted(value) + " holds something else than letters, digits, blanks and -._~/:");
  return {};
}

Result<void> check_satisfy(std::string_view value) {
  if (value != "any" && value != "all") return fail(quoted(value) + " is none of any, all");
  return {};
}

constexpr std::array kRows = {
    AnnotationRow{
        "auth-type", AnnotationGroup::authentication, "`basic` or `digest`", check_type,
        OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "",
        "Asks for a name and a password; others get 401. `digest` is RFC 7616 with `qop=auth`: a challenge "
        "is "
        "good for 60 s, and for 10 s and 20 requests after the first of them; another replica gives a new "
        "one (`stale=true`)"},
    AnnotationRow{
        "auth-secret", AnnotationGroup::authentication, "`[namespace/]name`", check_object_name,
        OnInvalid::deny_location, AnnotationScope::path, AnnotationRisk::medium, "",
        "Secret with the passwords' hashes: bcrypt (up to 2^12), apr1, `{SHA}`, `{SSHA}`, `{PLAIN}`, "
        "`$1$`, `$5$`, `$6$` (up to 100000 rounds), DES. For `digest`: lines `name:realm:hash` of htdigest, "
        "MD5 or SHA-256, of which those with the realm of `auth-realm` count. Where it is missing, or of "
        "another "
        "namespace, the paths answer 503",
        "",
        "A hash that costs more lets nobody in, and is a Finding: log-ins at one Ingress must not take the "
        "processor from all others"},
    AnnotationRow{
        "auth-secret-type", AnnotationGroup::authentication, "`auth-file` or `auth-map`", check_secret_type,
        OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "auth-file",
        "`auth-file`: the key `auth` is a htpasswd file; `auth-map`: each key is a name and its value "
        "the hash, which must begin with `$` or `{` (for `digest` `realm:hash`)"},
    AnnotationRow{"auth-realm", AnnotationGroup::authentication, "letters, digits, blanks and `-._~/:`",
                  check_realm, OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::medium, "",
                  "What the client is told the password is for"},
    AnnotationRow{"satisfy", AnnotationGroup::authentication, "`any` or `all`", check_satisfy,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::low, "all",
                  "`any`: the allow list, a password or the auth service is enough. The deny list counts all "
                  "the same (in ingress-nginx a password passes it)"},
};

}  // namespace

std::span<const AnnotationRow> authentication_rows() { return kRows; }

AuthenticationAnnotations read_authentication_annotations(AnnotationReader& reader) {
  AuthenticationAnnotations result;
  if (const auto type = reader.text("auth-type"))
    result.type =
        *type == "basic" ? AuthenticationAnnotations::Type::basic : AuthenticationAnnotations::Type::digest;
  if (const auto secret = reader.text("auth-secret"))
    result.secret = secret->find('/') != std::string_view::npos
                        ? std::string(*secret)
                        : name_key(reader.ingress().metadata.namespace_name, *secret);
  result.secret_map = reader.text("auth-secret-type") == "auth-map";
  result.realm = reader.text("auth-realm").value_or("");
  result.satisfy_any = reader.text("satisfy") == "any";
  using Type = AuthenticationAnnotations::Type;
  const bool secret_is_told = std::any_of(
      reader.problems().begin(), reader.problems().end(),
      [](const AnnotationProblem& problem) { return problem.annotation.ends_with("/auth-secret"); });
  if (result.type != Type::none && result.secret.empty() && !secret_is_told)
    reader.note("auth-type", OnInvalid::deny_location,
                "needs auth-secret; every path of this Ingress answers 503");
  else if (result.type == Type::none && !result.secret.empty())
    reader.note("auth-secret", OnInvalid::use_default,
                "has no effect without auth-type: the paths are served WITHOUT this protection");
  return result;
}

}  // namespace headgate::k8swatch
