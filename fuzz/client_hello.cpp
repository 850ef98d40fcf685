// ClientHellos: cut anywhere they say the same or nothing yet, and the division into records does not matter.
#include "tls/client_hello.h"

#include <string>

#include "fuzz/check.h"
#include "fuzz/input.h"

using namespace headgate;
using namespace headgate::fuzz;

namespace {

tls::ClientHello read(std::string_view data) {
  const Input input(data);
  return tls::read_client_hello(input.view());
}

void check_name(std::string_view name) {
  FUZZ_CHECK(name.size() <= tls::kMaxServerName && !name.ends_with('.') && !name.starts_with('.'));
  for (const char c : name)
    FUZZ_CHECK((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
  tls::ServerNameBuffer buffer;
  FUZZ_CHECK(tls::normalise_server_name(name, buffer) == name);
}

// The hello of `data`, which is complete, in records of `size` bytes.
std::string divided(std::string_view data, std::size_t size) {
  std::string message;
  std::size_t whole = 4;
  while (message.size() < whole) {
    const std::size_t length =
        static_cast<unsigned char>(data[3]) * 256U + static_cast<unsigned char>(data[4]);
    message += data.substr(5, length);
    data.remove_prefix(5 + length);
    if (message.size() >= 4)
      whole = 4 + static_cast<unsigned char>(message[1]) * 65536U +
              static_cast<unsigned char>(message[2]) * 256U + static_cast<unsigned char>(message[3]);
  }
  FUZZ_CHECK(message.size() == whole);
  std::string records;
  for (std::size_t at = 0; at < whole; at += size) {
    const std::string fragment = message.substr(at, size);
    records += {22, 3, 3, static_cast<char>(fragment.size() >> 8U), static_cast<char>(fragment.size())};
    records += fragment;
  }
  return records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tls::ClientHello whole = read(text);
  FUZZ_CHECK(whole.status == tls::HelloStatus::complete || whole.server_name().empty());
  FUZZ_CHECK(whole.status != tls::HelloStatus::incomplete || size < tls::kMaxHello);
  check_name(whole.server_name());
  for (const std::size_t cut : cut_points(size)) {
    const tls::ClientHello part = read(text.substr(0, cut));
    if (part.status == tls::HelloStatus::incomplete) continue;
    FUZZ_CHECK(part.status == whole.status && part.server_name() == whole.server_name());
  }
  if (whole.status != tls::HelloStatus::complete) return 0;
  for (const std::size_t fragment : {std::size_t{1}, std::size_t{3}, std::size_t{16384}}) {
    const std::string records = divided(text, fragment);
    if (records.size() > tls::kMaxHello) continue;
    const tls::ClientHello same = read(records);
    FUZZ_CHECK(same.status == tls::HelloStatus::complete && same.server_name() == whole.server_name());
  }
  return 0;
}
