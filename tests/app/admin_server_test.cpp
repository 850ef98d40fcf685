#include "app/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int kPatienceMs = 20000;

// A raw connection: bytes out, bytes in until the server closes or `stop` was seen.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const SocketAddress address = *SocketAddress::parse("127.0.0.1", port);
    EXPECT_EQ(::connect(fd_, address.data(), address.size()), 0);
  }
  ~RawConnection() { ::close(fd_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has heard enough
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  [[nodiscard]] std::string receive(std::string_view stop = {}) const {
    std::string text;
    std::array<char, 4096> block;
    while (stop.empty() || text.find(stop) == std::string::npos) {
      pollfd entry{fd_, POLLIN, 0};
      if (::poll(&entry, 1, kPatienceMs) != 1) return text + "[silence]";
      const ssize_t size = ::recv(fd_, block.data(), block.size(), 0);
      if (size <= 0) return text;
      text.append(block.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  int fd_;
};

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest()
      : server_([](const AdminRequest& request) {
          if (request.path == "/big") return AdminReply{200, std::string(3'000'000, 'x')};
          return AdminReply{200, std::string(request.path) + "|" + std::string(request.query)};
        }) {
    EXPECT_TRUE(server_.bind(*SocketAddress::parse("127.0.0.1", 0)));
    server_.start();
  }

  [[nodiscard]] std::string exchange(std::string_view request) const {
    const RawConnection connection(server_.port());
    connection.send(request);
    return connection.receive();
  }
  [[nodiscard]] bool still_answers() const {
    return exchange("GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .ends_with("\r\n\r\n/alive|");
  }

  AdminServer server_;
};

TEST_F(AdminServerTest, SplitsPathAndQuery) {
  EXPECT_THAT(exchange("GET /a/b?c=d&e HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\n/a/b|c=d&e")));
}

TEST_F(AdminServerTest, KeepsConnectionsAlive) {
  const RawConnection connection(server_.port());
  for (const char* path : {"/one", "/two"}) {
    connection.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(connection.receive(std::string(path) + "|"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_F(AdminServerTest, AnswersPipelinedRequestsInOrder) {
  const std::string answers = exchange(
      "GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_LT(answers.find("/one|"), answers.find("/two|"));
  EXPECT_THAT(answers, EndsWith("/two|"));
}

TEST_F(AdminServerTest, AnswersHeadWithoutABody) {
  EXPECT_THAT(exchange("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 3\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(AdminServerTest, TakesNoOtherMethodAndNoBody) {
  EXPECT_THAT(exchange("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n"),
                    HasSubstr("Connection: close\r\n")));
  // Never read as the next request.
  const std::string smuggled = exchange(
      "GET /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: "
      "a\r\n\r\n");
  EXPECT_THAT(smuggled, HasSubstr("/a|"));
  EXPECT_EQ(smuggled.find("/b|"), std::string::npos);
}

TEST_F(AdminServerTest, SendsLargePages) {
  const std::string page = exchange("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(page.substr(0, 300), HasSubstr("Content-Length: 3000000\r\n"));
  EXPECT_GT(page.size(), 3'000'000U);
}

TEST_F(AdminServerTest, RefusesGarbageAndLives) {
  const std::vector<std::string> garbage = {
      "\r\n\r\n",
      "nonsense\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET  / HTTP/1.1\r\n\r\n",
      std::string("GET /\0 HTTP/1.1\r\n\r\n", 19),
      "GET / HTTP/1.1\r\nbad name: x\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
      std::string(64, '\xff') + "\r\n\r\n",
      "\x16\x03\x01\x02 hello\r\n\r\n",
  };
  for (const std::string& bytes : garbage) EXPECT_THAT(exchange(bytes), StartsWith("HTTP/1.1 400 ")) << bytes;
  EXPECT_THAT(exchange("GET http://a/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(still_answers());
}

TEST_F(AdminServerTest, RefusesAHeadBeyondItsLimitHoweverItArrives) {
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 5000; ++i) many += "A: b\r\n";
  EXPECT_THAT(exchange(many + "\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(still_answers());
}

TEST_F(AdminServerTest, ServesOthersWhileOneIsSlowOrGone) {
  const RawConnection slow(server_.port());
  slow.send("GET / HT");
  { const RawConnection gone(server_.port()); }
  {
    const RawConnection leaves_in_the_middle(server_.port());
    leaves_in_the_middle.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  EXPECT_TRUE(still_answers());
}

TEST_F(AdminServerTest, AnswersBesideMoreSilentConnectionsThanItHolds) {
  std::vector<std::unique_ptr<RawConnection>> silent;
  for (int i = 0; i < 300; ++i) {
    silent.push_back(std::make_unique<RawConnection>(server_.port()));
    silent.back()->send("GET /healthz HTTP/1.1\r\n");
  }
  EXPECT_THAT(exchange("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("/healthz|")));
  EXPECT_EQ(silent.front()->receive(), "") << "the oldest had to go";
  silent.back()->send("\r\n");
  EXPECT_THAT(silent.back()->receive("/healthz|"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(AdminServerTest, SaysWhichAddressIsTaken) {
  AdminServer second([](const AdminRequest&) { return AdminReply(); });
  const Result<void> bound = second.bind(*SocketAddress::parse("127.0.0.1", server_.port()));
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().message, "admin port: cannot listen on 127.0.0.1:" +
                                       std::to_string(server_.port()) + ": Address already in use");
}

TEST_F(AdminServerTest, StopsWithConnectionsOpen) {
  const RawConnection idle(server_.port());
  idle.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(idle.receive("/x|"), EndsWith("/x|"));
  server_.stop();
}

}  // namespace
}  // namespace headgate::app
