// Response heads: the parser in pieces, and what the framing rules say of what it took.
#include <cstddef>
#include <cstdint>

#include "fuzz/head_promises.h"
#include "http/framing.h"

using namespace headgate;
using namespace headgate::fuzz;

namespace {

void check_framing(http::ResponseHead& head, const http::ResponseContext& context) {
  http::ResponseFacts facts;
  const http::ParseResult framed = http::analyse_response(head, context, facts);
  if (framed.status == http::ParseStatus::refused) {
    FUZZ_CHECK(framed.refusal.status == 502);
    return;
  }
  FUZZ_CHECK(facts.interim == (head.status < 200 && head.status != 101));
  FUZZ_CHECK(facts.switching_protocols == (head.status == 101));
  FUZZ_CHECK(!facts.switching_protocols || !context.upgrade.empty());
  FUZZ_CHECK(facts.body != http::BodyKind::until_close || !facts.keep_alive);
  FUZZ_CHECK(facts.body != http::BodyKind::length || facts.has_content_length);
  const bool bodiless =
      head.status < 200 || head.status == 204 || head.status == 304 || context.method == http::Method::head;
  FUZZ_CHECK(bodiless == (facts.body == http::BodyKind::none));
  for (const http::Field& field : head.fields)
    FUZZ_CHECK(field.drop ||
               (field.id != http::FieldId::content_length && field.id != http::FieldId::transfer_encoding &&
                field.id != http::FieldId::connection && field.id != http::FieldId::server));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input({reinterpret_cast<const char*>(data), size});
  const auto head = std::make_unique<http::ResponseHead>();
  for (const http::HeadLimits& limits : {kTightLimits, kUsualLimits}) {
    const http::ParseResult parsed = parse_in_pieces(&http::parse_response_head, input, limits, *head);
    if (parsed.status == http::ParseStatus::refused) FUZZ_CHECK(parsed.refusal.status == 502);
    if (parsed.status != http::ParseStatus::complete) continue;
    FUZZ_CHECK(head->status >= 100 && head->status <= 999);
    FUZZ_CHECK(input.owns(head->reason));
    check_fields(head->fields, input);
    check_framing(*head, {http::Method::get, {}});
    check_framing(*head, {http::Method::head, {}});
    check_framing(*head, {http::Method::get, "websocket"});
  }
  return 0;
}
