// What HTTP/2 costs without sockets, TLS and proxying: 16 requests of a browser come in one read, each is
// answered with a usual head and 1 KiB, all leave in one write. The time is for one request.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "http/h1_parser.h"
#include "http/h2_session.h"
#include "load/h2_requests.h"
#include "load/messages.h"

namespace headgate {
namespace {

constexpr std::size_t kStreams = 16;
constexpr std::size_t kBodyBytes = 1024;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nContent-Length: 1024\r\n\r\n";

std::string frame(char type, char flags, std::uint32_t stream, std::string_view payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::string bytes{static_cast<char>(size >> 16), static_cast<char>(size >> 8), static_cast<char>(size),
                    type, flags};
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(stream >> shift);
  return bytes.append(payload);
}

class Owner final : public http::H2Handler {
 public:
  Owner() {
    http::parse_response_head(kAnswer, {}, answer_);
    http::analyse_response(answer_, {}, facts_);
  }
  void on_request(http::StreamId stream, http::RequestHead&, http::RequestFacts&, bool) override {
    streams.push_back(stream);
  }
  void on_refused_request(http::StreamId, std::string_view, http::Refusal) override { wrong(); }
  void on_data(http::StreamId, const char*, std::size_t, bool) override { wrong(); }
  void on_reset(http::StreamId, http::H2Error) override { wrong(); }
  void on_closed(http::StreamId) override { ++closed; }
  http::H2Body body(http::StreamId, std::size_t) override { return {kBodyBytes, true}; }
  void take_body(http::StreamId, std::size_t size, ByteBuffer& out) override {
    std::fill_n(out.prepare(size), size, 'x');
    out.commit(size);
  }
  http::RequestHead& head_scratch() override { return *scratch_; }
  std::uint64_t random_bits() override { return 0; }
  void answer_all(http::H2Session& session) {
    for (const http::StreamId stream : streams)
      session.send_head(stream, answer_, facts_, "Sun, 06 Nov 1994 08:49:37 GMT", false);
    streams.clear();
  }

  std::vector<http::StreamId> streams;
  std::size_t closed = 0;

 private:
  static void wrong() { throw std::logic_error("a sound request was not taken"); }
  std::unique_ptr<http::RequestHead> scratch_ = std::make_unique<http::RequestHead>();
  http::ResponseHead answer_;
  http::ResponseFacts facts_;
};

void H2RequestAndAnswer(benchmark::State& state) {
  const bench::Messages messages{bench::Options{}};
  const bench::H2Requests requests(messages, 1);
  Owner owner;
  TimePoint now{};
  http::H2Session session({}, owner, now);
  ByteBuffer out;
  const std::string opening =
      std::string(kPreface) + frame(4, 0, 0, "") + frame(8, 0, 0, std::string("\x7f\0\0\0", 4));
  session.feed(opening.data(), opening.size(), now);
  std::uint32_t stream = 1;
  std::size_t sent = 0;
  std::string read;
  for (auto _ : state) {
    read.clear();
    for (std::size_t i = 0; i < kStreams; ++i, stream += 2, ++sent)
      read += frame(1, 5, stream, sent == 0 ? requests.first(0) : requests.later(0, sent));
    // The connection's window is large, not endless.
    if (sent % 100000 < kStreams) read += frame(8, 0, 0, std::string("\x06\0\0\0", 4));
    now += std::chrono::microseconds(50);
    if (!session.feed(read.data(), read.size(), now)) throw std::logic_error("the session failed");
    owner.answer_all(session);
    out.clear();
    session.collect(out, SIZE_MAX);
  }
  if (owner.closed != sent) throw std::logic_error("a request was not answered");
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
}
BENCHMARK(H2RequestAndAnswer);

}  // namespace
}  // namespace headgate

BENCHMARK_MAIN();
