#include "fakeapi/api_error.h"

#include <utility>

namespace headgate::fakeapi {
namespace {

// What the wire says of these causes is one sentence: "field: message", or a list of them in brackets.
std::string sentence(const std::vector<ErrorCause>& causes) {
  std::string text;
  for (const ErrorCause& cause : causes) {
    if (!text.empty()) text += ", ";
    text += cause.field + ": " + cause.message;
  }
  return causes.size() > 1 ? "[" + text + "]" : text;
}

Json cause_list(const std::vector<ErrorCause>& causes) {
  Json list = Json::array();
  for (const ErrorCause& cause : causes) {
    Json entry;
    entry["reason"] = cause.reason;
    entry["message"] = cause.message;
    if (!cause.field.empty()) entry["field"] = cause.field;
    list.push_back(std::move(entry));
  }
  return list;
}

Json details_of(const Kind& kind, std::string_view name, std::string_view what) {
  Json details = Json::object();
  if (!name.empty()) details["name"] = name;
  if (!kind.group.empty()) details["group"] = kind.group;
  details["kind"] = what;
  return details;
}

}  // namespace

ApiError::ApiError(int code, std::string reason, std::string message, Json details)
    : std::runtime_error(std::move(message)),
      code_(code),
      reason_(std::move(reason)),
      details_(std::move(details)) {}

ApiError ApiError::bad_request(std::string message) { return {400, "BadRequest", std::move(message)}; }

ApiError ApiError::unauthorized() { return {401, "Unauthorized", "Unauthorized"}; }

ApiError ApiError::not_found(const Kind& kind, std::string_view name) {
  return {404, "NotFound", kind.qualified_plural() + " \"" + std::string(name) + "\" not found",
          details_of(kind, name, kind.plural)};
}

ApiError ApiError::no_such_resource() {
  return {404, "NotFound", "the server could not find the requested resource", Json::object()};
}

ApiError ApiError::already_exists(const Kind& kind, std::string_view name) {
  return {409, "AlreadyExists", kind.qualified_plural() + " \"" + std::string(name) + "\" already exists",
          details_of(kind, name, kind.plural)};
}

ApiError ApiError::conflict(const Kind& kind, std::string_view name, std::string_view why) {
  constexpr std::string_view kModified =
      "the object has been modified; please apply your changes to the latest version and try again";
  return {409, "Conflict",
          "Operation cannot be fulfilled on " + kind.qualified_plural() + " \"" + std::string(name) +
              "\": " + std::string(why.empty() ? kModified : why),
          details_of(kind, name, kind.plural)};
}

ApiError ApiError::invalid(const Kind& kind, std::string_view name, const std::vector<ErrorCause>& causes) {
  Json details = details_of(kind, name, kind.kind);
  if (kind.group == "events.k8s.io") details.erase("group");
  details["causes"] = cause_list(causes);
  return {422, "Invalid",
          kind.qualified_kind() + " \"" + std::string(name) + "\" is invalid: " + sentence(causes),
          std::move(details)};
}

ApiError ApiError::invalid_options(const std::vector<ErrorCause>& causes) {
  Json details{{"group", "meta.k8s.io"}, {"kind", "ListOptions"}};
  details["causes"] = cause_list(causes);
  return {422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: " + sentence(causes), std::move(details)};
}

ApiError ApiError::too_large_revision(const std::string& wanted, std::uint64_t current) {
  Json details;
  details["causes"] = cause_list({{"ResourceVersionTooLarge", "Too large resource version", ""}});
  details["retryAfterSeconds"] = 1;
  ApiError error(504, "Timeout",
                 "Timeout: Too large resource version: " + wanted + ", current: " + std::to_string(current),
                 std::move(details));
  error.retry_after_ = std::chrono::seconds(1);
  return error;
}

ApiError ApiError::expired(std::string message) { return {410, "Expired", std::move(message)}; }

ApiError& ApiError::with_retry_after(std::chrono::seconds seconds) {
  retry_after_ = seconds;
  details_["retryAfterSeconds"] = seconds.count();
  return *this;
}

ApiError& ApiError::with_continue(std::string token) {
  continue_ = std::move(token);
  return *this;
}

std::string ApiError::body() const {
  Json status{{"kind", "Status"}, {"apiVersion", "v1"}};
  status["metadata"] = Json::object();
  if (!continue_.empty()) status["metadata"]["continue"] = continue_;
  status["status"] = "Failure";
  status["message"] = what();
  if (!reason_.empty()) status["reason"] = reason_;
  if (!details_.is_null()) status["details"] = details_;
  status["code"] = code_;
  return text_of(status);
}

std::string_view reason_for(int code) {
  switch (code) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return "Conflict";
    case 410:
      return "Expired";
    case 422:
      return "Invalid";
    case 429:
      return "TooManyRequests";
    case 500:
      return "InternalError";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
    default:
      return "";
  }
}

}  // namespace headgate::fakeapi
