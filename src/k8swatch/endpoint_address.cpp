#include "k8swatch/endpoint_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace headgate::k8swatch {
namespace {

// Of AWS, Google Cloud and Oracle (IPv6), of Alibaba, Oracle's classic one, and of Azure's machine agent.
constexpr std::array<std::string_view, 6> kMetadataServices = {
    "fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "100.100.100.200", "192.0.0.192", "168.63.129.16"};

// Where an IPv6 address holds an IPv4 one.
struct Embedding {
  std::array<unsigned char, 12> prefix;
  std::size_t prefix_bytes;
  std::size_t at;  // of the IPv4 address
};

// Mapped (RFC 4291 §2.5.5.2), NAT64 (RFC 6052 §2.1, well-known prefix), NAT64 of one's own (RFC 8215; as a
// /96: shorter prefixes than a /64 leave zeros in that place, which are refused as 0.0.0.0), 6to4 (RFC 3056
// §2), compatible (RFC 4291 §2.5.5.1, given up, but systems with such a tunnel still send it on).
constexpr std::array<Embedding, 5> kEmbeddings = {{
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 12, 12},
    {{0, 0x64, 0xff, 0x9b}, 12, 12},
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 6, 12},
    {{0x20, 0x02}, 2, 2},
    {{}, 12, 12},
}};

std::optional<SocketAddress> embedded_v4(const SocketAddress& address) {
  if (!address.is_v6()) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, address.data(), sizeof v6);
  // They look like compatible ones, and are not.
  if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) || IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)) return std::nullopt;
  const unsigned char* const bytes = v6.sin6_addr.s6_addr;
  const auto found = std::find_if(kEmbeddings.begin(), kEmbeddings.end(), [bytes](const Embedding& each) {
    return std::equal(each.prefix.begin(), each.prefix.begin() + each.prefix_bytes, bytes);
  });
  if (found == kEmbeddings.end()) return std::nullopt;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port;
  std::memcpy(&v4.sin_addr, bytes + found->at, sizeof v4.sin_addr);
  return SocketAddress::from_sockaddr(reinterpret_cast<const sockaddr*>(&v4));
}

// 240.0.0.0/4 (RFC 1112 §4): nobody has one, and what becomes of it depends on the system.
bool is_reserved(const SocketAddress& address) {
  if (address.is_v6()) return false;
  sockaddr_in v4{};
  std::memcpy(&v4, address.data(), sizeof v4);
  return (ntohl(v4.sin_addr.s_addr) >> 28) == 0xF;
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
  if (address.is_unroutable()) return "is an unspecified, link-local or multicast address";
  if (is_reserved(address)) return "is a reserved address (240.0.0.0/4)";
  if (address.is_loopback() && !rules.allow_loopback) return "is a loopback address";
  if (is_own_listener(address, rules)) return "is, with that port, Headgate itself";
  if (is_metadata_service(address)) return "is the metadata service of a cloud";
  const auto inner = embedded_v4(address);
  return inner ? refuse_address(*inner, rules) : std::nullopt;
}

}  // namespace headgate::k8swatch
