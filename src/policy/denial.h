// What a Step answers instead of letting a request pass. Owns its text.
#pragma once

#include <string>

#include "base/reject_reason.h"

namespace headgate::policy {

struct Denial {
  int status = 403;
  RejectReason reason = RejectReason::none;
  std::string location{};      // redirects; without CR and LF
  std::string extra_fields{};  // whole lines, each with its CRLF
  std::string text{};          // the content, instead of the page of the status
};

}  // namespace headgate::policy
