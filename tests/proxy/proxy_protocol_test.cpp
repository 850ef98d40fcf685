#include "proxy/proxy_protocol.h"

#include <gtest/gtest.h>

#include <string>

#include "support/proxy_header.h"

namespace headgate::proxy {
namespace {

using namespace headgate::test_support;

ProxyHeaderStatus status_of(std::string_view data) { return read_proxy_header(data).status; }

// The header at the front of `data`, which must be incomplete at every size before `size`, and the same
// whatever follows.
ProxyHeader read(const std::string& data, std::size_t size) {
  for (std::size_t cut = 0; cut < size; ++cut)
    EXPECT_EQ(status_of(std::string_view(data).substr(0, cut)), ProxyHeaderStatus::incomplete) << cut;
  for (std::size_t cut = size; cut <= data.size(); ++cut) {
    const ProxyHeader header = read_proxy_header(std::string_view(data).substr(0, cut));
    EXPECT_EQ(header.status, ProxyHeaderStatus::complete) << cut;
    EXPECT_EQ(header.size, size) << cut;
  }
  return read_proxy_header(data);
}
ProxyHeader read(const std::string& header) { return read(header + "\x16\x03", header.size()); }

std::string addresses_of(const ProxyHeader& header) {
  return header.has_addresses ? header.source.to_string() + " " + header.destination.to_string() : "none";
}

// --- version 1 ---

TEST(ProxyV1, SaysWhoAndWhereTo) {
  EXPECT_EQ(addresses_of(read("PROXY TCP4 203.0.113.9 192.0.2.1 51000 443\r\n")),
            "203.0.113.9:51000 192.0.2.1:443");
  EXPECT_EQ(addresses_of(read("PROXY TCP6 2001:db8::9 fd00::1 0 65535\r\n")),
            "[2001:db8::9]:0 [fd00::1]:65535");
  EXPECT_EQ(
      addresses_of(read("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe 65535 65535\r\n")),
      "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 [ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe]:65535");
}

TEST(ProxyV1, MayKnowNothing) {
  EXPECT_EQ(addresses_of(read("PROXY UNKNOWN\r\n")), "none");
  EXPECT_EQ(addresses_of(read("PROXY UNKNOWN 203.0.113.9 nonsense, \x01\xff\r\n")), "none");
  EXPECT_EQ(addresses_of(read("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n")), "none");
}

TEST(ProxyV1, IsAtMost107Bytes) {
  const std::string line = "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n";
  ASSERT_EQ(line.size(), 108U);
  EXPECT_EQ(status_of(std::string_view(line).substr(0, 106)), ProxyHeaderStatus::incomplete);
  EXPECT_EQ(status_of(std::string_view(line).substr(0, 107)), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(line), ProxyHeaderStatus::malformed);
}

TEST(ProxyV1, RefusesWhatBreaksItsRules) {
  for (const char* line : {"PROXY \r\n",
                           "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
                           "PROXY TCP4\r\n",
                           "PROXY TCP4 \r\n",
                           "PROXY TCP4 1.2.3.4\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 \r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
                           "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1  2\r\n",
                           "PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n",
                           "PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n",
                           "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 002\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1x 2\r\n",
                           "PROXY TCP4 ::1 ::2 1 2\r\n",
                           "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
                           "PROXY TCP4 1.2.3.4 ::2 1 2\r\n",
                           "PROXY TCP6 :::1 ::2 1 2\r\n",
                           "PROXY TCP6 fe80::1%0 ::2 1 2\r\n",
                           "PROXY TCP6 [::1] [::2] 1 2\r\n",
                           "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n",
                           "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n",
                           "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
                           "PROXY UNKNOWNX\r\n",
                           "PROXY TCP4\t1.2.3.4 5.6.7.8 1 2\r\n"})
    EXPECT_EQ(status_of(line), ProxyHeaderStatus::malformed) << line;
}

TEST(ProxyV1, EndsWithCrlfAndNothingElse) {
  const std::string line = "PROXY TCP4 1.2.3.4 5.6.7.8 1 2";
  EXPECT_EQ(status_of(line + "\n"), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(line + "\r"), ProxyHeaderStatus::incomplete);
  EXPECT_EQ(status_of(line + "\rx"), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(line + "\r\r\n"), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(std::string("PROXY\r\n")), ProxyHeaderStatus::malformed);
}

// --- version 2 ---

TEST(ProxyV2, SaysWhoAndWhereTo) {
  EXPECT_EQ(addresses_of(read(proxy_v2(0x21, 0x11, proxy_v2_addresses()))),
            "203.0.113.9:51000 192.0.2.1:443");
  const std::string v6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x09" + "\xfd" +
                         std::string(14, '\0') + "\x01" + big_endian(51000, 2) + big_endian(80, 2);
  EXPECT_EQ(addresses_of(read(proxy_v2(0x21, 0x21, v6))), "[2001:db8::9]:51000 [fd00::1]:80");
}

TEST(ProxyV2, ShowsMappedIPv4ClientsAsIPv4) {
  const std::string mapped = std::string(10, '\0') + "\xff\xff" + std::string("\xcb\x00\x71\x09", 4);
  const ProxyHeader header =
      read(proxy_v2(0x21, 0x21, mapped + mapped + big_endian(1, 2) + big_endian(2, 2)));
  EXPECT_EQ(header.source.ip_string(), "203.0.113.9");
}

TEST(ProxyV2, KeepsThePeerOfConnectionsThatAreTheBalancersOwn) {
  EXPECT_EQ(addresses_of(read(proxy_v2(0x20, 0x00, ""))), "none");
  EXPECT_EQ(addresses_of(read(proxy_v2(0x20, 0x11, proxy_v2_addresses()))), "none");
  EXPECT_EQ(addresses_of(read(proxy_v2(0x20, 0xff, "anything"))), "none");
}

TEST(ProxyV2, KeepsThePeerWhereTheAddressIsNotTcpOverIp) {
  EXPECT_EQ(addresses_of(read(proxy_v2(0x21, 0x00, ""))), "none");
  EXPECT_EQ(addresses_of(read(proxy_v2(0x21, 0x01, proxy_tlv(4, "x")))), "none");
  EXPECT_EQ(addresses_of(read(proxy_v2(0x21, 0x12, proxy_v2_addresses()))), "none") << "UDP";
  EXPECT_EQ(addresses_of(read(proxy_v2(0x21, 0x31, std::string(216, '/')))), "none") << "a Unix socket";
}

TEST(ProxyV2, SkipsTlvs) {
  const std::string tlvs = proxy_tlv(1, "h2") + proxy_tlv(4, "") + proxy_tlv(0xEA, std::string(500, 'x'));
  EXPECT_EQ(addresses_of(read(proxy_v2(0x21, 0x11, proxy_v2_addresses() + tlvs))),
            "203.0.113.9:51000 192.0.2.1:443");
}

TEST(ProxyV2, RefusesTlvsThatDoNotFit) {
  const std::string addresses = proxy_v2_addresses();
  for (const std::string& tlvs : {std::string("\x04"), std::string("\x04\0", 2), std::string("\x04\0\x01", 3),
                                  proxy_tlv(4, "abc") + "x", std::string("\x04\xff\xff", 3) + "abc"})
    EXPECT_EQ(status_of(proxy_v2(0x21, 0x11, addresses + tlvs)), ProxyHeaderStatus::malformed);
}

TEST(ProxyV2, ChecksItsChecksum) {
  // Computed independently: CRC32c of "123456789" is e3069283, of this header with the field at 0 d9242b5e.
  const std::string before = proxy_v2_addresses();
  const auto with = [&](std::string_view checksum) {
    return proxy_v2(0x21, 0x11, before + proxy_tlv(3, checksum) + proxy_tlv(4, "pad"));
  };
  EXPECT_EQ(status_of(with(big_endian(0xd9242b5e, 4))), ProxyHeaderStatus::complete);
  EXPECT_EQ(status_of(with("\x01\x02\x03\x04")), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(with(std::string(4, '\0'))), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(with("abc")), ProxyHeaderStatus::malformed);
}

TEST(ProxyV2, RefusesWhatBreaksItsRules) {
  const std::string addresses = proxy_v2_addresses();
  for (const int command : {0x11, 0x22, 0x2f, 0x31, 0x01})
    EXPECT_EQ(status_of(proxy_v2(command, 0x11, addresses)), ProxyHeaderStatus::malformed) << command;
  for (const int family : {0x41, 0x13, 0xf1, 0x1f})
    EXPECT_EQ(status_of(proxy_v2(0x21, family, std::string(216, 'x'))), ProxyHeaderStatus::malformed)
        << family;
  EXPECT_EQ(status_of(proxy_v2(0x21, 0x11, addresses.substr(0, 11))), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(proxy_v2(0x21, 0x21, std::string(35, 'x'))), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(proxy_v2(0x21, 0x31, std::string(215, 'x'))), ProxyHeaderStatus::malformed);
}

TEST(ProxyV2, IsJudgedAsSoonAsItCanBe) {
  const std::string signature(kProxySignature);
  EXPECT_EQ(status_of(signature + "\x11"), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(signature + "\x21\x41"), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(signature + "\x21\x11" + big_endian(11, 2)), ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(signature + "\x21\x11" + big_endian(kMaxProxyHeader - 15, 2)),
            ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of("\r\n\r\n\r"), ProxyHeaderStatus::malformed);
}

TEST(ProxyV2, IsBounded) {
  const std::size_t room = kMaxProxyHeader - 16 - 12 - 3;
  const std::string largest =
      proxy_v2(0x21, 0x11, proxy_v2_addresses() + proxy_tlv(4, std::string(room, 'x')));
  ASSERT_EQ(largest.size(), kMaxProxyHeader);
  EXPECT_EQ(status_of(largest), ProxyHeaderStatus::complete);
  EXPECT_EQ(status_of(proxy_v2(0x21, 0x11, proxy_v2_addresses() + proxy_tlv(4, std::string(room + 1, 'x')))),
            ProxyHeaderStatus::malformed);
  EXPECT_EQ(status_of(proxy_v2(0x20, 0, std::string(65535, 'x'))), ProxyHeaderStatus::malformed);
}

TEST(ProxyProtocol, IsNothingElse) {
  for (const char* data : {"GET / HTTP/1.1\r\n", "\x16\x03\x01", "PRI * HTTP/2.0", "PROXYX", "proxy TCP4 ",
                           "\r\nGET", "\n", " PROXY TCP4"})
    EXPECT_EQ(status_of(data), ProxyHeaderStatus::malformed) << data;
  EXPECT_EQ(status_of(""), ProxyHeaderStatus::incomplete);
}

}  // namespace
}  // namespace headgate::proxy
