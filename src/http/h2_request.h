// Judges a request that came as HTTP/2: what RFC 9113 §8 adds to the rules that HTTP/1's framing analysis
// (framing.h) has for both. Sans-I/O.
#pragma once

#include <cstdint>

#include "http/framing.h"
#include "http/h2_head_builder.h"

namespace headgate::http {

enum class H2Verdict : std::uint8_t {
  taken,
  refused,    // to be answered with Refusal
  malformed,  // RST_STREAM(PROTOCOL_ERROR), RFC 9113 §8.1.1
};

struct H2Judgement {
  H2Verdict verdict = H2Verdict::taken;
  Refusal refusal;  // set when refused
};

// `head` and `pseudo` are the builder's. `end_stream`: the client has said all. Marks `drop` as
// analyse_request() does and fills `facts`. An extended CONNECT for websocket (RFC 8441) becomes a GET with
// facts.upgrade set; every other CONNECT is refused. The target's inside is parse_target()'s to judge.
H2Judgement analyse_h2_request(const H2Pseudo& pseudo, bool end_stream, RequestHead& head,
                               RequestFacts& facts);

// The only protocol an extended CONNECT may ask for.
bool is_websocket_connect(std::string_view protocol);

}  // namespace headgate::http
