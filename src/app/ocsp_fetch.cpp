#include "app/ocsp_fetch.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "app/http_url.h"
#include "app/ocsp_answer.h"

namespace headgate::app {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

bool is_local(const boost::asio::ip::address& address) {
  if (address.is_unspecified() || address.is_loopback() || address.is_multicast()) return true;
  if (address.is_v6()) {
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return is_local(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6));
    return v6.is_link_local();
  }
  constexpr std::uint32_t kLinkLocal = 0xA9FE;  // 169.254/16
  return address.to_v4().to_uint() >> 16 == kLinkLocal;
}

// Resolve, connect (each address in turn), send, receive. Its handlers keep it alive.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(boost::asio::io_context& io, OcspFetchOptions options, std::function<void(Result<std::string>)> done)
      : options_(options), resolver_(io), socket_(io), timer_(io), done_(std::move(done)) {}

  void start(const HttpUrl& url, const std::string& body) {
    request_ = "POST " + url.target + " HTTP/1.1\r\nHost: " + url.authority +
               "\r\nContent-Type: application/ocsp-request\r\nAccept: application/ocsp-response\r\n"
               "Content-Length: " +
               std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
    timer_.expires_after(options_.timeout);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->finish(fail("the responder did not answer in time"));
    });
    resolver_.async_resolve(
        url.host, url.port,
        [self = shared_from_this()](const error_code& error, const tcp::resolver::results_type& found) {
          self->on_resolved(error, found);
        });
  }

 private:
  void on_resolved(const error_code& error, const tcp::resolver::results_type& found) {
    if (done_ == nullptr) return;
    if (error) return finish(fail("the responder's name cannot be resolved: " + error.message()));
    for (const auto& entry : found)
      if (options_.allow_local || !is_local(entry.endpoint().address()))
        addresses_.push_back(entry.endpoint());
    if (addresses_.empty()) return finish(fail("the responder's address is a local one"));
    connect_next();
  }

  void connect_next() {
    error_code ignored;  // closing a socket that failed to connect
    socket_.close(ignored);
    socket_.async_connect(addresses_[next_++], [self = shared_from_this()](const error_code& error) {
      if (self->done_ == nullptr) return;
      if (!error) return self->send();
      if (self->next_ < self->addresses_.size()) return self->connect_next();
      self->finish(fail("the responder cannot be reached: " + error.message()));
    });
  }

  void send() {
    boost::asio::async_write(
        socket_, boost::asio::buffer(request_),
        [self = shared_from_this()](const error_code& error, std::size_t) {
          if (self->done_ == nullptr) return;
          if (error) return self->finish(fail("the responder cannot be asked: " + error.message()));
          self->receive();
        });
  }

  void receive() {
    socket_.async_read_some(boost::asio::buffer(chunk_),
                            [self = shared_from_this()](const error_code& error, std::size_t size) {
                              self->on_received(error, size);
                            });
  }

  void on_received(const error_code& error, std::size_t size) {
    if (done_ == nullptr) return;
    if (error && error != boost::asio::error::eof)
      return finish(fail("the responder's answer broke off: " + error.message()));
    received_.append(chunk_.data(), size);
    if (auto answer = read_ocsp_answer(received_, error == boost::asio::error::eof))
      return finish(*std::move(answer));
    receive();
  }

  void finish(Result<std::string> outcome) {
    if (done_ == nullptr) return;
    const auto done = std::exchange(done_, nullptr);
    error_code ignored;  // nothing more is wanted of it
    socket_.close(ignored);
    resolver_.cancel();
    timer_.cancel();
    done(std::move(outcome));
  }

  OcspFetchOptions options_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::function<void(Result<std::string>)> done_;  // null once it is over
  std::vector<tcp::endpoint> addresses_;
  std::size_t next_ = 0;
  std::string request_;
  std::string received_;
  std::array<char, 4096> chunk_{};
};

}  // namespace

void fetch_ocsp(boost::asio::io_context& io, const tls::OcspRequest& request, const OcspFetchOptions& options,
                std::function<void(Result<std::string>)> done) {
  const Result<HttpUrl> url = parse_http_url(request.url);
  if (!url) {
    boost::asio::post(io, [done = std::move(done), reason = url.error().message] { done(fail(reason)); });
    return;
  }
  std::make_shared<Fetch>(io, options, std::move(done))->start(*url, request.body);
}

}  // namespace headgate::app
