// The decisions of the proxy without its sockets: the bytes of one client connection (or of one backend's
// answer) go through the parser, the framing rules, the target rules and the chunked decoder, and what would
// be sent on is written down.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headgate::test {

struct RequestVerdict {
  struct Forwarded {
    std::string bytes;       // as re-written for the backend
    std::string match_path;  // what was policed
  };
  std::vector<int> statuses;  // 200 for each request forwarded, else the refusal
  std::vector<Forwarded> forwarded;
  bool refused_first = false;  // the first answer is the proxy's own
  bool closed = false;
  bool unfinished = false;  // bytes of a message that is not whole are left
};

// Reads requests until the bytes end, one is refused or the client asks to close. No backend switches
// protocols.
RequestVerdict judge_requests(std::string_view stream);

struct ResponseVerdict {
  int status = 0;            // 502: refused, or no whole head
  std::string client_bytes;  // the head as relayed, and the body
  std::string body;
  bool complete = false;  // the client may take the body as whole
  bool reusable = false;  // the upstream connection may be kept
};

// `request` is what the backend answers; `closes`: the stream ends behind its bytes; `resets`: by RST.
ResponseVerdict judge_response(std::string_view request, std::string_view stream, bool closes, bool resets);

}  // namespace headgate::test
