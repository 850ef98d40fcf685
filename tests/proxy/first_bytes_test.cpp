#include "proxy/first_bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::proxy {
namespace {

TEST(FirstBytes, AHandshakeRecordIsTls) {
  EXPECT_EQ(spoken_by("\x16"), Spoken::tls);
  EXPECT_EQ(spoken_by(std::string_view("\x16\x03\x01\x02\x00\x01", 6)), Spoken::tls);
}

TEST(FirstBytes, AMethodAndASpaceIsHttp) {
  for (const char* text : {"GET / HTTP/1.1\r\n", "POST ", "DELETE /x", "OPTIONS * ", "M-SEARCH * ",
                           "VERSION-CONTROL /", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    EXPECT_EQ(spoken_by(text), Spoken::http) << text;
}

TEST(FirstBytes, PartOfAMethodIsUnclear) {
  for (const char* text : {"", "G", "GE", "GET", "OPTION", "PRI"})
    EXPECT_EQ(spoken_by(text), Spoken::unclear) << text;
}

TEST(FirstBytes, AnythingElseIsOther) {
  for (const char* text :
       {"get / HTTP/1.1", "\x80\x2e\x01", "\r\nGET / ", "SSH-2.0-OpenSSH", "AB /", "EHLO\r\n"})
    EXPECT_EQ(spoken_by(text), Spoken::other) << text;
  EXPECT_EQ(spoken_by(std::string(21, 'A')), Spoken::other);
  EXPECT_EQ(spoken_by(std::string(4096, 'A')), Spoken::other);
  EXPECT_EQ(spoken_by(std::string_view("\0", 1)), Spoken::other);
  EXPECT_EQ(spoken_by("\x15\x03\x01"), Spoken::other) << "an alert";
}

}  // namespace
}  // namespace headgate::proxy
