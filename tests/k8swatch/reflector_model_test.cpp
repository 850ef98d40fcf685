// The API source over real HTTP against the double of an API server, under random writes and random faults:
// afterwards the mirror is what the server has.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "fakeapi/fake_api.h"
#include "k8swatch/api_client.h"
#include "k8swatch/api_source.h"
#include "k8swatch/recording_sink.h"

namespace headgate::k8swatch::testing {
namespace {

using namespace std::chrono_literals;
using fakeapi::Cut;
using fakeapi::FakeApi;
using fakeapi::Fault;

// Lets everybody in, without TLS.
class OpenDoor : public ApiAccessSource {
 public:
  explicit OpenDoor(std::string server) : server_(std::move(server)) {}
  void get(std::function<void(const Result<ApiAccess>&)> ready) override {
    ready(ApiAccess{server_, "", "", nullptr});
  }
  void refused(const ApiAccess&) override {}
  void distrusted() override {}

 private:
  std::string server_;
};

class ReflectorModel : public ::testing::TestWithParam<unsigned> {
 protected:
  // The source's time runs so many times faster, so that waiting between tries costs little.
  static constexpr int kFaster = 50;
  static constexpr int kSteps = 400;
  static constexpr int kNames = 30;

  ReflectorModel() {
    ApiSourceOptions options;
    options.resources = {{Kind::config_map, "configmaps", "/api/v1/configmaps", "", false},
                         {Kind::ingress, "ingresses", "/apis/networking.k8s.io/v1/ingresses", "", false}};
    options.now = [this] { return now(); };
    source_ = std::make_unique<ApiSource>(std::move(options), client_, sink_);
  }

  [[nodiscard]] TimePoint now() const { return start_ + (Clock::now() - start_) * kFaster; }

  void run(std::chrono::milliseconds time) {
    const TimePoint until = Clock::now() + time;
    while (Clock::now() < until) {
      source_->run_due(now());
      io_.run_for(1ms);
      io_.restart();
    }
  }
  bool run_until(const std::function<bool()>& condition) {
    const test_support::Deadline deadline(test_support::kPatience);
    while (!condition()) {
      if (deadline.passed()) return false;
      run(2ms);
    }
    return true;
  }

  int any(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  void write() {
    const std::string name = "o" + std::to_string(any(kNames));
    const bool is_ingress = any(2) == 0;
    const std::string resource = is_ingress ? "ingresses" : "configmaps";
    const auto known = api_.get(resource, "default", name);
    if (known && any(3) == 0) {
      api_.remove(resource, "default", name);
      if (any(2) == 0) return;  // else it is made again, with another uid
    }
    const std::string value = std::to_string(any(1'000'000));
    api_.apply(is_ingress ? "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " + name +
                                "}\nspec:\n  rules:\n  - host: h" + value +
                                ".example\n    http: {paths: [{path: /, pathType: Prefix, backend: {service: "
                                "{name: web, port: {number: 80}}}}]}\n"
                          : "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {k: \"" +
                                value + "\"}\n");
  }

  Fault random_fault() {
    Fault fault;
    const char* verbs[] = {"watch", "list", "*"};
    fault.verb = verbs[any(3)];
    fault.times = 1 + any(3);
    switch (any(12)) {
      case 0:
        fault.status = 410;
        break;
      case 1:
        fault.status = 429;
        fault.retry_after = 1s;
        break;
      case 2:
        fault.status = any(2) == 0 ? 500 : 503;
        break;
      case 3:
        fault.cut = any(2) == 0 ? Cut::reset : Cut::end;
        fault.at = static_cast<std::size_t>(any(3000));
        break;
      case 4:
        fault.cut = any(2) == 0 ? Cut::bad_chunk : Cut::truncate;
        fault.at = static_cast<std::size_t>(any(3000));
        break;
      case 5:
        fault.cut = Cut::split;
        fault.pieces = static_cast<std::size_t>(1 + any(50));
        break;
      case 6:
        fault.error_event = any(2) == 0 ? 410 : 500;
        break;
      case 7:
        fault.end_after = std::chrono::milliseconds(any(30));
        break;
      case 8:
        fault.repeat_events = true;
        break;
      case 9:
        fault.line = any(2) == 0 ? "{\"type\":\"ADDED\",\"object\":" : "not json at all";
        break;
      case 10:
        fault.no_end_bookmark = true;
        fault.end_after = 20ms;
        break;
      default:
        fault.drop_answer = true;
        break;
    }
    return fault;
  }

  void disturb() {
    switch (any(10)) {
      case 0:
        api_.close_connections(any(2) == 0);
        return;
      case 1:
        api_.restart();
        return;
      case 2:
        api_.compact();
        return;
      case 3:
        api_.skip_revisions(static_cast<std::uint64_t>(any(100)));
        return;
      case 4:
        api_.send_bookmarks();
        return;
      case 5: {
        fakeapi::Knobs knobs = api_.knobs();
        knobs.watch_list = !knobs.watch_list;
        knobs.future_revision_wait = 10ms;
        api_.set_knobs(knobs);
        return;
      }
      default:
        api_.inject(random_fault());
        return;
    }
  }

  void end_faults() {
    api_.clear_faults();
    api_.release_stalls();
  }

  // "Ingress default/o1" with its uid and version.
  [[nodiscard]] std::map<std::string, std::string> of_server() const {
    std::map<std::string, std::string> all;
    for (const auto& [resource, kind] :
         {std::pair("configmaps", "ConfigMap"), std::pair("ingresses", "Ingress")})
      for (const fakeapi::ObjectInfo& info : api_.list(resource))
        all[std::string(kind) + " " + info.namespace_name + "/" + info.name] =
            info.uid + " " + std::to_string(info.revision);
    return all;
  }
  [[nodiscard]] std::map<std::string, std::string> of_sink() const {
    std::map<std::string, std::string> all;
    for (const auto& [key, object] : sink_.objects) {
      const Metadata& metadata = metadata_of(object);
      all[key] = metadata.uid + " " + metadata.resource_version;
    }
    return all;
  }
  void expect_equal() {
    EXPECT_TRUE(run_until([this] { return source_->is_synced() && of_sink() == of_server(); }))
        << "seed " << GetParam() << ", " << sink_.objects.size() << " objects";
    EXPECT_EQ(of_sink(), of_server());
  }

  std::mt19937 random_{GetParam()};
  TimePoint start_ = Clock::now();
  FakeApi api_;
  boost::asio::io_context io_;
  OpenDoor door_{api_.url()};
  ApiClient client_{
      {}, door_, [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); }};
  RecordingSink sink_;
  std::unique_ptr<ApiSource> source_;
};

TEST_P(ReflectorModel, LosesNoEventWhateverFails) {
  for (int i = 0; i < kNames; ++i) write();
  ASSERT_TRUE(source_->start(now()));
  for (int step = 0; step < kSteps; ++step) {
    write();
    if (any(4) == 0) disturb();
    if (any(3) == 0) run(std::chrono::milliseconds(any(8)));
  }
  end_faults();
  expect_equal();
  EXPECT_EQ(sink_.synced_count, 1);
  // And it follows on.
  for (int i = 0; i < 20; ++i) write();
  expect_equal();
  EXPECT_TRUE(sink_.findings.empty() || run_until([this] { return sink_.findings.empty(); }));
}

TEST_P(ReflectorModel, ARelistMendsWhatAServerHasSwallowed) {
  ASSERT_TRUE(source_->start(now()));
  ASSERT_TRUE(run_until([this] { return source_->is_synced(); }));
  for (int step = 0; step < kSteps; ++step) {
    write();
    if (any(10) == 0) {
      Fault fault;
      fault.verb = "watch";
      if (any(2) == 0)
        fault.drop_events = 1 + any(5);
      else
        fault.swap_events = true;
      api_.inject(fault);
    }
    if (any(20) == 0) api_.close_connections();
    if (any(3) == 0) run(std::chrono::milliseconds(any(8)));
  }
  end_faults();
  api_.restart();
  expect_equal();
}

TEST_P(ReflectorModel, FollowsAServerThatGoesBack) {
  for (int i = 0; i < kNames; ++i) write();
  const std::uint64_t backup = api_.revision();
  ASSERT_TRUE(source_->start(now()));
  ASSERT_TRUE(run_until([this] { return source_->is_synced(); }));
  for (int i = 0; i < 100; ++i) write();
  expect_equal();
  api_.go_back_to(backup);
  expect_equal();
  for (int i = 0; i < 20; ++i) write();
  expect_equal();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReflectorModel, ::testing::Range(1U, 6U));

}  // namespace
}  // namespace headgate::k8swatch::testing
