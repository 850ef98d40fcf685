// A client's bytes through the whole of the module, then what was re-written for the backend through it
// again: a second reader finds the very same single message, framed alike. That is the promise against
// smuggling.
#include <cstddef>
#include <cstdint>

#include "fuzz/check.h"
#include "http/model_proxy.h"

using namespace headgate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const test::RequestVerdict verdict = test::judge_requests({reinterpret_cast<const char*>(data), size});
  for (const test::RequestVerdict::Forwarded& request : verdict.forwarded) {
    const test::RequestVerdict again = test::judge_requests(request.bytes);
    // The re-written head may be a little larger than the client's and so over a limit; nothing else may
    // differ.
    if (again.refused_first && (again.statuses.front() == 431 || again.statuses.front() == 414)) continue;
    FUZZ_CHECK(again.forwarded.size() == 1 && !again.unfinished && !again.refused_first);
    FUZZ_CHECK(again.forwarded.front().bytes == request.bytes);
    FUZZ_CHECK(again.forwarded.front().match_path == request.match_path);
  }
  return 0;
}
