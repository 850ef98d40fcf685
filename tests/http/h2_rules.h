// An open HTTP/2 session that a client breaks a rule on, and what must come of it.
#pragma once

#include <gtest/gtest.h>

#include "http/h2_harness.h"

namespace headgate::test {

inline constexpr std::uint32_t kProtocolError = 1;
inline constexpr std::uint32_t kFlowControlError = 3;
inline constexpr std::uint32_t kStreamClosed = 5;
inline constexpr std::uint32_t kFrameSizeError = 6;
inline constexpr std::uint32_t kCompressionError = 9;

class H2Rules : public ::testing::Test, protected H2Harness {
 protected:
  void SetUp() override { ASSERT_TRUE(open()); }

  // The stream alone is reset, nobody hears of the request, and the connection serves the next.
  void expect_malformed(const FieldList& fields, std::uint8_t flags = h2::end_stream) {
    const std::uint32_t stream = next_;
    next_ += 2;
    ASSERT_TRUE(feed(request_of(stream, fields, flags)));
    EXPECT_EQ(reset_of(stream), kProtocolError);
    EXPECT_EQ(request(static_cast<http::StreamId>(stream)), nullptr);
    EXPECT_TRUE(refused.empty());
    ASSERT_TRUE(feed(h2_get(next_, "x.test", "/")));
    EXPECT_NE(request(static_cast<http::StreamId>(next_)), nullptr);
    next_ += 2;
  }
  void expect_malformed_field(const std::string& name, const std::string& value) {
    expect_malformed(h2_request_fields("GET", "x.test", "/", {{name, value}}));
  }
  // Answered on its stream.
  void expect_refused(const FieldList& fields, int status, RejectReason reason,
                      std::uint8_t flags = h2::end_stream) {
    refused.clear();
    const std::uint32_t stream = next_;
    next_ += 2;
    ASSERT_TRUE(feed(request_of(stream, fields, flags)));
    EXPECT_TRUE(requests.empty());
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused[0].status, status);
    EXPECT_EQ(refused[0].reason, reason);
    EXPECT_FALSE(refused[0].request_line.empty());
  }
  void expect_connection_error(std::string_view bytes, std::uint32_t error) {
    EXPECT_FALSE(feed(bytes));
    EXPECT_EQ(goaway(), error);
    EXPECT_EQ(failure(), RejectReason::h2_protocol);
    EXPECT_FALSE(session().wants_write());
  }
  std::uint32_t next_ = 1;
};

inline FieldList without(const FieldList& fields, std::string_view name) {
  FieldList rest;
  for (const auto& field : fields)
    if (field.first != name) rest.push_back(field);
  return rest;
}
inline FieldList with(FieldList fields, std::string_view name, std::string_view value) {
  for (auto& field : fields)
    if (field.first == name) field.second = value;
  return fields;
}
inline const FieldList kGet = h2_request_fields("GET", "x.test", "/");

}  // namespace headgate::test
