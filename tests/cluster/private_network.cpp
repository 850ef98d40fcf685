// unshare(2), and the loopback interface given its addresses by ioctl(2).
#include "cluster/private_network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "support/file_descriptor.h"

namespace headgate::cluster_test {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

constexpr const char* kNodeInterface = "lo:node";

void write_line(const char* path, const std::string& line) {
  std::ofstream file(path);
  if (!(file << line << std::flush)) fail(path);
}

void change_interface(const test_support::FileDescriptor& socket, unsigned long request, ifreq& interface) {
  if (::ioctl(socket.get(), request, &interface) != 0) fail(interface.ifr_name);
}

test_support::FileDescriptor control_socket() {
  return test_support::FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

// `name`: "lo", or "lo:x" for a further address. All addresses of the prefix become local ones.
void give_address(const test_support::FileDescriptor& socket, const char* name, const char* address,
                  const char* mask) {
  ifreq interface {};
  std::strncpy(interface.ifr_name, name, sizeof interface.ifr_name - 1);
  sockaddr_in value{};
  value.sin_family = AF_INET;
  ::inet_pton(AF_INET, address, &value.sin_addr);
  std::memcpy(&interface.ifr_addr, &value, sizeof value);
  change_interface(socket, SIOCSIFADDR, interface);
  ::inet_pton(AF_INET, mask, &value.sin_addr);
  std::memcpy(&interface.ifr_netmask, &value, sizeof value);
  change_interface(socket, SIOCSIFNETMASK, interface);
}

}  // namespace

void enter_private_network() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS | (user == 0 ? 0 : CLONE_NEWUSER)) != 0) fail("unshare");
  if (user != 0) {
    write_line("/proc/self/setgroups", "deny");
    write_line("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
    write_line("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  }
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("mount /");
  if (::mount("none", "/run", "tmpfs", 0, "size=16m") != 0) fail("mount /run");

  // What a killed process has not said yet is soon given up: see set_node_reachable().
  write_line("/proc/sys/net/ipv4/tcp_orphan_retries", "1");

  const test_support::FileDescriptor socket = control_socket();
  ifreq loopback{};
  std::strncpy(loopback.ifr_name, "lo", sizeof loopback.ifr_name - 1);
  change_interface(socket, SIOCGIFFLAGS, loopback);
  loopback.ifr_flags = static_cast<short>(loopback.ifr_flags | IFF_UP);
  change_interface(socket, SIOCSIFFLAGS, loopback);
  give_address(socket, kNodeInterface, kNodeAddress, "255.255.255.255");
  give_address(socket, "lo:pods", pod_address(0, 1).c_str(), "255.255.0.0");
}

void set_node_reachable(bool reachable) {
  const test_support::FileDescriptor socket = control_socket();
  if (reachable) {
    give_address(socket, kNodeInterface, kNodeAddress, "255.255.255.255");
    return;
  }
  ifreq interface {};
  std::strncpy(interface.ifr_name, kNodeInterface, sizeof interface.ifr_name - 1);
  interface.ifr_flags = 0;  // without IFF_UP the alias goes, and the address with it
  change_interface(socket, SIOCSIFFLAGS, interface);
}

}  // namespace headgate::cluster_test
