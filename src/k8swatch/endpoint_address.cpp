#include "k8swatch/endpoint_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace headgate::k8swatch {
namespace {

// Of AWS, Google Cloud and Oracle (IPv6), of Alibaba, Oracle's classic one, and of Azure's machine agent.
constexpr std::array<std::string_view, 6> kMetadataServices = {
    "fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "100.100.100.200", "192.0.0.192", "168.63.129.16"};

// The IPv4 address that an IPv6 one holds: mapped (RFC 4291 §2.5.5), NAT64 (RFC 6052 §2.1, well-known
// prefix), 6to4 (RFC 3056 §2).
std::optional<SocketAddress> embedded_v4(const SocketAddress& address) {
  if (!address.is_v6()) return std::nullopt;
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<unsigned char, 12> kNat64 = {0, 0x64, 0xff, 0x9b};
  constexpr std::array<unsigned char, 2> k6to4 = {0x20, 0x02};
  sockaddr_in6 v6{};
  std::memcpy(&v6, address.data(), sizeof v6);
  const unsigned char* const bytes = v6.sin6_addr.s6_addr;
  const unsigned char* found = nullptr;
  if (std::equal(kMapped.begin(), kMapped.end(), bytes) || std::equal(kNat64.begin(), kNat64.end(), bytes))
    found = bytes + 12;
  else if (std::equal(k6to4.begin(), k6to4.end(), bytes))
    found = bytes + 2;
  if (found == nullptr) return std::nullopt;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port;
  std::memcpy(&v4.sin_addr, found, sizeof v4.sin_addr);
  return SocketAddress::from_sockaddr(reinterpret_cast<const sockaddr*>(&v4));
}

bool is_metadata_service(const SocketAddress& address) {
  const std::string ip = address.ip_string();
  return std::find(kMetadataServices.begin(), kMetadataServices.end(), ip) != kMetadataServices.end();
}

bool is_own_listener(const SocketAddress& address, const AddressRules& rules) {
  return std::find(rules.own_listeners.begin(), rules.own_listeners.end(), address) !=
         rules.own_listeners.end();
}

}  // namespace

std::optional<std::string> refuse_address(const SocketAddress& address, const AddressRules& rules) {
  if (address.is_unroutable()) return "is no address of a pod (unspecified, link-local or multicast)";
  if (address.is_loopback() && !rules.allow_loopback) return "is a loopback address, not one of a pod";
  if (is_own_listener(address, rules)) return "is, with that port, Headgate itself";
  return std::nullopt;
}

std::optional<std::string> refuse_external_address(const SocketAddress& address, const AddressRules& rules) {
  if (address.is_unroutable()) return "is an unspecified, link-local or multicast address";
  if (address.is_loopback() && !rules.allow_loopback) return "is a loopback address";
  if (is_own_listener(address, rules)) return "is, with that port, Headgate itself";
  if (is_metadata_service(address)) return "is the metadata service of a cloud";
  const auto inner = embedded_v4(address);
  return inner ? refuse_external_address(*inner, rules) : std::nullopt;
}

}  // namespace headgate::k8swatch
