// An API server that knows one Lease: creates it, shows it, replaces it where the resourceVersion is the
// newest.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "k8swatch/api_transport.h"
#include "k8swatch/lease.h"

namespace headgate::k8swatch::testing {

inline ApiOutcome answer_of(int status, std::string body = "") {
  ApiResponse response;
  response.head.status = status;
  response.body = std::move(body);
  return response;
}

inline ApiOutcome failure_of(ApiFailure failure) { return ApiError{failure, "no answer"}; }

// The text between `before` and `after`; empty where they are not there.
inline std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) return "";
  const std::size_t end = text.find(after, begin + before.size());
  return end == std::string::npos ? "" : text.substr(begin + before.size(), end - begin - before.size());
}

class LeaseServer {
 public:
  ApiOutcome answer(const ApiRequest& request) {
    if (request.method == "GET") return spec_.empty() ? answer_of(404) : answer_of(200, text());
    const std::string spec = spec_of(request.body);
    if (request.method == "POST") {
      if (!spec_.empty()) return answer_of(409);
      return store(spec, 201);
    }
    const std::string version = between(request.body, R"("resourceVersion":")", "\"");
    if (spec_.empty() || version != std::to_string(version_)) return answer_of(409, kConflict);
    return store(spec, 200);
  }

  // Somebody else writes it.
  void put(const LeaseSpec& spec) { store(spec_of(lease_text("{}", spec)), 200); }
  // What no Headgate writes.
  void put_spec(const std::string& json) { store(json, 200); }
  void remove() { spec_.clear(); }

  [[nodiscard]] bool exists() const { return !spec_.empty(); }
  [[nodiscard]] Lease lease() const { return *read_lease(text()); }

  static constexpr const char* kConflict =
      R"({"kind":"Status","status":"Failure","message":"the object has been modified","reason":"Conflict"})";

 private:
  static std::string spec_of(const std::string& body) {
    const std::size_t at = body.find(R"("spec":)");
    return body.substr(at + 7, body.size() - at - 8);
  }
  ApiOutcome store(std::string spec, int status) {
    spec_ = std::move(spec);
    ++version_;
    return answer_of(status, text());
  }
  [[nodiscard]] std::string text() const {
    return R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"l","namespace":"ns",)"
           R"("labels":{"owner":"somebody"},"resourceVersion":")" +
           std::to_string(version_) + R"("},"spec":)" + spec_ + "}";
  }

  std::string spec_;
  unsigned version_ = 100;
};

}  // namespace headgate::k8swatch::testing
