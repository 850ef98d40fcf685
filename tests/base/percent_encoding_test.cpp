// Which bytes of a URL are written as %XX.
#include "base/percent_encoding.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate {
namespace {

std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

// The bytes that `table` leaves as they are, in their order.
std::string kept_by(const PlainBytes& table) {
  std::string kept;
  for (const char c : all_bytes())
    if (percent_encoded({&c, 1}, table).size() == 1) kept += c;
  return kept;
}

TEST(PercentEncoding, WritesWhatIsNotPlainAsTwoUpperCaseDigits) {
  EXPECT_EQ(percent_encoded(std::string_view("a \x00\x7f\xc3\xa4%/", 8), kUnreservedBytes),
            "a%20%00%7F%C3%A4%25%2F");
  std::string out = "x=";
  append_percent_encoded(out, "a&b", kUnreservedBytes);
  EXPECT_EQ(out, "x=a%26b");
}

TEST(PercentEncoding, KnowsWhatMayStandWhere) {
  EXPECT_EQ(kept_by(kUnreservedBytes), "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
  EXPECT_EQ(kept_by(kTargetBytes),
            "!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");
  EXPECT_EQ(kept_by(kPathBytes),
            "!$&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~");
}

}  // namespace
}  // namespace headgate
