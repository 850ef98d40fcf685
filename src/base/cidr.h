// Blocks of IP addresses ("10.0.0.0/8", "fd00::/8", "192.0.2.7") and lists of them: trusted sources now,
// allow lists later. Values; safe to share between threads once made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"

namespace headgate {

class Cidr {
 public:
  // An address, or an address with a prefix length. Fails naming the text: a length that is no number, or too
  // large; a host name. Bits behind the prefix are ignored, as nginx ignores them.
  static Result<Cidr> parse(std::string_view text);

  // IPv4 clients of an IPv6 socket (::ffff:a.b.c.d) are IPv4 clients.
  [[nodiscard]] bool contains(const SocketAddress& address) const;
  [[nodiscard]] std::string to_string() const;  // "10.0.0.0/8", without the ignored bits
  friend bool operator==(const Cidr&, const Cidr&) = default;

 private:
  std::array<std::uint8_t, 16> bits_{};  // network order; IPv4 in the first four; 0 behind the prefix
  std::uint8_t prefix_ = 0;
  bool v6_ = false;
};

class CidrList {
 public:
  CidrList() = default;  // contains nobody
  static CidrList everyone();
  // Separated by commas, blanks around them ignored; an empty text is an empty list. Fails at the first entry
  // that is none.
  static Result<CidrList> parse(std::string_view text);
  // The same, but entries that are none are left out and told in `errors`.
  static CidrList parse_good(std::string_view text, std::vector<Error>& errors);

  void add(const Cidr& block) { blocks_.push_back(block); }
  [[nodiscard]] bool contains(const SocketAddress& address) const;
  [[nodiscard]] bool empty() const { return blocks_.empty(); }
  [[nodiscard]] const std::vector<Cidr>& blocks() const { return blocks_; }
  friend bool operator==(const CidrList&, const CidrList&) = default;

 private:
  std::vector<Cidr> blocks_;
};

}  // namespace headgate
