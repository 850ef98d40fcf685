// A ManifestSource over a temporary folder, driven as an application drives it: poll() on its descriptor with
// its deadline. No sleeping: every wait ends when the condition holds, or fails after kPatience.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "k8swatch/manifest_source.h"
#include "recording_sink.h"

namespace headgate::k8swatch {

class SourceFixture : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kPatience{20};

  SourceFixture() {
    std::string pattern = (std::filesystem::temp_directory_path() / "headgate-source-XXXXXX").string();
    base_ = ::mkdtemp(pattern.data());
    root_ = base_ / "manifests";
    std::filesystem::create_directory(root_);
  }
  ~SourceFixture() override {
    source_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }

  Result<void> start(std::vector<std::filesystem::path> roots) {
    source_ = std::make_unique<ManifestSource>(roots, sink_);
    return source_->start();
  }
  void start() {
    const auto started = start({root_});
    ASSERT_TRUE(started) << started.error().message;
  }

  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }
  // Writes beside the place and renames, as careful writers do.
  void replace(const std::filesystem::path& path, const std::string& text) {
    const std::filesystem::path temporary = path.parent_path() / ".new";
    write(temporary, text);
    std::filesystem::rename(temporary, path);
  }

  // Lets the source work until `condition` holds.
  testing::AssertionResult reaches(const std::function<bool()>& condition) {
    const TimePoint give_up = Clock::now() + kPatience;
    while (!condition()) {
      const TimePoint now = Clock::now();
      if (now > give_up)
        return testing::AssertionFailure() << "still not so after " << kPatience.count() << " s";
      turn(give_up);
    }
    return testing::AssertionSuccess();
  }
  testing::AssertionResult becomes(const std::string& name, const std::string& value) {
    return reaches([&] { return sink_.value_of(name) == value; });
  }
  // Lets the source work until nothing is left to do.
  testing::AssertionResult settles() {
    return reaches([&] {
      pollfd ready{source_->descriptor(), POLLIN, 0};
      return !source_->deadline() && ::poll(&ready, 1, 0) == 0;
    });
  }

  std::filesystem::path base_;
  std::filesystem::path root_;
  RecordingSink sink_;
  std::unique_ptr<ManifestSource> source_;

 private:
  void turn(TimePoint give_up) {
    const TimePoint until = std::min(give_up, source_->deadline().value_or(give_up));
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd ready{source_->descriptor(), POLLIN, 0};
    const int count = ::poll(&ready, 1, std::max(0, static_cast<int>(wait.count())));
    if (count > 0) source_->on_readable(Clock::now());
    const auto deadline = source_->deadline();
    if (deadline && *deadline <= Clock::now()) source_->run_due(Clock::now());
  }
};

}  // namespace headgate::k8swatch
