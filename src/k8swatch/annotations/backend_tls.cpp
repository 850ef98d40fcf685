#include "k8swatch/annotations/backend_tls.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

using router::UpstreamProtocol;

struct NamedProtocol {
  std::string_view name;
  UpstreamProtocol protocol;
};
constexpr std::array<NamedProtocol, 5> kProtocols = {{
    {"http", UpstreamProtocol::http1},
    {"https", UpstreamProtocol::https},
    {"auto_http", UpstreamProtocol::as_client},
    {"grpc", UpstreamProtocol::h2c},
    {"grpcs", UpstreamProtocol::h2},
}};
constexpr std::string_view kFastCgi = "fcgi";

const NamedProtocol* find_protocol(std::string_view name) {
  const auto at = std::find_if(kProtocols.begin(), kProtocols.end(), [name](const NamedProtocol& each) {
    return http::equals_ignoring_case(name, each.name);
  });
  return at == kProtocols.end() ? nullptr : &*at;
}

Result<void> check_protocol(std::string_view value) {
  if (find_protocol(value) == nullptr && !http::equals_ignoring_case(value, kFastCgi))
    return fail(quoted(value) + " is none of HTTP, HTTPS, AUTO_HTTP, GRPC, GRPCS");
  return {};
}

Result<void> check_name(std::string_view value) {
  constexpr std::size_t kMostName = 253;
  if (value.size() > kMostName || !is_made_of(value, "-._:")) return fail(quoted(value) + " is no host name");
  return {};
}

// Calls `take` for each word.
template <typename Take>
void for_each_word(std::string_view text, const Take& take) {
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find(' '));
    take(word);
    text.remove_prefix(word.size());
  }
}

Result<void> check_protocols(std::string_view value) {
  bool usable = false;
  std::string wrong;
  for_each_word(value, [&](std::string_view word) {
    if (word == "TLSv1.2" || word == "TLSv1.3")
      usable = true;
    else if (word != "SSLv2" && word != "SSLv3" && word != "TLSv1" && word != "TLSv1.1")
      wrong = word;
  });
  if (!wrong.empty()) return fail(quoted(wrong) + " is no protocol of TLS");
  if (!usable) return fail(quoted(value) + " has neither TLSv1.2 nor TLSv1.3");
  return {};
}

constexpr auto kGroup = AnnotationGroup::backend_tls;
constexpr auto kPath = AnnotationScope::path;

constexpr std::array kRows = {
    AnnotationRow{"backend-protocol", kGroup, "`HTTP`, `HTTPS`, `AUTO_HTTP`, `GRPC`, `GRPCS`, of any case",
                  check_protocol, OnInvalid::use_default, kPath, AnnotationRisk::low, "HTTP",
                  "What is spoken to the pods: HTTP/1.1, plain or inside TLS, or as the client does "
                  "(`AUTO_HTTP`); HTTP/2, plain (`GRPC`) or inside TLS (`GRPCS`). Where it is absent, the "
                  "`appProtocol` of the Service's port decides, which ingress-nginx does not look at. `FCGI` "
                  "is not supported: every path of the Ingress answers 503"},
    AnnotationRow{"proxy-ssl-secret", kGroup, "`namespace/name`", check_object_name, OnInvalid::drop_ingress,
                  kPath, AnnotationRisk::medium, "",
                  "Secret with what is shown to pods that ask for a client certificate (`tls.crt`, "
                  "`tls.key`) and whom `proxy-ssl-verify` trusts (`ca.crt`); without it no other key that "
                  "begins with `proxy-ssl-` has an effect. A Secret that is missing or cannot be used: 503"},
    AnnotationRow{"proxy-ssl-verify", kGroup, kOnOff, check_on_off, OnInvalid::use_default, kPath,
                  AnnotationRisk::low, "off",
                  "Whether a pod must show a certificate that `ca.crt` vouches for, with the right name, "
                  "else 502. Without `ca.crt` in the Secret the answer is 503, where ingress-nginx does not "
                  "verify at all"},
    AnnotationRow{"proxy-ssl-verify-depth", kGroup, "a number", check_depth, OnInvalid::use_default, kPath,
                  AnnotationRisk::low, "1", "How many certificates may stand between the pod's and the root"},
    AnnotationRow{"proxy-ssl-name", kGroup, "a host name", check_name, OnInvalid::use_default, kPath,
                  AnnotationRisk::high, "",
                  "The name that is verified and sent. Absent: `<service>.<namespace>.svc`, where "
                  "ingress-nginx takes `upstream_balancer`, which no certificate has"},
    AnnotationRow{"proxy-ssl-server-name", kGroup, kOnOff, check_on_off, OnInvalid::use_default, kPath,
                  AnnotationRisk::low, "off", "Whether the name is sent to the pod (SNI)"},
    AnnotationRow{"proxy-ssl-protocols", kGroup, "`TLSv1.2`, `TLSv1.3` or both", check_protocols,
                  OnInvalid::use_default, kPath, AnnotationRisk::low, "TLSv1.2 TLSv1.3",
                  "The versions offered to pods; older ones are passed over. ingress-nginx's default is "
                  "TLSv1.2 alone"},
    AnnotationRow{"proxy-ssl-ciphers", kGroup, "an OpenSSL cipher list", check_cipher_list,
                  OnInvalid::use_default, kPath, AnnotationRisk::medium, "DEFAULT",
                  "The TLS 1.2 ciphers offered to pods"},
};

void read_protocol(AnnotationReader& reader, BackendTlsAnnotations& result) {
  const auto text = reader.text("backend-protocol");
  if (!text) return;
  if (const NamedProtocol* const found = find_protocol(*text))
    result.protocol = found->protocol;
  else
    reader.note("backend-protocol", OnInvalid::deny_location,
                "FCGI is not supported; every path of this Ingress answers 503");
}

}  // namespace

std::span<const AnnotationRow> backend_tls_rows() { return kRows; }

BackendTlsAnnotations read_backend_tls_annotations(AnnotationReader& reader) {
  BackendTlsAnnotations result;
  read_protocol(reader, result);
  const auto secret = reader.text("proxy-ssl-secret");
  // Read even where nothing comes of them: what is wrong is told.
  result.verify = reader.text("proxy-ssl-verify").value_or("off") == "on";
  if (const auto depth = reader.number("proxy-ssl-verify-depth"); depth && *depth != 0) result.depth = *depth;
  result.name = reader.text("proxy-ssl-name").value_or("");
  result.send_name = reader.text("proxy-ssl-server-name").value_or("off") == "on";
  result.ciphers = reader.text("proxy-ssl-ciphers").value_or("");
  if (const auto protocols = reader.text("proxy-ssl-protocols")) {
    result.tls12 = result.tls13 = false;
    for_each_word(*protocols, [&](std::string_view word) {
      if (word == "TLSv1.2") result.tls12 = true;
      if (word == "TLSv1.3") result.tls13 = true;
    });
  }
  if (!secret) {
    if (result.verify)
      reader.note("proxy-ssl-verify", OnInvalid::use_default,
                  "has no effect without proxy-ssl-secret; pods are not verified");
    else if (result.send_name)
      reader.note("proxy-ssl-server-name", OnInvalid::use_default, "has no effect without proxy-ssl-secret");
    return result;
  }
  if (split_name_key(*secret))
    result.secret = *secret;
  else
    result.problem = quoted(*secret) + " is not of the form 'namespace/name'";
  return result;
}

}  // namespace headgate::k8swatch
