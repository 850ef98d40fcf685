// Whatever the history, the outcome is that of the objects that exist now.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "k8swatch/controller_fixture.h"
#include "k8swatch/secret_builders.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using Random = std::mt19937;

ControllerOptions options() {
  ControllerOptions result = with_config_map();
  result.translation.default_backend_service = "default/s0";
  result.translation.certificates.default_secret = "default/t2";
  return result;
}

std::string pick(Random& random, const std::vector<std::string>& from) {
  return from[random() % from.size()];
}

IngressBackend random_backend(Random& random) {
  return backend(random() % 9 == 0 ? "" : "s" + std::to_string(random() % 5),
                 pick(random, {"80", "http", "81", ""}));
}

// Good ones only: what a bad change leaves behind depends on history, on purpose.
Object random_secret(Random& random, const std::string& name) {
  static const std::vector<test_support::IssuedCertificate> kIssued = {
      certificate_for({"a.org"}), certificate_for({"a.org", "*.b.org"}), certificate_for({"b.org"}),
      certificate_for({"a.org", "b.org"}, test_support::KeyKind::rsa2048)};
  Secret result = tls_secret(name, kIssued[random() % kIssued.size()]);
  if (random() % 5 == 0) result.type = "Opaque";
  return object(std::move(result));
}

Object random_ingress(Random& random, const std::string& name) {
  Ingress result = ingress(name, {}, static_cast<std::int64_t>(random() % 3));
  result.class_name = pick(random, {"headgate", "headgate", "other"});
  if (random() % 4 == 0) result.default_backend = random_backend(random);
  for (unsigned rules = random() % 4; rules > 0; --rules) {
    IngressRule next =
        rule(pick(random, {"a.org", "b.org", "*.b.org", "x.b.org", "A.org", "", "10.0.0.1"}), {});
    for (unsigned paths = random() % 4; paths > 0; --paths) {
      IngressPath entry = path(pick(random, {"/", "/x", "/x/", "/x/y", "//x", "", "bad"}), "");
      entry.path_type = pick(random, {"Exact", "Prefix", "ImplementationSpecific", "", "Odd"});
      entry.backend = random_backend(random);
      next.paths.push_back(std::move(entry));
    }
    next.has_http = !next.paths.empty();
    result.rules.push_back(std::move(next));
  }
  for (unsigned entries = random() % 3; entries > 0; --entries) {
    IngressTls entry;
    for (unsigned hosts = random() % 3; hosts > 0; --hosts)
      entry.hosts.push_back(pick(random, {"a.org", "B.org", "*.b.org", "x.b.org", "c.org"}));
    entry.secret_name = pick(random, {"t0", "t1", "t2", ""});
    result.tls.push_back(std::move(entry));
  }
  return object(std::move(result));
}

Object random_object(Random& random) {
  const std::string number = std::to_string(random() % 5);
  switch (random() % 9) {
    case 8:
      return random_secret(random, "t" + std::to_string(random() % 3));
    case 0:
      return object(ingress_class(pick(random, {"headgate", "other"}),
                                  pick(random, {"headgate.dev/ingress-controller", "example.com/other"})));
    case 1: {
      Service result = service("s" + number);
      if (random() % 6 == 0) result.type = "ExternalName";
      if (random() % 4 == 0) result.ports[0].port = 81;
      return object(std::move(result));
    }
    case 2:
    case 3: {
      std::vector<std::string> addresses;
      for (unsigned n = random() % 4; n > 0; --n)
        addresses.push_back(pick(random, {"10.0.0.1", "10.0.0.2", "10.0.0.3", "127.0.0.1", "nonsense"}));
      EndpointSlice result = slice("e" + number, "s" + std::to_string(random() % 5), addresses);
      for (auto& each : result.endpoints) {
        each.ready = random() % 3 != 0;
        each.terminating = random() % 2 == 0;
        each.target_uid = "u" + std::to_string(random() % 2);
      }
      return object(std::move(result));
    }
    case 4:
      return object(config_map("settings", {{"proxy-body-size", pick(random, {"1m", "2m", "bad"})}}));
    default:
      return random_ingress(random, "i" + number);
  }
}

// What the Workers would hold after everything published so far, checked for consistency on the way.
class WorkerModel {
 public:
  void adopt(const router::Publication& publication) {
    ASSERT_EQ(publication.generation, generation_ + 1);
    generation_ = publication.generation;
    for (const router::ClusterUpdate& update : publication.clusters) {
      ASSERT_NE(update.cluster, nullptr);
      ASSERT_EQ(update.cluster->slot, update.slot);
      const auto held = clusters_.find(update.slot);
      if (held != clusters_.end()) {
        ASSERT_EQ(held->second, update.cluster) << "a slot in use was given again";
      }
      if (update.endpoints == nullptr) {
        ASSERT_NE(held, clusters_.end()) << "an unknown slot was freed";
        clusters_.erase(held);
      } else {
        clusters_[update.slot] = update.cluster;
      }
    }
    if (publication.table != nullptr) table_ = publication.table;
    ASSERT_NE(table_, nullptr);
    check_table();
    for (const router::RouteSlot slot : publication.removed_routes) {
      ASSERT_TRUE(routes_before_.contains(slot)) << "an unknown route was removed";
      ASSERT_FALSE(routes_.contains(slot)) << "a route was removed that serves";
    }
    for (const router::RouteSlot slot : routes_before_)
      ASSERT_TRUE(routes_.contains(slot) ||
                  std::count(publication.removed_routes.begin(), publication.removed_routes.end(), slot) == 1)
          << "a route went without a word";
    routes_before_ = routes_;
  }

 private:
  void check_table() {
    routes_.clear();
    used_.clear();
    table_->hosts().for_each([this](const router::VirtualHost& host) { check_host(host); });
    check_host(table_->default_host());
    check_route(table_->default_route());
    ASSERT_EQ(used_.size(), clusters_.size()) << "a Cluster nobody names was kept";
  }

  void check_host(const router::VirtualHost& host) {
    for (const router::Route& route : host.routes()) {
      check_route(route);
      if (route.action == router::RouteAction::add_trailing_slash) continue;
      ASSERT_TRUE(routes_.insert(route.slot).second) << "two routes have one slot";
    }
  }

  void check_route(const router::Route& route) {
    ASSERT_EQ(route.cluster != nullptr, route.action == router::RouteAction::forward);
    if (route.cluster == nullptr) return;
    const auto held = clusters_.find(route.cluster->slot);
    ASSERT_NE(held, clusters_.end()) << "a route names a slot without a pool";
    ASSERT_EQ(held->second, route.cluster);
    used_.insert(route.cluster->slot);
  }

  std::uint64_t generation_ = 0;
  std::shared_ptr<const router::RoutingTable> table_;
  std::map<router::ClusterSlot, std::shared_ptr<const router::Cluster>> clusters_;
  std::set<router::ClusterSlot> used_;
  std::set<router::RouteSlot> routes_;
  std::set<router::RouteSlot> routes_before_;
};

struct Outcome {
  std::string dump;
  std::vector<std::string> findings;
};

Outcome outcome_of(ControllerFixture& fixture) { return {fixture.controller().dump(), fixture.findings()}; }

// The translation of these objects from nothing, in a random order of arrival.
Outcome from_scratch(const std::map<ObjectKey, Object>& objects, Random& random) {
  std::vector<Object> order;
  for (const auto& [key, each] : objects) order.push_back(each);
  std::shuffle(order.begin(), order.end(), random);
  ControllerFixture fixture(options());
  for (const Object& each : order) fixture.controller().upsert(each);
  fixture.publish();
  return outcome_of(fixture);
}

TEST(Translator, EveryHistoryEndsInWhatTheObjectsSay) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    ControllerFixture live(options());
    std::map<ObjectKey, Object> objects;
    WorkerModel worker;
    std::size_t adopted = 0;
    for (int step = 0; step < 60; ++step) {
      for (unsigned burst = 1 + random() % 3; burst > 0; --burst) {
        if (!objects.empty() && random() % 3 == 0) {
          const auto victim =
              std::next(objects.begin(), static_cast<std::ptrdiff_t>(random() % objects.size()));
          live.controller().remove(victim->first);
          objects.erase(victim);
        } else {
          const Object next = random_object(random);
          objects[key_of(next)] = next;
          live.controller().upsert(next);
        }
      }
      live.publish();
      for (; adopted < live.published().size(); ++adopted) worker.adopt(*live.published()[adopted]);
      if (HasFatalFailure()) return;
      const Outcome expected = from_scratch(objects, random);
      const Outcome actual = outcome_of(live);
      ASSERT_EQ(actual.dump, expected.dump) << "seed " << seed << " step " << step;
      ASSERT_EQ(actual.findings, expected.findings) << "seed " << seed << " step " << step;
    }
  }
}

TEST(Translator, RemovingEverythingLeavesNothing) {
  Random random(5);
  ControllerFixture live(options());
  std::map<ObjectKey, Object> objects;
  for (int i = 0; i < 100; ++i) {
    const Object next = random_object(random);
    objects[key_of(next)] = next;
    live.controller().upsert(next);
  }
  live.publish();
  for (const auto& [key, each] : objects) live.controller().remove(key);
  live.publish();
  ControllerFixture empty(options());
  empty.publish();
  EXPECT_EQ(live.controller().dump(), empty.controller().dump());
  EXPECT_EQ(live.findings(), empty.findings());
}

}  // namespace
}  // namespace headgate::k8swatch
