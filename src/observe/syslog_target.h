// Lines of the access log for a syslog server: one datagram of UDP for each, as nginx writes them (RFC 3164:
// facility local7, severity info, tag "nginx").
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "base/socket_address.h"
#include "observe/log_target.h"
#include "observe/syslog_server.h"

namespace headgate::observe {

class SyslogTarget final : public LogTarget {
 public:
  // The longest line that is sent whole; the rest of a longer one is cut. What UDP carries, with its head.
  static constexpr std::size_t kMostLine = 64 * 1000;

  // `host_name`: what the server is told of where a line comes from.
  SyslogTarget(std::shared_ptr<const SyslogServer> server, std::string_view host_name);
  ~SyslogTarget() override;
  SyslogTarget(const SyslogTarget&) = delete;
  SyslogTarget& operator=(const SyslogTarget&) = delete;

  // What cannot be sent at once is lost, and so is everything while it is not known where the server is.
  std::uint64_t write(const LogBuffer& buffer, const OutOfTime& out_of_time) override;

  // "<190>Nov  3 10:00:00 host nginx: ", in UTC.
  [[nodiscard]] static std::string head_at(std::time_t now, std::string_view host_name);

 private:
  [[nodiscard]] bool open_for(const SocketAddress& server);
  [[nodiscard]] bool send(std::string_view head, std::string_view line, const SocketAddress& server) const;

  std::shared_ptr<const SyslogServer> server_;
  std::string host_name_;
  int fd_ = -1;
  int family_ = 0;  // of fd_
};

}  // namespace headgate::observe
