// The JSON that is spoken with credential plugins (client.authentication.k8s.io/v1 and v1beta1, KEP-541).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "k8swatch/api_config.h"

namespace headgate::k8swatch {

// What a plugin gave.
struct ExecCredential {
  std::string token;
  std::string certificate;                 // PEM
  std::string key;                         // PEM
  std::optional<std::int64_t> expires_at;  // seconds since 1970; nothing: when the server refuses it
};

// The `spec.cluster` of KUBERNETES_EXEC_INFO, a JSON object; empty where the plugin did not ask for it.
// `authority`: PEM.
std::string exec_cluster(const ApiTarget& target, std::string_view authority);

// The value of KUBERNETES_EXEC_INFO.
std::string exec_info(std::string_view api_version, std::string_view cluster);

// What the plugin printed; it must be of `api_version`. The error quotes nothing of it.
Result<ExecCredential> parse_exec_credential(std::string text, std::string_view api_version);

}  // namespace headgate::k8swatch
