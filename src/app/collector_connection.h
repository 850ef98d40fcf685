// A connection to a collector of OpenTelemetry: OTLP over gRPC (TraceService/Export), over HTTP/2 without
// TLS by prior knowledge. Opened by the first call, kept for the next ones. Control thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/export_outcome.h"
#include "base/byte_buffer.h"
#include "http/grpc_call.h"
#include "http/h2_client_session.h"
#include "k8swatch/name_resolver.h"

namespace headgate::app {

struct CollectorAddress {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
  [[nodiscard]] std::string text() const;  // for people and for :authority
};

// Its handlers keep it alive until close().
class CollectorConnection final : public http::H2ClientStream,
                                  public std::enable_shared_from_this<CollectorConnection> {
 public:
  using Done = std::function<void(ExportOutcome)>;

  // For one call, from the name to the last byte of the answer; OTLP's default.
  static constexpr std::chrono::seconds kPatience{10};

  // Both must outlive this.
  CollectorConnection(boost::asio::io_context& io, k8swatch::NameResolver& resolver, CollectorAddress address,
                      std::string user_agent);

  // `message`: an ExportTraceServiceRequest. One call at a time. `done` is called once, later, unless
  // close() is called before.
  void call(std::string_view message, Done done);
  // Ends what is under way; nobody hears of it.
  void close();

  void on_response(http::ResponseHead& head, bool last) override;
  void on_data(const char* data, std::size_t size, bool last) override;
  void on_trailers(std::string_view lines) override;
  void on_reset(http::H2Error error, bool unprocessed, bool bad_head) override;
  std::size_t read_body(char* out, std::size_t most, bool& last) override;

 private:
  void find_addresses();
  void connect_next();
  void on_connected();
  void open_stream();
  void receive();
  void send();
  // After the session has been called: what it has to say, and what came of the call.
  void settle();
  void fail_call(std::string reason);
  void finish();
  void drop_connection();

  boost::asio::io_context& io_;
  k8swatch::NameResolver& resolver_;
  const CollectorAddress address_;
  const std::string user_agent_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::uint64_t serial_ = 0;  // of the connection: handlers of one before find themselves late
  std::vector<boost::asio::ip::tcp::endpoint> addresses_;
  std::size_t next_address_ = 0;
  http::ResponseHead head_;
  std::unique_ptr<http::H2ClientSession> session_;  // null: not connected
  std::array<char, 16384> input_;
  ByteBuffer output_;   // waits
  ByteBuffer writing_;  // on its way: stays where it is
  bool sending_ = false;

  // The call.
  Done done_;  // null: none
  std::uint64_t calls_ = 0;
  std::string request_;
  std::size_t sent_ = 0;
  http::StreamId stream_ = 0;  // 0: not opened yet
  http::GrpcResponse answer_{kMostExportAnswer};
  std::optional<ExportOutcome> outcome_;  // it is over
};

}  // namespace headgate::app
