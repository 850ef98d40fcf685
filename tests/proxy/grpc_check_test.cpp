// The health protocol of gRPC: what is asked, and what answers mean.
#include "proxy/grpc_check.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace headgate::proxy {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string kServing = "\0\0\0\0\2\x08\1"s;

// What comes of an answer by that content and those trailers.
std::string told(std::string_view content, std::string_view trailers = "grpc-status: 0\r\n",
                 int status = 200) {
  GrpcCheck check;
  http::ResponseHead head;
  head.status = status;
  check.on_head(head);
  check.on_content(content.substr(0, content.size() / 2));
  check.on_content(content.substr(content.size() / 2));
  if (!trailers.empty()) check.on_trailers(trailers);
  return check.answer().text();
}

TEST(GrpcCheck, AsksForTheServerOrOneService) {
  const std::string head =
      "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: 10.0.0.1:80\r\n"
      "User-Agent: headgate-health-check\r\nContent-Type: application/grpc\r\nTE: trailers\r\n"
      "grpc-timeout: 1500m\r\n\r\n";
  EXPECT_EQ(GrpcCheck::request("", "10.0.0.1:80", 1500ms), head + "\0\0\0\0\0"s);
  EXPECT_EQ(GrpcCheck::request("shop.Orders", "10.0.0.1:80", 1500ms),
            head + "\0\0\0\0\x0D\x0A\x0Bshop.Orders"s);
  const std::string longer(200, 's');
  EXPECT_EQ(GrpcCheck::request(longer, "10.0.0.1:80", 1500ms), head + "\0\0\0\0\xCB\x0A\xC8\x01"s + longer);
}

TEST(GrpcCheck, TheMessageSaysWhoIsWell) {
  EXPECT_EQ(told(kServing), "SERVING");
  EXPECT_EQ(told("\0\0\0\0\2\x08\2"s), "NOT_SERVING");
  EXPECT_EQ(told("\0\0\0\0\2\x08\3"s), "SERVICE_UNKNOWN");
  EXPECT_EQ(told("\0\0\0\0\0"s), "UNKNOWN") << "the default value is not sent";
  EXPECT_EQ(told("\0\0\0\0\x0D\x12\2hi\x1D\1\2\3\4\x08\1\x20\7"s), "SERVING") << "among fields of later";
  EXPECT_EQ(told("\0\0\0\0\x0B\x08\1\x11\1\2\3\4\5\6\7\x08"s), "SERVING") << "eight bytes";
  EXPECT_EQ(told("\0\0\0\0\4\x08\2\x08\1"s), "SERVING") << "the last one counts";
  EXPECT_EQ(told("\0\0\0\0\x0B\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s),
            "a serving status that nobody knows");
}

TEST(GrpcCheck, TheStatusOfTheCallComesFirst) {
  EXPECT_EQ(told(kServing, "grpc-message: no\r\ngrpc-status: 12\r\n"), "grpc-status 12 (UNIMPLEMENTED)");
  EXPECT_EQ(told(kServing, "Grpc-Status: 5\r\n"), "grpc-status 5 (NOT_FOUND)");
  EXPECT_EQ(told(kServing, ""), "grpc-status 2 (UNKNOWN)") << "nobody says how it went";
  EXPECT_EQ(told(kServing, "grpc-status-x: 0\r\n"), "grpc-status 2 (UNKNOWN)");
  EXPECT_EQ(told(kServing, "grpc-status: 0x\r\n"), "grpc-status 2 (UNKNOWN)");
  EXPECT_EQ(told(kServing, "grpc-status: 99999999999\r\n"), "grpc-status 2 (UNKNOWN)");
  EXPECT_EQ(told(kServing, "grpc-status: 16"), "grpc-status 16 (UNAUTHENTICATED)");
  EXPECT_EQ(told(kServing, "grpc-status: 0\r\n", 503), "status 503");
}

TEST(GrpcCheck, AStatusAloneStandsInTheHead) {
  GrpcCheck check;
  http::ResponseHead head;
  head.status = 200;
  http::Field& field = head.fields.add();
  field.name = "grpc-status";
  field.value = "14";
  check.on_head(head);
  EXPECT_EQ(check.answer().text(), "grpc-status 14 (UNAVAILABLE)");
}

TEST(GrpcCheck, WhatIsNoMessageIsNotWell) {
  const std::string bad = "grpc-status 2 (UNKNOWN)";
  EXPECT_EQ(told(""), bad);
  EXPECT_EQ(told("\0\0\0\0"s), bad);
  EXPECT_EQ(told("\0\0\0\0\3\x08\1"s), bad) << "shorter than it says";
  EXPECT_EQ(told("\0\0\0\0\1\x08\1"s), bad) << "longer than it says";
  EXPECT_EQ(told("\1\0\0\0\2\x08\1"s), bad) << "compressed, which was not asked for";
  EXPECT_EQ(told(kServing + kServing), bad) << "two";
  EXPECT_EQ(told("\0\0\0\0\1\x08"s), bad);
  EXPECT_EQ(told("\0\0\0\0\2\x08\x81"s), bad);
  EXPECT_EQ(told("\0\0\0\0\2\x0A\5"s), bad);
  EXPECT_EQ(told("\0\0\0\0\2\x0D\5"s), bad);
  EXPECT_EQ(told("\0\0\0\0\2\x09\5"s), bad);
  EXPECT_EQ(told("\0\0\0\0\2\x0B\1"s), bad) << "a group";
  EXPECT_EQ(told("\0\0\0\0\2\0\1"s), bad) << "field 0";
  EXPECT_EQ(told("\0\0\0\7\xD0"s + std::string(2000, '\x08')), bad);
  EXPECT_EQ(told("OK"), bad);
}

}  // namespace
}  // namespace headgate::proxy
