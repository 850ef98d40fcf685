#include "fakeapi/list_options.h"

#include <charconv>
#include <vector>

#include "fakeapi/api_error.h"
#include "fakeapi/base64url.h"

namespace headgate::fakeapi {
namespace {

std::optional<std::uint64_t> parse_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

ErrorCause forbidden(const char* field, const std::string& why) {
  return {"FieldValueForbidden", "Forbidden: " + why, field};
}

// What 1.20 says: it takes resourceVersionMatch for a parameter of lists.
void check_old_watch(const ApiRequest& request, std::vector<ErrorCause>& causes) {
  if (request.parameter("resourceVersionMatch").empty()) return;
  causes.push_back(forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch"));
  if (request.parameter("resourceVersion").empty()) {
    causes.push_back(forbidden("resourceVersionMatch",
                               "resourceVersionMatch is forbidden unless resourceVersion is provided"));
  }
}

void check_watch(const ApiRequest& request, bool watch_list, std::vector<ErrorCause>& causes) {
  if (!watch_list) {
    check_old_watch(request, causes);
    return;
  }
  const std::string match = request.parameter("resourceVersionMatch");
  if (request.has("sendInitialEvents") && match != "NotOlderThan") {
    causes.push_back(forbidden("resourceVersionMatch",
                               "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (match.empty()) return;
  if (!request.has("sendInitialEvents")) {
    causes.push_back(
        forbidden("resourceVersionMatch",
                  "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  }
  if (match != "NotOlderThan") {
    causes.push_back({"FieldValueNotSupported",
                      "Unsupported value: \"" + match + "\": supported values: \"NotOlderThan\"",
                      "resourceVersionMatch"});
  }
  if (!request.parameter("continue").empty()) {
    causes.push_back(
        forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
  }
}

void check_list(const ApiRequest& request, bool watch_list, std::vector<ErrorCause>& causes) {
  const std::string match = request.parameter("resourceVersionMatch");
  const std::string revision = request.parameter("resourceVersion");
  if (!match.empty()) {
    if (revision.empty()) {
      causes.push_back(forbidden("resourceVersionMatch",
                                 "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    }
    if (!request.parameter("continue").empty()) {
      causes.push_back(
          forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
    }
    if (match != "Exact" && match != "NotOlderThan") {
      causes.push_back(
          {"FieldValueNotSupported",
           "Unsupported value: \"" + match + "\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
           "resourceVersionMatch"});
    }
    if (match == "Exact" && revision == "0") {
      causes.push_back(forbidden("resourceVersionMatch",
                                 "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
    }
  }
  if (watch_list && request.has("sendInitialEvents")) {
    causes.push_back(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
}

}  // namespace

ListOptions::ListOptions(const ApiRequest& request, bool watch_list)
    : selector(*request.kind, request.parameter("labelSelector"), request.parameter("fieldSelector")),
      revision_text(request.parameter("resourceVersion")),
      continue_token(request.parameter("continue")),
      bookmarks(request.flag("allowWatchBookmarks")) {
  const bool is_watch = request.verb == "watch";
  std::vector<ErrorCause> causes;
  if (is_watch) {
    check_watch(request, watch_list, causes);
  } else {
    check_list(request, watch_list, causes);
  }
  if (!causes.empty()) throw ApiError::invalid_options(causes);

  if (!revision_text.empty()) {
    revision = parse_number(revision_text);
    if (!revision) {
      const std::string why = "resourceVersion: Invalid value: \"" + revision_text +
                              "\": strconv.ParseUint: parsing \"" + revision_text + "\": invalid syntax";
      if (is_watch && !watch_list) throw ApiError(500, "", why);  // as 1.20 does
      throw ApiError::bad_request(why);
    }
  }
  const std::string match_text = request.parameter("resourceVersionMatch");
  if (match_text == "Exact") match = Match::exact;
  if (match_text == "NotOlderThan") match = Match::not_older_than;

  const auto number = [&](const char* name) -> std::optional<std::uint64_t> {
    const std::string text = request.parameter(name);
    if (text.empty()) return std::nullopt;
    const auto value = parse_number(text);
    if (!value) {
      throw ApiError::bad_request("strconv.ParseInt: parsing \"" + text + "\": invalid syntax (" + name +
                                  ")");
    }
    return value;
  };
  limit = number("limit").value_or(0);
  if (const auto seconds = number("timeoutSeconds")) timeout = std::chrono::seconds(*seconds);
  if (request.has("sendInitialEvents") && watch_list) send_initial_events = request.flag("sendInitialEvents");
  if (!is_watch && !continue_token.empty() && !revision_text.empty() && revision_text != "0") {
    throw ApiError::bad_request("specifying resource version is not allowed when using continue");
  }
}

std::string ContinueToken::text() const {
  Json token{{"v", "meta.k8s.io/v1"}, {"rv", revision}, {"start", start}};
  return base64url_encode(text_of(token));
}

ContinueToken ContinueToken::parse(const std::string& text) {
  try {
    const Json token = Json::parse(base64url_decode(text));
    if (string_member(token, "v") != "meta.k8s.io/v1") {
      throw ApiError::bad_request(
          "invalid continue token: continue key is not valid: server does not recognize "
          "this encoded version \"" +
          string_member(token, "v") + "\"");
    }
    return {token.at("rv").get<std::int64_t>(), token.at("start").get<std::string>()};
  } catch (const Json::exception&) {
    throw ApiError::bad_request("invalid continue token: continue key is not valid: not the JSON of a token");
  } catch (const std::invalid_argument&) {
    throw ApiError::bad_request("invalid continue token: continue key is not valid: illegal base64 data");
  }
}

}  // namespace headgate::fakeapi
