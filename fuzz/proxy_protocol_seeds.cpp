// PROXY headers of both versions.
#include "fuzz/seeds.h"
#include "support/proxy_header.h"

namespace headgate::fuzz {

std::vector<std::string> seeds() {
  using namespace headgate::test_support;
  const std::string v4 = proxy_v2_addresses();
  return {"",
          "GET / HTTP/1.1\r\n",
          "PROXY TCP4 203.0.113.9 192.0.2.1 51000 443\r\nGET / HTTP/1.1\r\n",
          "PROXY TCP6 2001:db8::9 fd00::1 51000 80\r\n",
          "PROXY UNKNOWN\r\n",
          "PROXY UNKNOWN 203.0.113.9 192.0.2.1 51000 443\r\n",
          proxy_v2(0x20, 0, ""),
          proxy_v2(0x21, 0, proxy_tlv(4, "pad")),
          proxy_v2(0x21, 0x11, v4) + "\x16\x03\x01",
          proxy_v2(0x21, 0x11, v4 + proxy_tlv(3, big_endian(0xd9242b5e, 4)) + proxy_tlv(4, "pad")),
          proxy_v2(0x21, 0x12, v4),
          proxy_v2(0x21, 0x21, std::string(36, 'a') + proxy_tlv(1, "h2")),
          proxy_v2(0x21, 0x31, std::string(216, '/'))};
}

}  // namespace headgate::fuzz
