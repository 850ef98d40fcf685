// The load thread: one poll(2) loop over all clients.
#include "support/http_load.h"

#include <sys/socket.h>

#include <memory>
#include <stdexcept>

#include "support/raw_client.h"
#include "support/tls_client.h"

namespace headgate::test_support {
namespace {

constexpr std::size_t kMostFaults = 20;

// A whole answer with Content-Length at the front of `buffer`; its size, or 0 while incomplete.
std::size_t whole_answer(const std::string& buffer, HttpResponse& response) {
  const std::size_t end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  response = HttpResponse();
  parse_head(std::string_view(buffer).substr(0, end), response);
  response.status =
      std::atoi(response.start_line.c_str() + std::min<std::size_t>(9, response.start_line.size()));
  const auto length = response.field("Content-Length");
  const std::size_t size = end + 4 + (length ? std::strtoull(length->c_str(), nullptr, 10) : 0);
  return buffer.size() >= size ? size : 0;
}

}  // namespace

HttpLoad::HttpLoad(std::uint16_t port, unsigned connections, std::string request, std::string server_name)
    : port_(port),
      connections_(connections),
      request_(std::move(request)),
      server_name_(std::move(server_name)),
      thread_([this] { run(); }) {}

HttpLoad::~HttpLoad() { stop(); }

void HttpLoad::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<StreamClient> HttpLoad::connect() const {
  if (server_name_.empty()) return std::make_unique<RawClient>(port_);
  TlsOptions options;
  options.server_name = server_name_;
  auto client = std::make_unique<TlsClient>(port_, options);
  if (!client->is_secure()) throw std::runtime_error("a handshake failed: " + client->failure());
  return client;
}

void HttpLoad::run() {
  std::vector<std::unique_ptr<StreamClient>> clients(connections_);
  std::vector<pollfd> polled(connections_);
  const auto fault = [this](std::string what) {
    if (faults_.size() < kMostFaults) faults_.push_back(std::move(what));
  };
  const auto start = [&](std::size_t i) {
    try {
      if (!clients[i]) clients[i] = connect();
      polled[i] = {clients[i]->fd(), POLLIN, 0};
      if (!clients[i]->send(request_)) fault("the request could not be sent");
    } catch (const std::runtime_error& error) {
      fault(error.what());
      polled[i] = {-1, 0, 0};
    }
  };
  for (std::size_t i = 0; i < connections_; ++i) start(i);
  std::size_t open = connections_;
  HttpResponse response;
  while (open > 0) {
    if (::poll(polled.data(), polled.size(), static_cast<int>(kPatience.count())) == 0) {
      fault("no answer on any of " + std::to_string(open) + " connections");
      break;
    }
    for (std::size_t i = 0; i < connections_; ++i) {
      if (polled[i].revents == 0) continue;
      MessageReader& reader = clients[i]->reader();
      const ReadEnd end = reader.fill(Deadline(kPatience));
      if (end != ReadEnd::data) {
        fault(end == ReadEnd::reset ? "reset instead of an answer" : "closed instead of an answer");
        clients[i].reset();
      } else {
        const std::size_t size = whole_answer(reader.buffer(), response);
        if (size == 0) continue;
        if (reader.buffer().size() > size) fault("bytes after the answer");
        reader.buffer().clear();
        if (response.status != 200) fault("answer: " + response.start_line);
        ++by_pod_[response.field("X-Pod").value_or("")];
        ++answered_;
        // Headgate ends a connection after keep-alive-requests answers, and says so.
        if (response.lists("Connection", "close")) clients[i].reset();
      }
      if (!stopping_) {
        start(i);
        if (polled[i].fd < 0) --open;
      } else {
        polled[i] = {-1, 0, 0};
        --open;
      }
    }
  }
}

}  // namespace headgate::test_support
