// A Reflector between a test that plays the API server and a sink that records, with a clock that stands
// still.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "k8swatch/api_texts.h"
#include "k8swatch/recording_sink.h"
#include "k8swatch/reflector.h"

namespace headgate::k8swatch::testing {

class ReflectorTest : public ::testing::Test {
 protected:
  ReflectorTest() { remake(); }

  void remake() {
    reflector_ = std::make_unique<Reflector>(
        ReflectorOptions{Kind::config_map, "configmaps", [this] { return chance_; }}, reader_, sink_);
  }

  // What is asked for now; "" where nothing is.
  std::string request() {
    reflector_->run_due(now_);
    const auto request = reflector_->next_request(now_);
    if (!request) return "";
    fresh_ = request->fresh_connection;
    patience_ = request->idle_timeout;
    return request->query;
  }
  // Waits until something is due and gives that. The time it took is in waited_.
  std::string next_request() {
    const auto due = reflector_->deadline();
    if (!due) return "nothing is due";
    waited_ = std::max(*due - now_, Duration(0));
    now_ += waited_;
    return request();
  }
  // The request after the server has been asked for its newest version, which is not older than ours.
  std::string probed(const std::string& probe) {
    EXPECT_EQ(probe, "limit=1");
    probe_was_fresh_ = fresh_;
    answer(200, list(100'000, {api_object("any", 100'000)}));
    return request();
  }
  void pass(Duration time) {
    now_ += time;
    reflector_->run_due(now_);
  }

  void head(int code, std::optional<int> retry_after = {}) {
    ApiHead head;
    head.status = code;
    head.server = server_;
    if (retry_after) head.retry_after = std::chrono::seconds(*retry_after);
    reflector_->on_head(head, now_);
  }
  void bytes(std::string_view text) { reflector_->on_bytes(text, now_); }
  void end() { reflector_->on_end(std::nullopt, now_); }
  void fail(ApiFailure failure, const std::string& message = "it broke") {
    reflector_->on_end(ApiError{failure, message}, now_);
  }
  void answer(int code, std::string_view body, std::optional<int> retry_after = {}) {
    head(code, retry_after);
    bytes(body);
    end();
  }

  // Brings it to watching, by a stream whose initial state is `events`.
  void sync(const std::string& events = "", int version = 100) {
    ASSERT_TRUE(request().starts_with("watch=true&allowWatchBookmarks=true&sendInitialEvents=true"));
    head(200);
    bytes(events + bookmark(version, true));
    ASSERT_TRUE(reflector_->is_synced());
    sink_.take_log();
  }
  // The watch has lasted, so its end is an ordinary one.
  void end_watch() {
    pass(std::chrono::minutes(5));
    end();
  }

  [[nodiscard]] const ReflectorCounters& counters() const { return reflector_->counters(); }
  // "unreachable: it broke"; "" where there is none.
  [[nodiscard]] std::string trouble() const {
    const auto& trouble = reflector_->trouble();
    if (!trouble) return "";
    switch (trouble->what) {
      case ReflectorTrouble::What::unreachable:
        return "unreachable: " + trouble->reason;
      case ReflectorTrouble::What::unauthorized:
        return "unauthorized: " + trouble->reason;
      case ReflectorTrouble::What::forbidden:
        return "forbidden: " + trouble->reason;
      case ReflectorTrouble::What::refused:
        return "refused: " + trouble->reason;
    }
    return "?";
  }

  using Log = std::vector<std::string>;
  static constexpr std::string_view kWatchList =
      "watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&"
      "timeoutSeconds=300";
  static constexpr std::string_view kWatch = "watch=true&allowWatchBookmarks=true&timeoutSeconds=300";
  static std::string watch_list_from(const std::string& version) {
    return std::string(kWatchList) + "&resourceVersion=" + version;
  }
  static std::string watch_from(const std::string& version) {
    return std::string(kWatch) + "&resourceVersion=" + version;
  }
  static constexpr Duration kStep = Backoff::kFirst;

  std::string server_;  // what a refusal says of who answered
  TimePoint now_{std::chrono::hours(1)};
  double chance_ = 0;
  Duration waited_{};
  std::chrono::milliseconds patience_{};  // of the last request
  bool fresh_ = false;
  bool probe_was_fresh_ = false;
  ApiObjectReader reader_{DecodeOptions{}};
  RecordingSink sink_;
  std::unique_ptr<Reflector> reflector_;
};

}  // namespace headgate::k8swatch::testing
