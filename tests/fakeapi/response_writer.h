// Sends one response in exactly the pieces that the API server, or a fault, would send.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "fakeapi/api_answer.h"
#include "fakeapi/connection.h"
#include "fakeapi/fault.h"

namespace headgate::fakeapi {

// Thrown when a fault has ended the connection.
struct ConnectionEnded {};

class ResponseWriter {
 public:
  // `size` of a body that is sent whole; without one, or for a large body, it is chunked.
  ResponseWriter(Connection& connection, const Fault& fault) : connection_(connection), fault_(fault) {}

  // All of these throw boost::system::system_error and ConnectionEnded.
  boost::asio::awaitable<void> send_head(const ApiAnswer& answer, bool is_stream, bool keep_alive);
  // One chunk, but for what the fault makes of it. Sent with the next flush(), or when there is much of it.
  boost::asio::awaitable<void> put(std::string_view bytes);
  boost::asio::awaitable<void> flush();
  boost::asio::awaitable<void> finish();

 private:
  boost::asio::awaitable<void> put_piece(std::string_view bytes);
  boost::asio::awaitable<void> do_cut();

  Connection& connection_;
  const Fault& fault_;
  std::string out_;
  bool chunked_ = false;
  bool has_cut_ = false;
  std::size_t sent_ = 0;  // bytes of the body
};

}  // namespace headgate::fakeapi
