#include "http/local_reply.h"

#include <gtest/gtest.h>

#include "http/date.h"

namespace headgate::http {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string text_of(const LocalReply& reply) {
  std::string out = "before";
  append_local_reply(reply, kDate, out);
  EXPECT_TRUE(out.starts_with("before"));
  return out.substr(6);
}

TEST(LocalReply, WritesThePageOfAStatus) {
  const std::string page =
      "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not "
      "Found</h1></center>\r\n"
      "</body>\r\n</html>\r\n";
  EXPECT_EQ(text_of({}),
            "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: "
            "text/html\r\nContent-Length: " +
                std::to_string(page.size()) + "\r\n\r\n" + page);
}

TEST(LocalReply, AnswersHeadWithTheLengthAlone) {
  const std::string whole = text_of({.status = 503});
  const std::string head = text_of({.status = 503, .head_only = true});
  EXPECT_EQ(head, whole.substr(0, whole.find("\r\n\r\n") + 4));
  EXPECT_NE(head.find("Content-Length: "), std::string::npos);
}

TEST(LocalReply, AddsWhatItIsTold) {
  const std::string reply = text_of(
      {.status = 308, .location = "https://h/a", .extra_fields = "Retry-After: 1\r\n", .close = true});
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 308 Permanent Redirect\r\n"));
  EXPECT_NE(reply.find("\r\nLocation: https://h/a\r\n"), std::string::npos);
  EXPECT_NE(reply.find("\r\nRetry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(reply.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(reply.find("Server"), std::string::npos);
  EXPECT_NE(text_of({.http10_keep_alive = true}).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
  EXPECT_EQ(text_of({.close = true, .http10_keep_alive = true}).find("keep-alive"), std::string::npos);
}

TEST(LocalReply, ExplainsInThePageWhereTheStatusAloneWouldPuzzle) {
  const std::string reply = text_of({.status = 400, .explanation = "Sent to the wrong port"});
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_NE(reply.find("<title>400 Sent to the wrong port</title>"), std::string::npos);
  EXPECT_NE(
      reply.find("<center><h1>400 Bad Request</h1></center>\r\n<center>Sent to the wrong port</center>\r\n"),
      std::string::npos);
}

TEST(LocalReply, TakesATextInsteadOfThePage) {
  const LocalReply reply{.status = 403, .text = "client certificate unauthorized"};
  EXPECT_EQ(content_of(reply), "client certificate unauthorized");
  EXPECT_TRUE(text_of(reply).ends_with("Content-Length: 31\r\n\r\nclient certificate unauthorized"));
}

TEST(LocalReply, HasNeitherPageNorLengthWhereNoneMayBe) {
  for (const int status : {204, 304, 100}) {
    const std::string reply = text_of({.status = status});
    EXPECT_EQ(reply.find("Content-"), std::string::npos) << status;
    EXPECT_TRUE(reply.ends_with("GMT\r\n\r\n")) << status;
  }
}

TEST(LocalReply, UsesThePhrasesMonitoringLooksFor) {
  EXPECT_EQ(reason_phrase(401), "Authorization Required");
  EXPECT_EQ(reason_phrase(408), "Request Time-out");
  EXPECT_EQ(reason_phrase(413), "Request Entity Too Large");
  EXPECT_EQ(reason_phrase(414), "Request-URI Too Large");
  EXPECT_EQ(reason_phrase(502), "Bad Gateway");
  EXPECT_EQ(reason_phrase(503), "Service Temporarily Unavailable");
  EXPECT_EQ(reason_phrase(504), "Gateway Time-out");
  EXPECT_EQ(reason_phrase(799), "Unknown");
}

TEST(DateCache, WritesBothForms) {
  DateCache dates;
  dates.update(784111777);
  EXPECT_EQ(dates.http_date(), kDate);
  // In the zone of the process: only what holds in every zone.
  const std::string log(dates.log_date());
  ASSERT_EQ(log.size(), std::string_view("06/Nov/1994:08:49:37 +0000").size());
  EXPECT_EQ(log.substr(2, 10), "/Nov/1994:");
  EXPECT_TRUE(log[21] == '+' || log[21] == '-');
}

TEST(DateCache, FollowsTheClock) {
  DateCache dates;
  EXPECT_TRUE(dates.http_date().empty());
  dates.update(784111777);
  dates.update(784111778);
  EXPECT_EQ(dates.http_date(), "Sun, 06 Nov 1994 08:49:38 GMT");
  dates.update(0);
  EXPECT_EQ(dates.http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace headgate::http
