#include "proxy/check_answer.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace headgate::proxy {
namespace {

// By number.
constexpr std::array<std::string_view, 4> kServingNames = {"UNKNOWN", "SERVING", "NOT_SERVING",
                                                           "SERVICE_UNKNOWN"};
constexpr std::array<std::string_view, 17> kGrpcNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

}  // namespace

bool CheckAnswer::is_well(const router::HealthCheck& rules) const {
  if (rules.grpc_service) return code_ == kServingBase + kServing;
  return std::any_of(rules.expected.begin(), rules.expected.end(),
                     [this](const auto& each) { return each.first <= code_ && code_ <= each.last; });
}

std::string CheckAnswer::text() const {
  if (code_ == 0) return "no answer";
  if (code_ < kServingBase) return "status " + std::to_string(code_);
  if (code_ < kGrpcBase) {
    const auto status = static_cast<std::size_t>(code_ - kServingBase);
    return status < kServingNames.size() ? std::string(kServingNames[status])
                                         : "a serving status that nobody knows";
  }
  const auto status = static_cast<std::size_t>(code_ - kGrpcBase);
  if (status >= kGrpcNames.size()) return "a grpc-status that nobody knows";
  return "grpc-status " + std::to_string(status) + " (" + std::string(kGrpcNames[status]) + ")";
}

}  // namespace headgate::proxy
