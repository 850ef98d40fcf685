#include "base/cidr.h"

#include <algorithm>
#include <cstring>

#include "base/units.h"

namespace headgate {
namespace {

struct AddressBits {
  std::array<std::uint8_t, 16> bits{};
  bool v6 = false;
};

constexpr std::array<std::uint8_t, 12> kMappedV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

AddressBits bits_of(const SocketAddress& address) {
  AddressBits result;
  if (address.is_v6()) {
    result.v6 = true;
    std::memcpy(result.bits.data(), &reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_addr, 16);
  } else {
    std::memcpy(result.bits.data(), &reinterpret_cast<const sockaddr_in*>(address.data())->sin_addr, 4);
  }
  return result;
}

// The first `prefix` bits of `bits`, the others 0.
void cut(std::array<std::uint8_t, 16>& bits, unsigned prefix) {
  for (unsigned i = 0; i < bits.size(); ++i) {
    const unsigned kept = std::min(prefix - std::min(prefix, i * 8), 8U);
    bits[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

Result<Cidr> Cidr::parse(std::string_view text) {
  const auto refused = [text] {
    return fail("not an address block (like 10.0.0.0/8): '" + std::string(text.substr(0, 64)) + "'");
  };
  const std::size_t slash = text.find('/');
  const Result<SocketAddress> address = SocketAddress::parse(text.substr(0, slash), 0);
  if (!address) return refused();
  const AddressBits parsed = bits_of(*address);
  Cidr block;
  block.bits_ = parsed.bits;
  block.v6_ = parsed.v6;
  block.prefix_ = parsed.v6 ? 128 : 32;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const Result<std::uint64_t> prefix = parse_count(digits, block.prefix_);
    if (!prefix || digits.size() > 3) return refused();
    block.prefix_ = static_cast<std::uint8_t>(*prefix);
  }
  cut(block.bits_, block.prefix_);
  return block;
}

// Without a copy: lists are long where tenants write them, and each request is held against all of one.
bool Cidr::contains(const SocketAddress& address) const {
  const std::uint8_t* other = nullptr;
  if (address.is_v6()) {
    other = reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_addr.s6_addr;
    if (!v6_) {
      if (!std::equal(kMappedV4.begin(), kMappedV4.end(), other)) return false;
      other += kMappedV4.size();
    }
  } else {
    if (v6_) return false;
    other = reinterpret_cast<const std::uint8_t*>(
        &reinterpret_cast<const sockaddr_in*>(address.data())->sin_addr);
  }
  const unsigned whole = prefix_ / 8U;
  const unsigned rest = prefix_ % 8U;
  if (std::memcmp(bits_.data(), other, whole) != 0) return false;
  return rest == 0 || ((bits_[whole] ^ other[whole]) & (0xff00U >> rest) & 0xffU) == 0;
}

std::string Cidr::to_string() const {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  std::memcpy(&v4.sin_addr, bits_.data(), 4);
  std::memcpy(&v6.sin6_addr, bits_.data(), 16);
  const SocketAddress address = SocketAddress::from_sockaddr(v6_ ? reinterpret_cast<const sockaddr*>(&v6)
                                                                 : reinterpret_cast<const sockaddr*>(&v4));
  return address.ip_string() + "/" + std::to_string(prefix_);
}

CidrList CidrList::everyone() {
  CidrList list;
  list.add(*Cidr::parse("0.0.0.0/0"));
  list.add(*Cidr::parse("::/0"));
  return list;
}

CidrList CidrList::parse_good(std::string_view text, std::vector<Error>& errors) {
  CidrList list;
  if (trim(text).empty()) return list;
  for (;;) {
    const std::size_t comma = text.find(',');
    if (const Result<Cidr> block = Cidr::parse(trim(text.substr(0, comma))))
      list.add(*block);
    else
      errors.push_back(block.error());
    if (comma == std::string_view::npos) return list;
    text.remove_prefix(comma + 1);
  }
}

Result<CidrList> CidrList::parse(std::string_view text) {
  std::vector<Error> errors;
  CidrList list = parse_good(text, errors);
  if (!errors.empty()) return fail(errors.front().message);
  return list;
}

bool CidrList::contains(const SocketAddress& address) const {
  return std::any_of(blocks_.begin(), blocks_.end(),
                     [&](const Cidr& block) { return block.contains(address); });
}

}  // namespace headgate
