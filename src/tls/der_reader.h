// Walks DER (X.690) element by element, for what must be read of ten thousand certificates without the cost
// of OpenSSL's objects. Views into the input; never reads outside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate::tls {

enum : std::uint8_t {
  kDerInteger = 0x02,
  kDerBitString = 0x03,
  kDerOctetString = 0x04,
  kDerOid = 0x06,
  kDerBoolean = 0x01,
  kDerSequence = 0x30,
};
// Constructed, context-specific: [n].
constexpr std::uint8_t der_context(std::uint8_t n) { return 0xA0 | n; }

struct DerElement {
  std::uint8_t tag = 0;
  std::string_view whole;    // with tag and length
  std::string_view content;  // without
};

class DerReader {
 public:
  explicit DerReader(std::string_view data) : rest_(data) {}

  // False: the end, or no well-formed element.
  bool next(DerElement& element) {
    if (rest_.size() < 2) return false;
    const auto byte = [this](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(rest_[i]));
    };
    if ((byte(0) & 0x1F) == 0x1F) return false;  // long tags: nothing we read has them
    std::size_t size = byte(1);
    std::size_t header = 2;
    if (size >= 0x80) {
      const std::size_t digits = size & 0x7F;
      if (digits == 0 || digits > 3 || rest_.size() < 2 + digits) return false;
      size = 0;
      for (std::size_t i = 0; i < digits; ++i) size = (size << 8) | byte(2 + i);
      header += digits;
    }
    if (rest_.size() - header < size) return false;
    element.tag = static_cast<std::uint8_t>(byte(0));
    element.whole = rest_.substr(0, header + size);
    element.content = rest_.substr(header, size);
    rest_.remove_prefix(header + size);
    return true;
  }
  // The next element, which must have this tag.
  bool next(std::uint8_t tag, DerElement& element) { return next(element) && element.tag == tag; }
  // The next element where it has this tag; otherwise it stays.
  bool next_if(std::uint8_t tag, DerElement& element) {
    return !rest_.empty() && static_cast<std::uint8_t>(rest_.front()) == tag && next(element);
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace headgate::tls
