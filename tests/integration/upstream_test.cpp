// The upstream side: which pod, how often, over which connection, and what the client sees when pods fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <map>

#include "integration/one_pod.h"
#include "support/black_hole.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class Balancing : public ::testing::Test {
 protected:
  void start(const std::vector<PodAddress>& pods, unsigned workers = 1, const FieldList& settings = {}) {
    HeadgateOptions options;
    options.workers = workers;
    options.flags = {"--configmap=default/headgate"};
    folder.write("web.yaml", ingress("web", "x.test", "web") + service_at("web", pods) +
                                 config_map("headgate", settings));
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  static PodAddress address_of(const EchoBackend& pod) { return {pod.address(), pod.port()}; }

  Gate gate;
  ManifestFolder folder;
  EchoBackend a{"a"}, b{"b"}, c{"c"};
  PortReservation refusing;  // nobody listens there
  std::unique_ptr<HeadgateProcess> headgate;
};

TEST_F(Balancing, RoundRobinIsExactWithinAWorker) {
  start({address_of(a), address_of(b), address_of(c)});
  std::map<std::string, int> answers;
  RawClient one(headgate->http_port());
  for (int i = 0; i < 600; ++i) {
    const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
    ASSERT_EQ(response.status, 200);
    ++answers[response.field("X-Pod").value_or("?")];
  }
  EXPECT_THAT(answers, UnorderedElementsAre(Pair("a", 200), Pair("b", 200), Pair("c", 200)));
}

TEST_F(Balancing, UpstreamConnectionsAreKeptAndReused) {
  start({address_of(a)});
  for (int i = 0; i < 50; ++i) EXPECT_EQ(headgate->get("x.test", "/").status, 200);
  EXPECT_EQ(a.connection_count(), 1u);
}

TEST_F(Balancing, ARefusedConnectionIsTriedElsewhereForEveryMethod) {
  start({address_of(a), {"127.0.0.1", refusing.port()}});
  for (const char* method : {"GET", "POST", "PATCH", "DELETE", "PUT"}) {
    for (int i = 0; i < 4; ++i) {
      RawClient one(headgate->http_port());
      const HttpResponse response =
          one.exchange(make_request(method, "x.test", "/", "Content-Length: 4\r\n", "body"), method);
      EXPECT_EQ(response.status, 200) << method;
      EXPECT_EQ(response.field("X-Pod"), "a");
    }
  }
  for (const HttpRequest& seen : a.requests()) EXPECT_EQ(seen.body, "body");
}

TEST_F(Balancing, ARequestCutBeforeTheAnswerIsTriedAtAnotherPod) {
  const auto cut = [](BackendExchange& exchange) {
    exchange.read_body();
    exchange.close();
  };
  a.set_handler(cut);
  start({address_of(a), address_of(b)});
  for (int i = 0; i < 6; ++i) {
    const HttpResponse response = headgate->get("x.test", "/");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.field("X-Pod"), "b");
  }
  EXPECT_GT(a.request_count(), 0u) << "the failing pod was never asked";
}

TEST_F(Balancing, AtMostThreeTriesAreMade) {
  std::atomic<int> tries{0};
  const auto cut = [&tries](BackendExchange& exchange) {
    ++tries;
    exchange.read_body();
    exchange.close();
  };
  EchoBackend d("d", cut), e("e", cut);
  a.set_handler(cut);
  b.set_handler(cut);
  c.set_handler(cut);
  start({address_of(a), address_of(b), address_of(c), address_of(d), address_of(e)});
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.status, 502);
  EXPECT_THAT(response.body, HasSubstr("502 Bad Gateway"));
  EXPECT_EQ(tries, 3);
  for (const EchoBackend* pod : {&a, &b, &c, &d, &e})
    EXPECT_LE(pod->request_count(), 1u) << "another one first";
  headgate.reset();  // before the pods d and e
}

TEST_F(Balancing, ARequestThatMayHaveActedIsNotSentTwice) {
  const auto cut = [](BackendExchange& exchange) {
    exchange.read_body();
    exchange.close();
  };
  a.set_handler(cut);
  b.set_handler(cut);
  start({address_of(a), address_of(b)});
  for (const char* method : {"POST", "PATCH", "LOCK"}) {
    a.forget_requests();
    b.forget_requests();
    RawClient one(headgate->http_port());
    const HttpResponse response =
        one.exchange(make_request(method, "x.test", "/", "Content-Length: 3\r\n", "pay"), method);
    EXPECT_EQ(response.status, 502) << method;
    EXPECT_EQ(a.request_count() + b.request_count(), 1u) << method;
  }
}

TEST_F(Balancing, NothingIsRetriedAfterTheFirstByteOfAnAnswer) {
  const auto cut = send_then_close("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  a.set_handler(cut);
  b.set_handler(cut);
  start({address_of(a), address_of(b)});
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.body, "half");
  EXPECT_FALSE(response.complete);
  EXPECT_EQ(a.request_count() + b.request_count(), 1u);
}

TEST_F(Balancing, AllRefusedIs502) {
  start({{"127.0.0.1", refusing.port()}});
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.status, 502);
  EXPECT_THAT(response.body, HasSubstr("502 Bad Gateway"));
}

TEST_F(Balancing, ASilentPodIs504) {
  a.set_handler(never_answer());
  start({address_of(a)}, 1, {{"proxy-read-timeout", "1"}, {"proxy-next-upstream-tries", "1"}});
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.status, 504);
  EXPECT_THAT(response.body, HasSubstr("504 Gateway Time-out"));
}

TEST_F(Balancing, ASilentPodIsTriedAtAnotherForAGetButNotForAPost) {
  a.set_handler(never_answer());
  start({address_of(a), address_of(b)}, 1, {{"proxy-read-timeout", "1"}});
  std::size_t posts_to_silence = 0;
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = headgate->get("x.test", "/");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.field("X-Pod"), "b");
  }
  for (int i = 0; i < 2; ++i) {
    RawClient one(headgate->http_port());
    const int status = one.exchange(make_request("POST", "x.test", "/", "Content-Length: 0\r\n")).status;
    EXPECT_TRUE(status == 200 || status == 504) << status;
    posts_to_silence += status == 504 ? 1 : 0;
  }
  EXPECT_GT(posts_to_silence, 0u);
}

TEST_F(Balancing, NoOtherPodIsAskedForAClientThatMayHaveLeft) {
  a.set_handler(never_answer());
  b.set_handler(never_answer());
  start({address_of(a), address_of(b)}, 1, {{"proxy-read-timeout", "1"}});
  RawClient client(headgate->http_port());
  ASSERT_TRUE(client.send(make_request("GET", "x.test", "/")));
  client.half_close();
  EXPECT_EQ(client.receive().status, 504);
  EXPECT_EQ(a.request_count() + b.request_count(), 1u);
}

TEST_F(Balancing, APodThatDoesNotTakeConnectionsIs504) {
  const BlackHole hole;
  start({{"127.0.0.1", hole.port()}}, 1,
        {{"proxy-connect-timeout", "1"}, {"proxy-next-upstream-tries", "1"}});
  EXPECT_EQ(headgate->get("x.test", "/").status, 504);
}

TEST_F(Balancing, APodThatDoesNotTakeConnectionsIsPassedBy) {
  const BlackHole hole;
  start({{"127.0.0.1", hole.port()}, address_of(a)}, 1, {{"proxy-connect-timeout", "1"}});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(headgate->get("x.test", "/").status, 200);
}

// The classic race of pooled connections: the pod closes an idle one just as a request is on its way.
TEST_F(Balancing, AStaleConnectionIsReplacedWithoutTheClientKnowing) {
  a.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    if (exchange.number_on_connection() == 1) {
      exchange.respond_with_echo();  // and kept open: it goes to the pool
    } else {
      exchange.reset();  // the second request meets an end
    }
  });
  start({address_of(a)});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(headgate->get("x.test", "/").status, 200) << i;
}

TEST_F(Balancing, AConnectionThePodHasClosedIsNotUsedAgain) {
  a.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond_with_echo();  // without a word of it, the connection ends
    exchange.close();
  });
  start({address_of(a)});
  for (int i = 0; i < 20; ++i) {
    RawClient one(headgate->http_port());
    const HttpResponse response =
        one.exchange(make_request("POST", "x.test", "/", "Content-Length: 1\r\n", "x"));
    EXPECT_EQ(response.status, 200) << i;
    EXPECT_TRUE(eventually([&] { return a.open_connections() == 0; }));
  }
}

// The surplus stays in the socket: no event tells of it any more.
TEST_F(Balancing, SurplusBehindAnAnswerThatFillsTheReadIsNotTheNextAnswer) {
  a.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 65000\r\nX-Fill: ";
    const std::size_t fill = 64 * 1024 - 65000 - head.size() - 4;
    exchange.send(head + std::string(fill, 'f') + "\r\n\r\n" + std::string(65000, 'b') +
                  "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
    exchange.closed_by_peer();
  });
  start({address_of(a)});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(headgate->get("x.test", "/").body, std::string(65000, 'b')) << i;
}

TEST_F(Balancing, SurplusBytesOfAPodNeverReachTheNextClient) {
  a.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    if (exchange.request().target == "/surplus") {
      exchange.send(
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
    } else {
      exchange.respond_with_echo();
    }
  });
  start({address_of(a)});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(headgate->get("x.test", "/surplus").body, "ok");
    EXPECT_THAT(headgate->get("x.test", "/clean").body, HasSubstr("target=/clean\n"));
  }
}

TEST_F(Balancing, ABrokenHeadIs502AndNothingOfItReachesTheClient) {
  start({address_of(a)});
  for (const char* head :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 0\r\n\r\n", "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello"}) {
    a.set_handler([head](BackendExchange& exchange) {
      exchange.read_body();
      exchange.send(head);
      exchange.close();
    });
    const HttpResponse response = headgate->get("x.test", "/");
    EXPECT_EQ(response.status, 502) << head;
    EXPECT_FALSE(response.has("X-A"));
  }
}

TEST_F(Balancing, APodThatLeavesIsNoLongerAskedAndItsRunningRequestEnds) {
  a.set_handler([this](BackendExchange& exchange) {
    exchange.read_body();
    if (exchange.request().target == "/running") gate.wait();
    exchange.respond_with_echo();
  });
  start({address_of(a)});
  RawClient running(headgate->http_port());
  running.send(make_request("GET", "x.test", "/running"));
  ASSERT_TRUE(a.wait_for_requests(1));
  folder.write("web.yaml", ingress("web", "x.test", "web") + service_of("web", b));
  ASSERT_TRUE(headgate->wait_for("x.test", "/", 200, "b"));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(headgate->get("x.test", "/").field("X-Pod"), "b");
  gate.open();
  const HttpResponse response = running.receive();
  EXPECT_EQ(response.status, 200) << response.problem;
  EXPECT_EQ(response.field("X-Pod"), "a");
  EXPECT_TRUE(eventually([&] { return a.open_connections() == 0; })) << "kept in the pool of nobody";
}

TEST_F(Balancing, OnlyReadyEndpointsAreAskedWhileThereAreAny) {
  start({{"127.0.0.1", a.port(), "{ready: false, serving: true, terminating: true}"},
         {"127.0.0.1", b.port(), "{ready: true}"},
         {"127.0.0.1", c.port(), "{ready: false, serving: false, terminating: false}"}});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(headgate->get("x.test", "/").field("X-Pod"), "b");
  // Without a ready one, those that end but still serve.
  folder.write(
      "web.yaml",
      ingress("web", "x.test", "web") +
          service_at("web", {{"127.0.0.1", a.port(), "{ready: false, serving: true, terminating: true}"},
                             {"127.0.0.1", c.port(), "{ready: false, serving: false}"}}));
  ASSERT_TRUE(headgate->wait_for("x.test", "/", 200, "a"));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(headgate->get("x.test", "/").field("X-Pod"), "a");
}

TEST_F(Balancing, AnEndpointListedTwiceIsOneEndpoint) {
  start({address_of(a), address_of(a), address_of(b)});
  std::map<std::string, int> answers;
  for (int i = 0; i < 20; ++i) ++answers[headgate->get("x.test", "/").field("X-Pod").value_or("?")];
  EXPECT_THAT(answers, UnorderedElementsAre(Pair("a", 10), Pair("b", 10)));
}

}  // namespace
}  // namespace headgate::test_support
