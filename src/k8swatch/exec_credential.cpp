#include "k8swatch/exec_credential.h"

#include "base/base64.h"
#include "k8swatch/json_reader.h"
#include "k8swatch/object_decoder.h"

namespace headgate::k8swatch {
namespace {

void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += ',';
  append_text(out, name);
  out += ':';
  append_text(out, text);
}

}  // namespace

std::string exec_cluster(const ApiTarget& target, std::string_view authority) {
  if (!target.exec || !target.exec->provide_cluster_info) return {};
  std::string out = "{\"server\":";
  append_text(out, target.server);
  append_field(out, "tls-server-name", target.server_name);
  if (target.any_server) out += ",\"insecure-skip-tls-verify\":true";
  append_field(out, "certificate-authority-data", encode_base64(authority));
  if (!target.exec_config.empty()) out += ",\"config\":" + target.exec_config;
  return out + "}";
}

std::string exec_info(std::string_view api_version, std::string_view cluster) {
  std::string out = "{\"kind\":\"ExecCredential\",\"apiVersion\":";
  append_text(out, api_version);
  out += ",\"spec\":{\"interactive\":false";
  if (!cluster.empty()) out.append(",\"cluster\":").append(cluster);
  return out + "}}";
}

Result<ExecCredential> parse_exec_credential(std::string text, std::string_view api_version) {
  const std::size_t size = text.size();
  text.append(kJsonPadding, '\0');
  JsonReader reader;
  JsonValue root;
  ExecCredential credential;
  std::string kind;
  std::string version;
  const auto status = [&](std::string_view key, JsonValue& value) {
    if (key == "token") return reader.string(value, credential.token);
    if (key == "clientCertificateData") return reader.string(value, credential.certificate);
    if (key == "clientKeyData") return reader.string(value, credential.key);
    if (key != "expirationTimestamp") return true;
    std::string_view time;
    if (!reader.view(value, time)) return false;
    if (time.empty()) return true;
    credential.expires_at = parse_rfc3339(time);
    return credential.expires_at || reader.fail(value, "is no RFC 3339 time");
  };
  const auto read = [&] {
    if (!reader.open(std::string_view(text).substr(0, size)) || !reader.root(root)) return false;
    reader.set_confidential(true);
    return reader.object(root, [&](std::string_view key, JsonValue& value) {
      if (key == "kind") return reader.string(value, kind);
      if (key == "apiVersion") return reader.string(value, version);
      if (key == "status") return reader.object(value, status);
      return true;
    });
  };
  if (!read()) {
    const JsonError& error = reader.error();
    return fail((error.field.empty() ? "" : error.field + ": ") + error.reason);
  }
  if (kind != "ExecCredential") return fail("kind is not ExecCredential");
  if (version != api_version) return fail("apiVersion is not " + std::string(api_version));
  if (credential.certificate.empty() != credential.key.empty())
    return fail("status.clientCertificateData and status.clientKeyData need each other");
  if (credential.token.empty() && credential.certificate.empty())
    return fail("status has neither a token nor a client certificate");
  return credential;
}

}  // namespace headgate::k8swatch
