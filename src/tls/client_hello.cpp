#include "tls/client_hello.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace headgate::tls {
namespace {

constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kMaxFragment = std::size_t{1} << 14;  // RFC 8446 §5.1
constexpr std::size_t kHandshakeHeader = 4;
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kVersionMajor = 3;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint16_t kServerNameExtension = 0;
constexpr std::uint8_t kHostName = 0;

std::uint8_t byte_at(std::string_view data, std::size_t at) { return static_cast<std::uint8_t>(data[at]); }

// Takes length-prefixed fields off the front; nothing more can be taken after the first that is not there.
class Reader {
 public:
  explicit Reader(std::string_view data) : rest_(data) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::string_view bytes(std::size_t size) {
    if (size > rest_.size()) good_ = false;
    if (!good_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::size_t number(std::size_t size) {
    std::size_t value = 0;
    for (const char c : bytes(size)) value = value << 8U | static_cast<std::uint8_t>(c);
    return value;
  }
  // A vector: its length in `size` bytes, then its bytes.
  std::string_view vector(std::size_t size) { return bytes(number(size)); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

// The first records' handshake bytes put together.
struct Handshake {
  HelloStatus status;       // complete: `size` bytes are there
  std::size_t size = 0;     // of the hello, header included, once known
  std::string_view body{};  // where the hello lies in one record
};

// Looks at the record headers alone. The hello ends where a record ends: what follows it in the same record
// would be a second message before our answer to the first.
Handshake survey(std::string_view data) {
  std::array<std::uint8_t, kHandshakeHeader> header{};
  std::size_t gathered = 0;
  std::size_t size = 0;
  for (std::size_t at = 0;;) {
    const std::size_t left = data.size() - at;
    const HelloStatus strange = at == 0 ? HelloStatus::not_tls : HelloStatus::malformed;
    if (left > 0 && byte_at(data, at) != kHandshakeRecord) return {strange};
    if (left > 1 && byte_at(data, at + 1) != kVersionMajor) return {strange};
    if (left < kRecordHeader) return {HelloStatus::incomplete};
    const std::size_t length = std::size_t{byte_at(data, at + 3)} << 8U | byte_at(data, at + 4);
    if (length == 0 || length > kMaxFragment) return {HelloStatus::malformed};
    const std::string_view fragment = data.substr(at + kRecordHeader, length);
    for (std::size_t i = 0; gathered + i < header.size() && i < fragment.size(); ++i)
      header[gathered + i] = static_cast<std::uint8_t>(fragment[i]);
    if (gathered + fragment.size() > 0 && header[0] != kClientHello) return {HelloStatus::malformed};
    if (size == 0 && gathered + fragment.size() >= header.size()) {
      size = header.size() + (std::size_t{header[1]} << 16U | std::size_t{header[2]} << 8U | header[3]);
      if (size > kMaxHello) return {HelloStatus::malformed};
    }
    if (size != 0 && gathered + length > size) return {HelloStatus::malformed};
    if (fragment.size() < length) return {HelloStatus::incomplete};
    if (gathered + length == size)
      return {HelloStatus::complete, size, gathered == 0 ? fragment : std::string_view()};
    gathered += length;
    at += kRecordHeader + length;
  }
}

// The fragments of a surveyed hello, copied together. `hello` has room for kMaxHello.
std::string_view gather(std::string_view data, std::size_t size, char* hello) {
  std::size_t gathered = 0;
  for (std::size_t at = 0; gathered < size;) {
    const std::size_t length = std::size_t{byte_at(data, at + 3)} << 8U | byte_at(data, at + 4);
    std::memcpy(hello + gathered, data.data() + at + kRecordHeader, length);
    gathered += length;
    at += kRecordHeader + length;
  }
  return {hello, size};
}

// RFC 6066 §3: one host name. Nothing else was ever defined, and nothing can be: the format has no length for
// names of other kinds.
std::optional<std::string_view> read_server_names(std::string_view extension) {
  Reader reader(extension);
  Reader list(reader.vector(2));
  const std::size_t kind = list.number(1);
  const std::string_view name = list.vector(2);
  if (!reader.good() || !reader.at_end() || !list.good() || !list.at_end()) return std::nullopt;
  if (kind != kHostName || name.empty()) return std::nullopt;
  return name;
}

// The server name as sent, empty where there is none; nothing where the hello contradicts itself.
std::optional<std::string_view> read_hello(std::string_view hello) {
  Reader reader(hello.substr(kHandshakeHeader));
  const std::size_t major = reader.number(1);
  reader.bytes(1 + 32);  // minor version, random
  const std::string_view session_id = reader.vector(1);
  const std::string_view ciphers = reader.vector(2);
  const std::string_view compressions = reader.vector(1);
  if (!reader.good() || major != kVersionMajor || session_id.size() > 32 || ciphers.empty() ||
      ciphers.size() % 2 != 0 || compressions.empty())
    return std::nullopt;
  if (reader.at_end()) return std::string_view();  // TLS 1.2 without extensions
  Reader extensions(reader.vector(2));
  if (!reader.good() || !reader.at_end()) return std::nullopt;
  std::optional<std::string_view> name;
  while (!extensions.at_end()) {
    const std::size_t type = extensions.number(2);
    const std::string_view content = extensions.vector(2);
    if (!extensions.good()) return std::nullopt;
    if (type != kServerNameExtension) continue;
    if (name) return std::nullopt;  // twice
    name = read_server_names(content);
    if (!name) return std::nullopt;
  }
  return name.value_or(std::string_view());
}

}  // namespace

ClientHello read_client_hello(std::string_view data) {
  ClientHello result;
  const std::string_view considered = data.substr(0, kMaxHello);
  const Handshake handshake = survey(considered);
  result.status = handshake.status;
  // More bytes would not be looked at: it will never be complete.
  if (result.status == HelloStatus::incomplete && considered.size() == kMaxHello)
    result.status = HelloStatus::malformed;
  if (result.status != HelloStatus::complete) return result;
  std::array<char, kMaxHello> copy;
  const std::optional<std::string_view> name =
      read_hello(handshake.body.empty() ? gather(considered, handshake.size, copy.data()) : handshake.body);
  if (!name) {
    result.status = HelloStatus::malformed;
    return result;
  }
  result.name_size = static_cast<std::uint16_t>(normalise_server_name(*name, result.name).size());
  return result;
}

}  // namespace headgate::tls
