// Starting the binary and judging its end.
#include "support/headgate_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

namespace headgate::test_support {
namespace {

std::vector<std::string> command_line(const std::vector<std::string>& source, const PortReservation& ports,
                                      const HeadgateOptions& options) {
  std::vector<std::string> command{
      headgate_binary(),
      "--http-port=" + std::to_string(ports.port(0)),
      "--https-port=" + std::to_string(options.https ? ports.port(2) : 0),
      "--healthz-port=" + std::to_string(ports.port(1)),
      "--workers=" + std::to_string(options.workers),
  };
  if (!options.bind_address.empty()) command.push_back("--bind-address=" + options.bind_address);
  if (!options.access_log.empty()) command.push_back("--access-log-path=" + options.access_log);
  command.insert(command.end(), source.begin(), source.end());
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  return command;
}

int status_of(std::uint16_t port, std::string_view path) {
  try {
    return get(port, "127.0.0.1", path).status;
  } catch (const std::runtime_error&) {
    return 0;  // not listening yet
  }
}

}  // namespace

std::string headgate_binary() {
  if (const char* const binary = std::getenv("HEADGATE_BINARY")) return binary;  // another build's
#ifdef HEADGATE_BINARY
  return HEADGATE_BINARY;
#else
  throw std::runtime_error("this build has no headgate binary");
#endif
}

HeadgateProcess::HeadgateProcess(const ManifestFolder& manifests, const HeadgateOptions& options)
    : HeadgateProcess({"--manifests=" + manifests.path().string()}, options) {}

HeadgateProcess::HeadgateProcess(const HeadgateOptions& options)
    : HeadgateProcess(std::vector<std::string>(), options) {}

HeadgateProcess::HeadgateProcess(const std::vector<std::string>& source, const HeadgateOptions& options)
    : ports_(3), process_(std::make_unique<ChildProcess>(command_line(source, ports_, options))) {
  const auto ready = [&] {
    const char* path = options.wait_ready ? "/readyz" : "/healthz";
    return process_->wait(std::chrono::milliseconds(0)) || status_of(admin_port(), path) == 200;
  };
  if (!eventually(ready, options.ready_within) || !is_running()) {
    process_->signal(SIGTERM);
    process_->wait(std::chrono::seconds(5));
    throw std::runtime_error("headgate did not become ready; its log:\n" + process_->standard_error());
  }
}

HeadgateProcess::~HeadgateProcess() {
  process_->signal(SIGTERM);
  const auto status = process_->wait();
  const std::string log = process_->standard_error();
  const std::string tail = log.size() > 8000 ? log.substr(log.size() - 8000) : log;
  if (!status) {
    ADD_FAILURE() << "headgate did not end on SIGTERM; its log:\n" << tail;
  } else if (status->code != 0) {
    ADD_FAILURE() << "headgate ended with code " << status->code << ", signal " << status->signal
                  << "; its log:\n"
                  << tail;
  }
  for (const char* mark : {"Sanitizer", "runtime error:"}) {
    if (log.find(mark) != std::string::npos) ADD_FAILURE() << "a sanitizer spoke:\n" << tail;
  }
}

bool HeadgateProcess::is_running() { return !process_->wait(std::chrono::milliseconds(0)); }

HttpResponse HeadgateProcess::get(std::string_view host, std::string_view path,
                                  std::string_view fields) const {
  return test_support::get(http_port(), host, path, fields);
}

HttpResponse HeadgateProcess::admin(std::string_view path) const {
  return test_support::get(admin_port(), "127.0.0.1", path);
}

bool HeadgateProcess::wait_for_finding(std::string_view text) const {
  return eventually([&] { return admin("/debug/findings").body.find(text) != std::string::npos; });
}

bool HeadgateProcess::wait_for(std::string_view host, std::string_view path, int status, std::string_view pod,
                               std::chrono::milliseconds within) const {
  return eventually(
      [&] {
        const HttpResponse response = get(host, path);
        return response.status == status && (pod.empty() || response.field("X-Pod") == std::string(pod));
      },
      within);
}

}  // namespace headgate::test_support
