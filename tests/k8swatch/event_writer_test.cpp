#include "k8swatch/event_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "k8swatch/lease_server.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::between;
using ::testing::ElementsAre;
using testing::failure_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Role = EventWriter::Role;

Finding finding(const std::string& object, const std::string& reason = "is wrong",
                Severity severity = Severity::error, const std::string& field = "spec") {
  return {severity, object, field, reason};
}
ObjectKey ingress_key(const std::string& name) { return {Kind::ingress, "ns", name}; }

class EventWriterTest : public ::testing::Test {
 protected:
  [[nodiscard]] Moment moment() const {
    return {now_, WallTime(std::chrono::seconds(1777636800)) + (now_ - TimePoint(1000h))};
  }
  void set_findings(std::vector<Finding> findings) {
    std::sort(findings.begin(), findings.end());
    writer_.set_findings(findings, moment());
  }
  // "POST note" or "PATCH count"; empty: nothing.
  std::string ask() {
    const auto request = writer_.next_request(moment());
    if (!request) return "";
    last_ = *request;
    return last_.method + " " +
           (last_.method == "POST" ? between(last_.body, R"("note":")", "\"")
                                   : between(last_.body, R"("count":)", ","));
  }
  void get(const ApiOutcome& outcome) { writer_.on_answer(outcome, moment()); }
  // Everything that is to be written until `end`, as fast as it is allowed; all goes well.
  std::vector<std::string> run_until(TimePoint end) {
    std::vector<std::string> asked;
    while (writer_.deadline() && *writer_.deadline() <= end && asked.size() < 10'000) {
      now_ = std::max(now_, *writer_.deadline());
      if (const std::string request = ask(); !request.empty()) {
        asked.push_back(request);
        get(answer_of(last_.method == "POST" ? 201 : 200));
      }
    }
    now_ = std::max(now_, end);
    return asked;
  }
  std::vector<std::string> run() { return run_until(now_); }

  std::map<ObjectKey, Metadata> objects_;
  std::set<std::string> foreign_;
  TimePoint now_{1000h};
  EventWriter writer_{EventReporter{"headgate.dev/ingress-controller", "pod-a"},
                      EventObjects{[this](const ObjectKey& key) -> const Metadata* {
                                     const auto at = objects_.find(key);
                                     return at == objects_.end() ? nullptr : &at->second;
                                   },
                                   [this](const ObjectKey& key) { return !foreign_.contains(key.name); }}};
  ApiRequest last_;
};

TEST_F(EventWriterTest, WritesAFindingAsAWarning) {
  objects_[ingress_key("web")].uid = "u-1";
  objects_[ingress_key("web")].resource_version = "77";
  writer_.set_role(Role::leader);
  set_findings({finding("Ingress ns/web", "is wrong")});
  EXPECT_EQ(ask(), "POST spec: is wrong");
  EXPECT_EQ(last_.target, "/apis/events.k8s.io/v1/namespaces/ns/events");
  EXPECT_EQ(last_.content_type, "application/json");
  EXPECT_EQ(last_.body,
            R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"web.18ab6f4053a98000",)"
            R"("namespace":"ns"},"eventTime":"2026-05-01T12:00:00.000000Z",)"
            R"("reportingController":"headgate.dev/ingress-controller","reportingInstance":"pod-a",)"
            R"("action":"Translate","reason":"NotServed","type":"Warning","regarding":{)"
            R"("apiVersion":"networking.k8s.io/v1","kind":"Ingress","name":"web","namespace":"ns",)"
            R"("uid":"u-1","resourceVersion":"77"},"note":"spec: is wrong"})");
}

TEST_F(EventWriterTest, TellsEachFindingOnce) {
  writer_.set_role(Role::leader);
  set_findings({finding("Ingress ns/a"), finding("Secret ns/s"), finding("conf/a.yaml:12")});
  EXPECT_EQ(run().size(), 2u);
  set_findings({finding("Ingress ns/a"), finding("Secret ns/s"), finding("Service ns/x")});
  EXPECT_EQ(run().size(), 1u);
  EXPECT_THAT(last_.body,
              HasSubstr(R"("regarding":{"apiVersion":"v1","kind":"Service","name":"x","namespace":"ns"})"));
  set_findings({});
  EXPECT_THAT(run_until(now_ + 2h), IsEmpty());
}

TEST_F(EventWriterTest, TellsARepetitionAsASeries) {
  writer_.set_role(Role::leader);
  const std::vector<Finding> findings = {finding("Ingress ns/web")};
  set_findings(findings);
  EXPECT_THAT(run(), ElementsAre("POST spec: is wrong"));
  const std::string name = between(last_.body, R"("metadata":{"name":")", "\"");
  now_ += 10s;
  set_findings({});
  set_findings(findings);
  EXPECT_THAT(run(), ElementsAre("PATCH 2"));
  EXPECT_EQ(last_.target, "/apis/events.k8s.io/v1/namespaces/ns/events/" + name);
  EXPECT_EQ(last_.content_type, "application/merge-patch+json");
  EXPECT_EQ(last_.body, R"({"series":{"count":2,"lastObservedTime":"2026-05-01T12:00:10.000000Z"}})");
  // Further ones are counted and told when it is quiet again.
  for (int i = 0; i < 5; ++i) {
    set_findings({});
    set_findings(findings);
  }
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_THAT(run_until(now_ + 7min), ElementsAre("PATCH 7"));
  set_findings({});
  set_findings(findings);
  EXPECT_THAT(run(), ElementsAre("POST spec: is wrong"));
}

TEST_F(EventWriterTest, TellsALongSeriesEveryHalfHour) {
  writer_.set_role(Role::leader);
  std::vector<std::string> asked;
  for (int minute = 0; minute < 100; ++minute) {
    set_findings({});
    set_findings({finding("Ingress ns/web")});
    for (std::string& each : run_until(now_ + 1min)) asked.push_back(std::move(each));
  }
  ASSERT_EQ(asked.size(), 5u);
  EXPECT_EQ(asked[1], "PATCH 2");
}

TEST_F(EventWriterTest, TellsOfIngressesThatAreTaken) {
  writer_.set_role(Role::leader);
  foreign_.insert("foreign");
  writer_.on_ingress_change(ingress_key("web"), moment());
  writer_.on_ingress_change(ingress_key("foreign"), moment());
  EXPECT_THAT(run(), ElementsAre("POST Scheduled for sync"));
  EXPECT_THAT(last_.body, HasSubstr(R"("action":"Sync","reason":"Sync","type":"Normal")"));
}

TEST_F(EventWriterTest, KeepsWhatHappensUntilItIsKnownWhoLeads) {
  set_findings({finding("Ingress ns/web")});
  EXPECT_EQ(writer_.deadline(), std::nullopt);
  EXPECT_EQ(ask(), "");
  writer_.set_role(Role::leader);
  EXPECT_EQ(run().size(), 1u);
}

TEST_F(EventWriterTest, LeavesItToTheLeader) {
  set_findings({finding("Ingress ns/web")});
  writer_.set_role(Role::follower);
  writer_.on_ingress_change(ingress_key("web"), moment());
  set_findings({finding("Ingress ns/web"), finding("Ingress ns/x")});
  EXPECT_EQ(ask(), "");
  // It tells of everything that is wrong when it has become the leader.
  writer_.set_role(Role::leader);
  set_findings({finding("Ingress ns/web"), finding("Ingress ns/x")});
  EXPECT_EQ(run().size(), 2u);
}

TEST_F(EventWriterTest, LosesItsRoleWhileARequestIsUnderWay) {
  writer_.set_role(Role::leader);
  set_findings({finding("Ingress ns/web")});
  ask();
  writer_.set_role(Role::follower);
  get(failure_of(ApiFailure::reset));
  EXPECT_EQ(ask(), "");
}

TEST_F(EventWriterTest, LimitsWhatIsToldOfOneObject) {
  writer_.set_role(Role::leader);
  std::vector<Finding> findings;
  for (int i = 0; i < 40; ++i) findings.push_back(finding("Ingress ns/web", "reason " + std::to_string(i)));
  findings.push_back(finding("Ingress ns/other"));
  set_findings(findings);
  EXPECT_EQ(run_until(now_ + 10s).size(), 26u);
  EXPECT_EQ(writer_.dropped(), 15u);
  now_ += 10min;
  for (int i = 40; i < 50; ++i) findings.push_back(finding("Ingress ns/web", "reason " + std::to_string(i)));
  set_findings(findings);
  EXPECT_EQ(run_until(now_ + 10s).size(), 2u);
}

TEST_F(EventWriterTest, WritesTenASecondAfterABurst) {
  writer_.set_role(Role::leader);
  std::vector<Finding> findings;
  for (int i = 0; i < 125; ++i) findings.push_back(finding("Ingress ns/w" + std::to_string(i)));
  set_findings(findings);
  EXPECT_EQ(run().size(), 25u);
  EXPECT_EQ(run_until(now_ + 5s).size(), 50u);
  EXPECT_EQ(run_until(now_ + 5100ms).size(), 50u);
}

TEST_F(EventWriterTest, KeepsRoomForWhatIsWrongAndTellsTheRestLater) {
  writer_.set_role(Role::leader);
  for (int i = 0; i < 3000; ++i) writer_.on_ingress_change(ingress_key("s" + std::to_string(i)), moment());
  EXPECT_EQ(writer_.dropped(), 3000 - EventWriter::kMostSyncsWaiting);
  std::vector<Finding> findings;
  for (int i = 0; i < 3000; ++i) findings.push_back(finding("Ingress ns/w" + std::to_string(i)));
  set_findings(findings);
  EXPECT_EQ(writer_.dropped(), 6000 - EventWriter::kMostWaiting);
  const std::vector<std::string> asked = run_until(now_ + 1h);
  EXPECT_EQ(asked.size(), 3000 + EventWriter::kMostSyncsWaiting)
      << "all that is wrong, what is news as far as it waits";
  EXPECT_EQ(asked[0], "POST spec: is wrong");  // before what is only news
  EXPECT_EQ(asked[2999], "POST spec: is wrong");
  EXPECT_EQ(asked[3000], "POST Scheduled for sync");
}

TEST_F(EventWriterTest, DoesNotTellLaterWhatIsNotWrongAnyMore) {
  writer_.set_role(Role::leader);
  std::vector<Finding> findings;
  for (int i = 0; i < 3000; ++i) findings.push_back(finding("Ingress ns/w" + std::to_string(i)));
  set_findings(findings);
  set_findings({});
  EXPECT_EQ(run_until(now_ + 1h).size(), EventWriter::kMostWaiting);
}

TEST_F(EventWriterTest, DoesNotRepeatWhatIsRefused) {
  for (const int status : {400, 403, 404, 422}) {
    SCOPED_TRACE(status);
    writer_.set_role(Role::leader);
    set_findings({finding("Ingress ns/a"), finding("Ingress ns/b")});
    EXPECT_NE(ask(), "");
    get(answer_of(status, R"({"message":"no"})"));
    EXPECT_EQ(run_until(now_ + 1h).size(), 1u);
    writer_.set_role(Role::follower);
  }
}

TEST_F(EventWriterTest, TriesAgainAfterFaultsUnderTheSameName) {
  writer_.set_role(Role::leader);
  set_findings({finding("Ingress ns/web")});
  std::set<std::string> names;
  std::vector<Duration> waits;
  for (int i = 0; i < 6; ++i) {
    const TimePoint before = now_;
    std::string asked;
    while ((asked = ask()).empty()) now_ = *writer_.deadline();
    EXPECT_EQ(asked, "POST spec: is wrong");
    waits.push_back(now_ - before);
    names.insert(between(last_.body, R"("metadata":{"name":")", "\""));
    get(i % 2 == 0 ? answer_of(500) : failure_of(ApiFailure::timeout));
  }
  EXPECT_EQ(names.size(), 1u);
  EXPECT_THAT(waits, ElementsAre(0s, 1s, 2s, 4s, 8s, 16s));
  // The one that timed out was written after all.
  while (ask().empty()) now_ = *writer_.deadline();
  get(answer_of(409, R"({"reason":"AlreadyExists"})"));
  EXPECT_THAT(run_until(now_ + 1h), IsEmpty());
  EXPECT_EQ(writer_.dropped(), 0u);
}

TEST_F(EventWriterTest, GivesUpAfterTwelveTries) {
  writer_.set_role(Role::leader);
  set_findings({finding("Ingress ns/web")});
  int tries = 0;
  while (tries < 100 && writer_.deadline()) {
    now_ = std::max(now_, *writer_.deadline());
    if (ask().empty()) continue;
    ++tries;
    get(failure_of(ApiFailure::connect));
  }
  EXPECT_EQ(tries, EventWriter::kMostTries);
  EXPECT_EQ(writer_.dropped(), 1u);
}

TEST_F(EventWriterTest, WritesAnewWhatHasRunOut) {
  writer_.set_role(Role::leader);
  set_findings({finding("Ingress ns/web")});
  run();
  const std::string first = between(last_.body, R"("metadata":{"name":")", "\"");
  set_findings({});
  set_findings({finding("Ingress ns/web")});
  EXPECT_EQ(ask(), "PATCH 2");
  get(answer_of(404));
  EXPECT_EQ(ask(), "POST spec: is wrong");
  EXPECT_NE(between(last_.body, R"("metadata":{"name":")", "\""), first);
}

TEST_F(EventWriterTest, ForgetsEverythingInTheEnd) {
  writer_.set_role(Role::leader);
  for (int i = 0; i < 100; ++i) writer_.on_ingress_change(ingress_key("s" + std::to_string(i)), moment());
  run_until(now_ + 1h);
  EXPECT_EQ(writer_.deadline(), std::nullopt);  // nothing left to sweep
}

TEST(EventOf, ReadsTheObject) {
  struct Case {
    const char* object;
    const char* expected;
  };
  for (const Case& c :
       {Case{"Ingress ns/web", "Ingress ns/web"}, Case{"IngressClass headgate", "IngressClass headgate"},
        Case{"EndpointSlice ns/a", "EndpointSlice ns/a"}, Case{"ConfigMap ns/a", "ConfigMap ns/a"},
        Case{"conf/a.yaml:12", ""}, Case{"TLS", ""}, Case{"Ingress web", ""}, Case{"Foo ns/x", ""},
        Case{"IngressClass a/b", ""}}) {
    const auto event = event_of(finding(c.object));
    EXPECT_EQ(event ? to_string(event->regarding) : "", c.expected) << c.object;
  }
}

TEST(EventOf, NamesTheReason) {
  const std::string annotation = "metadata.annotations[nginx.ingress.kubernetes.io/x]";
  EXPECT_EQ(event_of(finding("Ingress ns/a", "r", Severity::error, annotation))->reason,
            "AnnotationParsingFailed");
  EXPECT_EQ(event_of(finding("Ingress ns/a", "r", Severity::error))->reason, "NotServed");
  EXPECT_EQ(event_of(finding("Ingress ns/a", "r", Severity::warning))->reason, "Ignored");
}

TEST(EventOf, CutsTheNoteAndKeepsItPrintable) {
  std::string reason = "caf\xc3\xa9 \x1b[31m";
  for (int i = 0; i < 500; ++i) reason += "\xe2\x82\xac";
  const std::string note = event_of(finding("Ingress ns/a", reason))->note;
  EXPECT_EQ(note.size(), kMostNoteBytes);
  EXPECT_THAT(note, ::testing::StartsWith("spec: caf\\xc3\\xa9 \\x1b[31m\\xe2"));
  EXPECT_TRUE(std::all_of(note.begin(), note.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
}

TEST(EventName, FitsWhateverTheNameOfTheObject) {
  EXPECT_EQ(event_name("web", 0x17f0), "web.17f0");
  const std::string longest(253, 'a');
  EXPECT_EQ(event_name(longest, UINT64_MAX), std::string(236, 'a') + ".ffffffffffffffff");
  const std::string dotted = std::string(235, 'a') + "." + std::string(17, 'b');
  EXPECT_EQ(event_name(dotted, UINT64_MAX), std::string(235, 'a') + ".ffffffffffffffff");
}

TEST(EventText, PutsWhatHasNoNamespaceIntoTheDefaultOne) {
  const Event event = *event_of(finding("IngressClass headgate"));
  EXPECT_EQ(event_namespace(event.regarding), "default");
  const std::string text = event_text(event, nullptr, {}, "n", {});
  EXPECT_THAT(text, HasSubstr(R"("metadata":{"name":"n","namespace":"default"})"));
  EXPECT_THAT(
      text,
      HasSubstr(
          R"("regarding":{"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","name":"headgate"})"));
  EXPECT_THAT(text, Not(HasSubstr("uid")));
}

}  // namespace
}  // namespace headgate::k8swatch
