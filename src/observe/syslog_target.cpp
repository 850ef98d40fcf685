#include "observe/syslog_target.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

namespace headgate::observe {
namespace {

constexpr int kPriority = 23 * 8 + 6;  // local7, informational
constexpr int kPatience = 50;          // milliseconds for a full socket
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

SyslogTarget::SyslogTarget(std::shared_ptr<const SyslogServer> server, std::string_view host_name)
    : server_(std::move(server)), host_name_(host_name) {}

SyslogTarget::~SyslogTarget() {
  if (fd_ >= 0) ::close(fd_);
}

std::string SyslogTarget::head_at(std::time_t now, std::string_view host_name) {
  tm parts{};
  gmtime_r(&now, &parts);
  char stamp[64];
  std::snprintf(stamp, sizeof stamp, "<%d>%s %2d %02d:%02d:%02d ", kPriority,
                kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec);
  return std::string(stamp).append(host_name).append(" nginx: ");
}

bool SyslogTarget::open_for(const SocketAddress& server) {
  if (fd_ >= 0 && family_ == server.family()) return true;
  if (fd_ >= 0) ::close(fd_);
  family_ = server.family();
  fd_ = ::socket(family_, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return fd_ >= 0;
}

bool SyslogTarget::send(std::string_view head, std::string_view line, const SocketAddress& server) const {
  line = line.substr(0, kMostLine);
  SocketAddress to = server;
  std::array<iovec, 2> parts{iovec{const_cast<char*>(head.data()), head.size()},
                             iovec{const_cast<char*>(line.data()), line.size()}};
  msghdr message{};
  message.msg_name = to.data();
  message.msg_namelen = to.size();
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  for (bool waited = false;; waited = true) {
    if (::sendmsg(fd_, &message, MSG_NOSIGNAL) >= 0) return true;
    if (errno == EINTR) continue;
    if (waited || (errno != EAGAIN && errno != ENOBUFS)) return false;
    pollfd entry{fd_, POLLOUT, 0};
    if (::poll(&entry, 1, kPatience) <= 0) return false;
  }
}

std::uint64_t SyslogTarget::write(const LogBuffer& buffer, const OutOfTime& out_of_time) {
  const std::optional<SocketAddress> server = server_->get();
  const bool ready = server && open_for(*server);
  const std::string head = head_at(std::time(nullptr), host_name_);
  std::string_view rest(buffer.data.get(), buffer.size);
  std::uint64_t lost = 0;
  while (!rest.empty()) {
    const std::size_t size = std::min(rest.find('\n'), rest.size());
    if (!ready || out_of_time() || !send(head, rest.substr(0, size), *server)) ++lost;
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return lost;
}

}  // namespace headgate::observe
