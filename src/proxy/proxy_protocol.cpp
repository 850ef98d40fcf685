#include "proxy/proxy_protocol.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/units.h"

namespace headgate::proxy {
namespace {

constexpr std::string_view kLineStart = "PROXY ";
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedSize = 16;  // signature, version and command, family and transport, length
constexpr std::size_t kUnixPath = 108;
constexpr std::uint8_t kCrc32c = 0x03;

ProxyHeader incomplete() { return {}; }
ProxyHeader malformed() {
  ProxyHeader header;
  header.status = ProxyHeaderStatus::malformed;
  return header;
}
ProxyHeader complete(std::size_t size) {
  ProxyHeader header;
  header.status = ProxyHeaderStatus::complete;
  header.size = size;
  return header;
}

// One of the two begins like the other.
bool is_start_of(std::string_view data, std::string_view whole) {
  const std::size_t size = std::min(data.size(), whole.size());
  return data.substr(0, size) == whole.substr(0, size);
}

std::uint8_t byte_at(std::string_view data, std::size_t at) { return static_cast<std::uint8_t>(data[at]); }

std::size_t number_at(std::string_view data, std::size_t at) {
  return std::size_t{byte_at(data, at)} << 8U | byte_at(data, at + 1);
}

// --- version 1 ---

std::string_view take_word(std::string_view& line) {
  const std::size_t space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return word;
}

// Decimal, without leading zeroes (§2.1).
std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  const Result<std::uint64_t> port = parse_count(text, 65535);
  if (!port) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

bool read_line(std::string_view line, ProxyHeader& header) {
  line.remove_prefix(kLineStart.size());
  const std::string_view protocol = take_word(line);
  if (protocol == "UNKNOWN") return true;  // whatever else the line says is to be ignored
  if (protocol != "TCP4" && protocol != "TCP6") return false;
  const int family = protocol == "TCP6" ? AF_INET6 : AF_INET;
  const std::string_view source_ip = take_word(line);
  const std::string_view destination_ip = take_word(line);
  const std::optional<std::uint16_t> source_port = parse_port(take_word(line));
  if (line.empty()) return false;
  const std::optional<std::uint16_t> destination_port = parse_port(line);
  if (!source_port || !destination_port) return false;
  const Result<SocketAddress> source = SocketAddress::parse(source_ip, *source_port);
  const Result<SocketAddress> destination = SocketAddress::parse(destination_ip, *destination_port);
  if (!source || !destination || source->family() != family || destination->family() != family) return false;
  header.has_addresses = true;
  header.source = *source;
  header.destination = *destination;
  return true;
}

ProxyHeader read_version1(std::string_view data) {
  const std::string_view considered = data.substr(0, kMaxProxyLine);
  const std::size_t end = considered.find_first_of("\r\n");
  if (end == std::string_view::npos || (considered[end] == '\r' && end + 1 == considered.size()))
    return considered.size() == kMaxProxyLine ? malformed() : incomplete();
  if (considered[end] != '\r' || considered[end + 1] != '\n') return malformed();
  ProxyHeader header = complete(end + 2);
  if (end < kLineStart.size() || !read_line(considered.substr(0, end), header)) return malformed();
  return header;
}

// --- version 2 ---

// CRC32c of `data` as if the four bytes at `checksum` were 0 (§2.2.3).
std::uint32_t crc32c(std::string_view data, std::size_t checksum) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (i < checksum || i >= checksum + 4) crc ^= byte_at(data, i);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

// The TLVs fill the header to its end, and a checksum among them is right.
bool check_tlvs(std::string_view header, std::size_t at) {
  while (at < header.size()) {
    if (header.size() - at < 3) return false;
    const std::uint8_t type = byte_at(header, at);
    const std::size_t size = number_at(header, at + 1);
    at += 3;
    if (header.size() - at < size) return false;
    if (type == kCrc32c) {
      if (size != 4) return false;
      const std::uint32_t stated = static_cast<std::uint32_t>(number_at(header, at) << 16U) |
                                   static_cast<std::uint32_t>(number_at(header, at + 2));
      if (stated != crc32c(header, at)) return false;
    }
    at += size;
  }
  return true;
}

void read_v4(std::string_view addresses, ProxyHeader& header) {
  const auto read = [&](std::size_t ip, std::size_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, addresses.data() + ip, 4);
    std::memcpy(&address.sin_port, addresses.data() + port, 2);
    return SocketAddress::from_sockaddr(reinterpret_cast<const sockaddr*>(&address));
  };
  header.source = read(0, 8);
  header.destination = read(4, 10);
  header.has_addresses = true;
}

void read_v6(std::string_view addresses, ProxyHeader& header) {
  const auto read = [&](std::size_t ip, std::size_t port) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, addresses.data() + ip, 16);
    std::memcpy(&address.sin6_port, addresses.data() + port, 2);
    return SocketAddress::from_sockaddr(reinterpret_cast<const sockaddr*>(&address));
  };
  header.source = read(0, 32);
  header.destination = read(16, 34);
  header.has_addresses = true;
}

// Bytes of the addresses of each family (§2.2): none, IPv4, IPv6, Unix.
constexpr std::size_t kAddressSizes[] = {0, 12, 36, 2 * kUnixPath};

ProxyHeader read_version2(std::string_view data) {
  // Judged as soon as they are there: a balancer that speaks otherwise need not be waited for.
  if (data.size() > 12 && (byte_at(data, 12) >> 4U != 2 || (byte_at(data, 12) & 0x0fU) > 1))
    return malformed();
  const bool local = data.size() > 12 && (byte_at(data, 12) & 0x0fU) == 0;
  if (data.size() > 13 && !local && (byte_at(data, 13) >> 4U > 3 || (byte_at(data, 13) & 0x0fU) > 2))
    return malformed();
  if (data.size() < kFixedSize) return incomplete();
  const std::size_t size = kFixedSize + number_at(data, 14);
  if (size > kMaxProxyHeader) return malformed();
  const std::size_t family = byte_at(data, 13) >> 4U;
  const std::size_t transport = byte_at(data, 13) & 0x0fU;
  if (!local && size < kFixedSize + kAddressSizes[family]) return malformed();
  if (data.size() < size) return incomplete();
  data = data.substr(0, size);
  ProxyHeader header = complete(size);
  if (local) return header;  // what else it says is to be skipped unread
  if (!check_tlvs(data, kFixedSize + kAddressSizes[family])) return malformed();
  if (transport == 1 && family == 1) read_v4(data.substr(kFixedSize), header);
  if (transport == 1 && family == 2) read_v6(data.substr(kFixedSize), header);
  return header;
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view data) {
  if (data.empty()) return incomplete();
  if (data.front() == kSignature.front())
    return is_start_of(data, kSignature) ? read_version2(data) : malformed();
  if (!is_start_of(data, kLineStart)) return malformed();
  return data.size() < kLineStart.size() ? incomplete() : read_version1(data);
}

}  // namespace headgate::proxy
