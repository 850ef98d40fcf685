#include "http/model_proxy.h"

#include <memory>
#include <optional>

#include "http/chunked.h"
#include "http/framing.h"
#include "http/h1_parser.h"
#include "http/target.h"

namespace headgate::test {
namespace {

using namespace headgate::http;

struct Body {
  ParseStatus status = ParseStatus::incomplete;
  std::uint16_t refusal = 0;
  std::string content;
  std::size_t size = 0;  // bytes of the stream
};

Body read_chunked(std::string_view stream) {
  std::string copy(stream);
  ChunkedDecoder decoder;
  const ChunkedDecoder::Output output = decoder.decode(copy.data(), copy.size());
  return {output.status, output.refusal.status, copy.substr(0, output.payload), output.consumed};
}

Body read_length(std::string_view stream, std::uint64_t length) {
  if (stream.size() < length) return {ParseStatus::incomplete, 0, std::string(stream), stream.size()};
  return {ParseStatus::complete, 0, std::string(stream.substr(0, length)), static_cast<std::size_t>(length)};
}

void append_fields(const FieldList& fields, std::string& out) {
  for (const Field& field : fields)
    if (!field.drop) out.append(field.name).append(": ").append(field.value).append("\r\n");
}

std::string rewrite(const RequestHead& head, const RequestFacts& facts, const Target& target,
                    const Body& body) {
  std::string out(head.method_text);
  out.append(" ").append(target.forward_path).append(target.query).append(" HTTP/1.1\r\nHost: ");
  const std::string_view host = target.form == TargetForm::absolute ? target.authority : facts.host;
  out.append(host.empty() ? "unnamed" : host).append("\r\n");  // HTTP/1.0 without Host
  out.append("X-Forwarded-For: 127.0.0.1\r\n");
  if (!facts.upgrade.empty())
    out.append("Connection: upgrade\r\nUpgrade: ").append(facts.upgrade).append("\r\n");
  append_fields(head.fields, out);
  if (facts.body != BodyKind::none) out += "Content-Length: " + std::to_string(body.content.size()) + "\r\n";
  return out + "\r\n" + body.content;
}

}  // namespace

RequestVerdict judge_requests(std::string_view stream) {
  RequestVerdict verdict;
  const auto head = std::make_unique<RequestHead>();
  const auto refuse = [&verdict](int status) {
    verdict.refused_first = verdict.statuses.empty();
    verdict.statuses.push_back(status);
    verdict.closed = true;
  };
  while (!stream.empty() && !verdict.closed) {
    const ParseResult parsed = parse_request_head(stream, HeadLimits{}, *head);
    if (parsed.status == ParseStatus::incomplete) break;
    if (parsed.status == ParseStatus::refused) {
      refuse(parsed.refusal.status);
      return verdict;
    }
    RequestFacts facts;
    if (const ParseResult framed = analyse_request(*head, facts); framed.status == ParseStatus::refused) {
      refuse(framed.refusal.status);
      return verdict;
    }
    Target target;
    std::string scratch(2 * head->target.size() + 2, '\0');
    if (const ParseResult split = parse_target(head->method, head->target, scratch.data(), target);
        split.status == ParseStatus::refused) {
      refuse(split.refusal.status);
      return verdict;
    }
    if (target.form == TargetForm::asterisk) {
      refuse(200);  // answered here
      return verdict;
    }
    Body body;
    body.status = ParseStatus::complete;
    const std::string_view rest = stream.substr(head->size);
    if (facts.body == BodyKind::chunked) body = read_chunked(rest);
    if (facts.body == BodyKind::length) body = read_length(rest, facts.content_length);
    if (body.status == ParseStatus::refused) {
      refuse(body.refusal);
      return verdict;
    }
    if (body.status == ParseStatus::incomplete) break;
    verdict.forwarded.push_back({rewrite(*head, facts, target, body), std::string(target.match_path)});
    verdict.statuses.push_back(200);
    verdict.closed = !facts.keep_alive;
    stream.remove_prefix(head->size + body.size);
  }
  verdict.unfinished = !stream.empty();
  return verdict;
}

ResponseVerdict judge_response(std::string_view request, std::string_view stream, bool closes, bool resets) {
  ResponseVerdict verdict;
  verdict.status = 502;
  const auto asked = std::make_unique<RequestHead>();
  RequestFacts asked_facts;
  if (parse_request_head(request, HeadLimits{}, *asked).status != ParseStatus::complete ||
      analyse_request(*asked, asked_facts).status != ParseStatus::complete)
    return verdict;
  const auto head = std::make_unique<ResponseHead>();
  ResponseFacts facts;
  do {
    if (parse_response_head(stream, HeadLimits{}, *head).status != ParseStatus::complete) return verdict;
    if (analyse_response(*head, {asked->method, asked_facts.upgrade}, facts).status != ParseStatus::complete)
      return verdict;
    stream.remove_prefix(head->size);
  } while (facts.interim);

  Body body;
  body.status = ParseStatus::complete;
  if (facts.body == BodyKind::chunked) body = read_chunked(stream);
  if (facts.body == BodyKind::length) body = read_length(stream, facts.content_length);
  if (facts.body == BodyKind::until_close) {
    body = {closes ? ParseStatus::complete : ParseStatus::incomplete, 0, std::string(stream), stream.size()};
    if (resets) body.status = ParseStatus::incomplete;
  }
  verdict.status = head->status;
  verdict.body = body.content;
  verdict.complete = body.status == ParseStatus::complete;
  verdict.reusable = verdict.complete && facts.keep_alive && body.size == stream.size();
  verdict.client_bytes =
      "HTTP/1.1 " + std::to_string(head->status) + " " + std::string(head->reason) + "\r\n";
  append_fields(head->fields, verdict.client_bytes);
  if (facts.has_content_length)
    verdict.client_bytes += "Content-Length: " + std::to_string(facts.content_length) + "\r\n";
  verdict.client_bytes += "\r\n" + body.content;
  return verdict;
}

}  // namespace headgate::test
