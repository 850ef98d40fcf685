// Asking at a steady pace.
#include "cluster/prober.h"

#include <stdexcept>

#include "support/http_message.h"
#include "support/ticker.h"

namespace headgate::cluster_test {

test_support::HttpResponse Prober::ask(const std::string& request) {
  if (!client_) client_.emplace(port_);
  test_support::HttpResponse response = client_->exchange(request);
  if (response.status == 0 || response.lists("Connection", "close")) client_.reset();
  return response;
}

SteadyProbe::SteadyProbe(std::uint16_t port, const std::string& host) {
  thread_ = std::thread([this, port, request = test_support::make_request("GET", host, "/")] {
    Prober prober(port);
    test_support::Ticker beat(kPace);
    while (!stopping_.load()) {
      beat.next();
      try {
        const test_support::HttpResponse response = prober.ask(request);
        if (response.status == 200 && response.complete) {
          ++answered_;
        } else {
          faults_.push_back("answer " + std::to_string(answered_.load()) + ": status " +
                            std::to_string(response.status) + " " + response.problem);
        }
      } catch (const std::runtime_error& error) {
        faults_.push_back(error.what());
      }
    }
  });
}

SteadyProbe::~SteadyProbe() { stop(); }

const std::vector<std::string>& SteadyProbe::stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
  return faults_;
}

}  // namespace headgate::cluster_test
