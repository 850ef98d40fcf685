// One listening socket of one Worker (SO_REUSEPORT: the kernel spreads connections over the Workers).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/socket_address.h"
#include "proxy/io_loop.h"

namespace headgate::proxy {

class Transport;
struct ClientInfo;
struct WorkerContext;

class Acceptor final : public IoHandler {
 public:
  // `over_tls`: what comes in here begins with a TLS handshake.
  Acceptor(const SocketAddress& address, bool over_tls) : address_(address), over_tls_(over_tls) {}
  ~Acceptor() override;

  // Binds and listens; the message names the address and the reason. Port 0 takes a free one: see address().
  Result<void> open();
  void start(WorkerContext& context);
  // Takes what the kernel has queued, then closes: with SO_REUSEPORT queued connections would be lost
  // otherwise.
  void stop();
  // Resumes after accept(2) ran out of descriptors, or too many handshakes were in progress. Called once a
  // tick.
  void on_tick();

  [[nodiscard]] const SocketAddress& address() const { return address_; }
  [[nodiscard]] bool is_over_tls() const { return over_tls_; }

  void on_io(std::uint32_t events) override;

 private:
  // False: nothing is queued (or nothing can be taken).
  bool accept_one();
  // For the event that is there.
  int accepts_now();
  template <typename Connection>
  void begin(Connection* connection);
  void pause();  // until the next tick
  void on_out_of_descriptors();

  SocketAddress address_;
  bool over_tls_;
  std::string port_;
  int fd_ = -1;
  int reserve_fd_ = -1;  // given up to accept and close one connection when descriptors run out
  bool paused_ = false;
  std::uint64_t last_batch_ = 0;  // of the loop, that had connections
  int batches_in_a_row_ = 0;      // such ones
  WorkerContext* context_ = nullptr;
};

}  // namespace headgate::proxy
