#include "proxy/endpoint_pool.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/socket_address.h"

namespace headgate::proxy {
namespace {

router::EndpointSet set_of(std::initializer_list<int> hosts) {
  router::EndpointSet set;
  for (const int host : hosts) {
    router::Endpoint endpoint;
    endpoint.address = SocketAddress::parse("10.0.0." + std::to_string(host), 80).value();
    endpoint.text = endpoint.address.to_string();
    set.endpoints.push_back(endpoint);
  }
  return set;
}

EndpointPoolRef make_pool(std::size_t offset = 0) {
  return new EndpointPool(std::make_shared<router::Cluster>(), offset);
}

TEST(EndpointPool, RoundRobinIsExact) {
  const EndpointPoolRef pool = make_pool(5);
  pool->adopt(set_of({1, 2, 3}));
  std::map<std::string, int> chosen;
  for (int i = 0; i < 600; ++i) ++chosen[pool->choose(nullptr, 0)->endpoint.text];
  EXPECT_EQ(chosen,
            (std::map<std::string, int>{{"10.0.0.1:80", 200}, {"10.0.0.2:80", 200}, {"10.0.0.3:80", 200}}));
}

TEST(EndpointPool, OffsetsBeginAtDifferentEndpoints) {
  const EndpointPoolRef first = make_pool(0);
  const EndpointPoolRef second = make_pool(1);
  first->adopt(set_of({1, 2, 3}));
  second->adopt(set_of({1, 2, 3}));
  EXPECT_NE(first->choose(nullptr, 0)->endpoint.text, second->choose(nullptr, 0)->endpoint.text);
}

TEST(EndpointPool, EmptyHasNoChoice) {
  const EndpointPoolRef pool = make_pool();
  EXPECT_EQ(pool->choose(nullptr, 0), nullptr);
}

TEST(EndpointPool, AnotherEndpointComesBeforeOneAlreadyTried) {
  const EndpointPoolRef pool = make_pool();
  pool->adopt(set_of({1, 2}));
  for (int i = 0; i < 10; ++i) {
    const EndpointRef tried(pool->choose(nullptr, 0));
    EXPECT_NE(pool->choose(&tried, 1), tried.get());
  }
}

TEST(EndpointPool, TheOnlyEndpointIsTriedAgain) {
  const EndpointPoolRef pool = make_pool();
  pool->adopt(set_of({1}));
  const EndpointRef tried(pool->choose(nullptr, 0));
  EXPECT_EQ(pool->choose(&tried, 1), tried.get());
}

TEST(EndpointPool, AnEndpointThatStaysKeepsItsState) {
  const EndpointPoolRef pool = make_pool();
  pool->adopt(set_of({1, 2}));
  const EndpointRef first(pool->choose(nullptr, 0));
  const EndpointRef second(pool->choose(nullptr, 0));
  pool->adopt(set_of({2, 3}));
  EXPECT_TRUE(first->removed);
  EXPECT_FALSE(second->removed);
  EXPECT_EQ(pool->size(), 2U);
}

TEST(EndpointPool, TheSameAddressOfAnotherPodIsAnotherEndpoint) {
  const EndpointPoolRef pool = make_pool();
  router::EndpointSet set = set_of({1});
  set.endpoints[0].uid = "pod-a";
  pool->adopt(set);
  const EndpointRef old(pool->choose(nullptr, 0));
  set.endpoints[0].uid = "pod-b";
  pool->adopt(set);
  EXPECT_TRUE(old->removed);
  EXPECT_NE(pool->choose(nullptr, 0), old.get());
}

}  // namespace
}  // namespace headgate::proxy
