// What the answer to an export of spans means (OTLP specification, "OTLP/gRPC Response").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "http/grpc_call.h"

namespace headgate::app {

struct ExportOutcome {
  enum class Kind : std::uint8_t {
    accepted,  // but for `rejected` spans
    retry,     // the same may be sent again, later
    refused,   // it would be in vain
  };
  Kind kind = Kind::retry;
  std::uint64_t rejected = 0;
  std::string error;  // of all but those that were accepted whole: why
};

// Of an answer's content; more is none that counts.
inline constexpr std::size_t kMostExportAnswer = std::size_t{64} * 1024;

// Once the stream has ended.
ExportOutcome outcome_of(const http::GrpcResponse& answer);

}  // namespace headgate::app
