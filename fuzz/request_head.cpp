// Request heads: the parser in pieces, and what the framing rules say of what it took.
#include <cstddef>
#include <cstdint>

#include "fuzz/head_promises.h"
#include "http/framing.h"
#include "http/host.h"

using namespace headgate;
using namespace headgate::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input({reinterpret_cast<const char*>(data), size});
  const auto head = std::make_unique<http::RequestHead>();
  for (const http::HeadLimits& limits : {kTightLimits, kUsualLimits}) {
    const http::ParseResult parsed = parse_in_pieces(&http::parse_request_head, input, limits, *head);
    if (parsed.status == http::ParseStatus::refused) FUZZ_CHECK(parsed.refusal.status >= 400);
    if (parsed.status != http::ParseStatus::complete) continue;
    FUZZ_CHECK(input.owns(head->target) && !head->target.empty());
    FUZZ_CHECK(head->minor_version == 0 || head->minor_version == 1);
    check_fields(head->fields, input);

    http::RequestFacts facts;
    const http::ParseResult framed = http::analyse_request(*head, facts);
    if (framed.status == http::ParseStatus::refused) {
      FUZZ_CHECK(framed.refusal.status >= 400);
      continue;
    }
    FUZZ_CHECK(facts.host.empty() ? head->minor_version == 0 : !http::split_host(facts.host).host.empty());
    FUZZ_CHECK(facts.body != http::BodyKind::until_close);
    FUZZ_CHECK(facts.upgrade.empty() || (head->minor_version == 1 && facts.content_length == 0));
    for (const http::Field& field : head->fields) {
      if (field.drop) continue;
      FUZZ_CHECK(field.name.find('_') == std::string_view::npos);
      FUZZ_CHECK(field.id == http::FieldId::other || field.id >= http::FieldId::user_agent);
    }
  }
  return 0;
}
