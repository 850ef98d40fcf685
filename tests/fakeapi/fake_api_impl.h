// What is behind a FakeApi: the thread, and the state that only this thread touches.
#pragma once

#include <utility>

#include <future>
#include <memory>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "fakeapi/authority.h"
#include "fakeapi/connection.h"
#include "fakeapi/fake_api.h"
#include "fakeapi/listener.h"
#include "fakeapi/server_state.h"

namespace headgate::fakeapi {

struct FakeApi::Impl {
  explicit Impl(const FakeApiOptions& the_options) : options(the_options) {}

  // Runs `work` on the double's thread and returns what it returns, or throws what it throws.
  template <typename Work>
  auto run(Work work) -> decltype(work()) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    boost::asio::post(io, [&task] { task(); });
    return result.get();
  }
  // The same for what may change objects: the watches are told.
  template <typename Work>
  auto write(Work work) -> decltype(work()) {
    return run([this, work = std::move(work)]() mutable {
      struct Notifier {
        ServerState& state;
        ~Notifier() { state.notify(); }
      };
      const Notifier notifier{state};
      return work();
    });
  }
  void drop_connections(bool with_reset) {
    for (Connection* const connection : state.connections) connection->drop(with_reset);
  }
  void use_new_certificate() {
    certificate = make_server_certificate();
    listener->use_tls(certificate.chain, certificate.key, options.client_ca);
  }

  FakeApiOptions options;
  boost::asio::io_context io{1};
  // While connections are refused and none is open there is nothing to wait for.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keeps_running{io.get_executor()};
  ServerState state{io};
  ServerCertificate certificate;
  std::string token;
  std::unique_ptr<Listener> listener;
  std::thread thread;
};

}  // namespace headgate::fakeapi
