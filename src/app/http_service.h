// What the small HTTP servers beside the data plane share: accepting, a bounded number of connections,
// request heads. Each runs on one thread of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace headgate::app {

using ServiceRequest = boost::beast::http::request<boost::beast::http::empty_body>;

// Parses one complete head of no more than `most` bytes. Beast never sees a body, a trailer or a head in
// pieces: its weak points. `body_length` (or null): what Content-Length says, of whatever size; else 0.
bool parse_service_head(std::string_view text, std::size_t most, ServiceRequest& request,
                        std::uint64_t* body_length = nullptr);

// Hands each connection to `take`, until the acceptor is closed. Goes on after errors, slowly.
boost::asio::awaitable<void> accept_all(boost::asio::ip::tcp::acceptor& acceptor,
                                        std::function<void(boost::asio::ip::tcp::socket)> take);

// The connections of one server, so that slow clients never keep others out.
class ServiceConnections {
 public:
  // One client; in the list from its constructor to its destructor. `stream` outlives it.
  class Entry {
   public:
    Entry(ServiceConnections& all, boost::beast::tcp_stream& stream);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // From now on the client is waited for, for `most`; until end_wait().
    void begin_wait(std::chrono::seconds most);
    void end_wait() { is_waiting_ = false; }

   private:
    friend class ServiceConnections;
    ServiceConnections& all_;
    boost::beast::tcp_stream& stream_;
    bool is_waiting_ = false;
  };

  explicit ServiceConnections(std::size_t most) : most_(most) {}

  // Where there are as many as may be, the one whose client is silent for longest is closed. False: every one
  // is being answered.
  bool make_room();

 private:
  const std::size_t most_;
  std::list<Entry*> entries_;  // the one whose client was last waited for earliest is first
};

}  // namespace headgate::app
