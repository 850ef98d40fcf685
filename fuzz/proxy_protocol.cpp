// PROXY headers: cut anywhere they say the same or nothing yet, and never more than the bounds are asked for.
#include "proxy/proxy_protocol.h"

#include "fuzz/check.h"
#include "fuzz/input.h"

using namespace headgate;
using namespace headgate::fuzz;

namespace {

proxy::ProxyHeader read(std::string_view data) {
  const Input input(data);
  return proxy::read_proxy_header(input.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const proxy::ProxyHeader whole = read(text);
  const bool line = text.starts_with('P');
  switch (whole.status) {
    case proxy::ProxyHeaderStatus::incomplete:
      FUZZ_CHECK(size < (line ? proxy::kMaxProxyLine : proxy::kMaxProxyHeader));
      break;
    case proxy::ProxyHeaderStatus::complete:
      FUZZ_CHECK(whole.size <= size && whole.size <= (line ? proxy::kMaxProxyLine : proxy::kMaxProxyHeader));
      FUZZ_CHECK(!line || text.substr(whole.size - 2, 2) == "\r\n");
      if (whole.has_addresses) {
        FUZZ_CHECK(whole.source.family() == AF_INET || whole.source.family() == AF_INET6);
        FUZZ_CHECK(whole.source.family() == whole.destination.family());
      }
      break;
    case proxy::ProxyHeaderStatus::malformed:
      FUZZ_CHECK(!whole.has_addresses);
      break;
  }
  for (const std::size_t cut : cut_points(size)) {
    const proxy::ProxyHeader part = read(text.substr(0, cut));
    if (part.status == proxy::ProxyHeaderStatus::incomplete) continue;
    FUZZ_CHECK(part.status == whole.status && part.size == whole.size);
    FUZZ_CHECK(part.has_addresses == whole.has_addresses && part.source == whole.source);
  }
  return 0;
}
