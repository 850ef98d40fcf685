#include "k8swatch/api_answer.h"

#include <cstddef>
#include <string_view>
#include <variant>

#include "k8swatch/json_reader.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kShownBytes = 300;

void append_shown(std::string& out, std::string_view text) {
  for (const char c : text.substr(0, kShownBytes)) out += c >= 0x20 && c < 0x7f ? c : '?';
  if (text.size() > kShownBytes) out += "...";
}

}  // namespace

int status_of(const ApiOutcome& outcome) {
  const auto* response = std::get_if<ApiResponse>(&outcome);
  return response == nullptr ? 0 : response->head.status;
}

std::string describe_failure(const ApiOutcome& outcome) {
  std::string text;
  if (const auto* error = std::get_if<ApiError>(&outcome)) {
    append_shown(text, error->message);
    return text;
  }
  const auto& response = std::get<ApiResponse>(outcome);
  text = std::to_string(response.head.status);
  const std::string server = response.head.server.empty() ? "" : " (" + response.head.server + ")";
  std::string body = response.body;
  body.reserve(body.size() + kJsonPadding);
  // A Status object (apimachinery, meta/v1); whatever else it is, its number must do.
  JsonReader reader;
  JsonValue root;
  std::string reason;
  std::string message;
  if (!reader.open(body) || !reader.root(root) ||
      !reader.object(root, [&](std::string_view key, JsonValue& value) {
        if (key == "reason") return reader.string(value, reason);
        if (key == "message") return reader.string(value, message);
        return true;
      })) {
    return text + server;
  }
  if (!reason.empty()) append_shown(text += ' ', reason);
  if (!message.empty()) append_shown(text += ": ", message);
  return text + server;
}

}  // namespace headgate::k8swatch
