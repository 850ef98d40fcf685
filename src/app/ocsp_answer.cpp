#include "app/ocsp_answer.h"

#include "http/chunked.h"
#include "http/framing.h"
#include "http/h1_parser.h"
#include "tls/ocsp.h"

namespace headgate::app {
namespace {

using http::BodyKind;
using http::ParseStatus;

Result<std::string> checked(std::string body) {
  if (body.size() > tls::kMostOcspResponse) return fail("the responder's answer is too large");
  return body;
}

std::optional<Result<std::string>> incomplete(bool ended, std::size_t size) {
  if (ended) return fail("the responder closed the connection before its answer was whole");
  if (size >= kMostOcspAnswer) return fail("the responder's answer is too large");
  return std::nullopt;
}

std::optional<Result<std::string>> decode_chunked(std::string body, bool ended, std::size_t size) {
  http::ChunkedDecoder decoder;
  const http::ChunkedDecoder::Output output = decoder.decode(body.data(), body.size());
  if (output.status == ParseStatus::refused) return fail("the responder's answer is badly chunked");
  if (output.status == ParseStatus::incomplete) return incomplete(ended, size);
  body.resize(output.payload);
  return checked(std::move(body));
}

}  // namespace

std::optional<Result<std::string>> read_ocsp_answer(std::string_view received, bool ended) {
  http::ResponseHead head;
  http::HeadLimits limits;
  limits.head_bytes = kMostOcspAnswer / 2;
  const http::ParseResult parsed = http::parse_response_head(received, limits, head);
  if (parsed.status == ParseStatus::refused) return fail("the responder does not answer with HTTP");
  if (parsed.status == ParseStatus::incomplete) return incomplete(ended, received.size());
  http::ResponseContext context;
  context.method = http::Method::post;
  http::ResponseFacts facts;
  if (http::analyse_response(head, context, facts).status != ParseStatus::complete)
    return fail("the length of the responder's answer is in doubt");
  if (head.status != 200) return fail("the responder answers with status " + std::to_string(head.status));

  const std::string_view body = received.substr(head.size);
  switch (facts.body) {
    case BodyKind::none:
      return fail("the responder answers without a body");
    case BodyKind::length:
      if (facts.content_length > tls::kMostOcspResponse) return fail("the responder's answer is too large");
      if (body.size() < facts.content_length) return incomplete(ended, received.size());
      return checked(std::string(body.substr(0, facts.content_length)));
    case BodyKind::chunked:
      return decode_chunked(std::string(body), ended, received.size());
    case BodyKind::until_close:
      if (!ended) return incomplete(ended, received.size());
      return checked(std::string(body));
  }
  return fail("the responder's answer is not understood");
}

}  // namespace headgate::app
