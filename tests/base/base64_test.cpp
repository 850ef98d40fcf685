#include "base/base64.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

TEST(Base64, DecodesTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"Zg==", "f"},
                                                         {"Zm8=", "fo"},
                                                         {"Zm9v", "foo"},
                                                         {"Zm9vYg==", "foob"},
                                                         {"Zm9vYmE=", "fooba"},
                                                         {"Zm9vYmFy", "foobar"}};
  for (const auto& [text, decoded] : vectors) {
    const auto result = decode_base64(text);
    ASSERT_TRUE(result) << text;
    EXPECT_EQ(*result, decoded) << text;
  }
}

TEST(Base64, SkipsLineBreaks) {
  const auto result = decode_base64("Zm9v\r\nYmFy\n");
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "foobar");
}

TEST(Base64, RefusesWhatIsNotBase64WithoutQuotingIt) {
  for (const char* bad :
       {"Zg", "Zg=", "Zg===", "Z===", "Zm9v=", "Zm9vZ", "Zm 9v", "Zm9-", "Zg==Zg==", "Zg=a"}) {
    const auto result = decode_base64(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().message.find(bad), std::string::npos) << bad;
  }
}

TEST(Base64, KeepsBinary) {
  const auto result = decode_base64("AP+A");
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, std::string("\x00\xFF\x80", 3));
}

TEST(Base64, MayLackItsPaddingInCredentials) {
  for (const char* text : {"Zm9vYg==", "Zm9vYg=", "Zm9vYg"})
    EXPECT_EQ(decode_base64_without_padding(text), "foob") << text;
  for (const char* bad : {"Zm9vY", "Zm9v\n", "Zm9-", "Z=m9", "Zm9v==="})
    EXPECT_EQ(decode_base64_without_padding(bad), std::nullopt) << bad;
}

TEST(Base64, IsReadAsItWasWritten) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(*decode_base64(encode_base64(bytes)), bytes);
    bytes.push_back(static_cast<char>(i));
  }
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
}

}  // namespace
}  // namespace headgate
