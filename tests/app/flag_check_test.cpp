#include "app/flag_check.h"

#include <gtest/gtest.h>

namespace headgate::app {
namespace {

std::string error_of(const Flags& flags) {
  const Result<void> checked = check_flags(flags);
  return checked ? "" : checked.error().message;
}

TEST(FlagCheck, TakesManifestsAloneAndTheApiAlone) {
  Flags flags;
  EXPECT_EQ(error_of(flags), "");
  flags.kubeconfig = "k";
  flags.watch_namespace_selector = "a=b";
  EXPECT_EQ(error_of(flags), "");
  Flags standalone;
  standalone.manifests = {"m"};
  standalone.watch_namespace = "n";
  EXPECT_EQ(error_of(standalone), "");
}

TEST(FlagCheck, RefusesWhatExcludesEachOther) {
  Flags flags;
  flags.watch_namespace = "n";
  flags.watch_namespace_selector = "a=b";
  EXPECT_EQ(error_of(flags), "--watch-namespace and --watch-namespace-selector exclude each other");
  Flags standalone;
  standalone.manifests = {"m"};
  standalone.kubeconfig = "k";
  EXPECT_EQ(error_of(standalone), "--kubeconfig and --manifests exclude each other");
  standalone.kubeconfig = "";
  standalone.apiserver_host = "https://x";
  EXPECT_EQ(error_of(standalone), "--apiserver-host and --manifests exclude each other");
  standalone.apiserver_host = "";
  standalone.snapshot_dir = "s";
  EXPECT_EQ(error_of(standalone), "--snapshot-dir and --manifests exclude each other");
  standalone.snapshot_dir = "";
  standalone.watch_namespace_selector = "a";
  EXPECT_EQ(error_of(standalone),
            "--watch-namespace-selector needs the Kubernetes API, so it cannot go with --manifests");
}

}  // namespace
}  // namespace headgate::app
