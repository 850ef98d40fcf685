// Reading what the API server answered to a request that was no watch.
#pragma once

#include <string>

#include "k8swatch/api_transport.h"

namespace headgate::k8swatch {

// 0: there was no answer.
int status_of(const ApiOutcome& outcome);
inline bool is_success(int status) { return status >= 200 && status < 300; }
// Worth the same request again later: no answer, too many requests, or a fault of the server.
inline bool is_passing(int status) { return status == 0 || status == 408 || status == 429 || status >= 500; }

// What went wrong, for the log: "409 Conflict: the object has been modified", or why there is no answer.
// Printable ASCII, shortened.
std::string describe_failure(const ApiOutcome& outcome);

}  // namespace headgate::k8swatch
