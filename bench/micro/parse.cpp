// What a head costs before it is routed: scanning, framing analysis and the target; on the bytes bench/load
// sends.
#include <benchmark/benchmark.h>

#include <array>
#include <stdexcept>
#include <string>

#include "http/chunked.h"
#include "http/framing.h"
#include "http/h1_parser.h"
#include "http/target.h"
#include "load/messages.h"

namespace headgate {
namespace {

void require(const http::ParseResult& result) {
  if (result.status != http::ParseStatus::complete) throw std::logic_error("a sound head was not taken");
}

const bench::Messages& messages() {
  static const bench::Messages made{bench::Options{}};
  return made;
}

void ParseRequestHead(benchmark::State& state) {
  const std::string_view bytes = messages().request_head(0);
  http::RequestHead head;
  for (auto _ : state) require(http::parse_request_head(bytes, {}, head));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(ParseRequestHead);

void ParseAndAnalyseRequest(benchmark::State& state) {
  const std::string_view bytes = messages().request_head(0);
  http::RequestHead head;
  for (auto _ : state) {
    http::RequestFacts facts;
    require(http::parse_request_head(bytes, {}, head));
    require(http::analyse_request(head, facts));
    benchmark::DoNotOptimize(facts);
  }
}
BENCHMARK(ParseAndAnalyseRequest);

void ParseTarget(benchmark::State& state) {
  constexpr std::string_view target = "/app/items/42?page=7";
  std::array<char, 2 * target.size() + 2> scratch;
  for (auto _ : state) {
    http::Target out;
    require(http::parse_target(http::Method::get, target, scratch.data(), out));
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(ParseTarget);

void ParseTargetWithEscapes(benchmark::State& state) {
  constexpr std::string_view target = "/caf%C3%A9/a%20b//c/./d/../e?q=%2F";
  std::array<char, 2 * target.size() + 2> scratch;
  for (auto _ : state) {
    http::Target out;
    require(http::parse_target(http::Method::get, target, scratch.data(), out));
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(ParseTargetWithEscapes);

std::string_view answer_head() {
  const std::string_view answer = messages().answer();
  return answer.substr(0, answer.size() - messages().answer_body().size());
}

void ParseResponseHead(benchmark::State& state) {
  http::ResponseHead head;
  for (auto _ : state) require(http::parse_response_head(answer_head(), {}, head));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(answer_head().size()));
}
BENCHMARK(ParseResponseHead);

void ParseAndAnalyseResponse(benchmark::State& state) {
  http::ResponseHead head;
  for (auto _ : state) {
    http::ResponseFacts facts;
    require(http::parse_response_head(answer_head(), {}, head));
    require(http::analyse_response(head, {}, facts));
    benchmark::DoNotOptimize(facts);
  }
}
BENCHMARK(ParseAndAnalyseResponse);

// 16 KiB in chunks of 4 KiB; the copy that each round needs, because decoding is in place, is included.
void DecodeChunks(benchmark::State& state) {
  bench::Options options;
  options.body = 16 * 1024;
  options.chunked = true;
  const bench::Messages chunked{options};
  const std::string encoded(chunked.answer().substr(chunked.answer().find("\r\n\r\n") + 4));
  std::string buffer;
  for (auto _ : state) {
    buffer = encoded;
    http::ChunkedDecoder decoder;
    const auto out = decoder.decode(buffer.data(), buffer.size());
    if (out.status != http::ParseStatus::complete) throw std::logic_error("a sound body was not taken");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(encoded.size()));
}
BENCHMARK(DecodeChunks);

}  // namespace
}  // namespace headgate

BENCHMARK_MAIN();
