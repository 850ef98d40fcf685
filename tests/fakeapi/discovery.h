// What the double says about itself: groups, versions and resources, in the aggregated form that kubectl 1.27
// and newer asks for and in the classic one.
#pragma once

#include <optional>

#include "fakeapi/api_answer.h"
#include "fakeapi/api_request.h"

namespace headgate::fakeapi {

// Empty where the path is none of discovery, /version or health.
std::optional<ApiAnswer> answer_about_server(const ApiRequest& request);

}  // namespace headgate::fakeapi
