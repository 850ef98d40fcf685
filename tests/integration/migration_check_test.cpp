// `headgate check`: the report, its JSON and its exit code, from the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "support/headgate_process.h"
#include "support/manifests.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int code = -1;
  std::string text;
};

class MigrationCheck : public ::testing::Test {
 protected:
  // `arguments` are words of the test, not of anybody else.
  static Outcome check(const std::string& arguments) {
    Outcome outcome;
    std::FILE* const pipe = ::popen((headgate_binary() + " check " + arguments + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return outcome;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
      outcome.text.append(buffer.data(), size);
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
    return outcome;
  }
  void write(const std::string& name, const FieldList& annotations) {
    IngressSpec spec;
    spec.name = name;
    spec.class_name = "nginx";
    PathRule path;
    path.service = "web";
    spec.rules = {{name + ".test", {path}}};
    spec.annotations = annotations;
    std::ofstream(folder_.path() / (name + ".yaml")) << ingress(spec);
  }
  [[nodiscard]] std::string path() const { return folder_.path().string(); }

  TempDir folder_;
};

TEST_F(MigrationCheck, AnIngressWithoutPeculiaritiesIsIdentical) {
  write("plain", {{"ssl-redirect", "false"}});
  const Outcome outcome = check(path());
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("Ingress default/plain: identical\n"));
  EXPECT_THAT(outcome.text, HasSubstr("fault spec.rules[0].http.paths[0].backend.service.name: Service "
                                      "default/web does not exist"))
      << "which it does not with ingress-nginx, either";
  EXPECT_THAT(outcome.text, HasSubstr("1 Ingresses: 1 identical, 0 differ, 0 refused\n"));
}

TEST_F(MigrationCheck, WhatIsRefusedSaysWhatInsteadAndFailsTheJob) {
  write("snippet", {{"configuration-snippet", "more_set_headers x;"}});
  write("plain", {});
  const Outcome outcome = check(path());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.text,
              HasSubstr("Ingress default/snippet: refused\n    refused configuration-snippet: is "
                        "not supported. "));
  EXPECT_THAT(outcome.text, HasSubstr("custom-headers"));
  EXPECT_THAT(outcome.text, HasSubstr("2 Ingresses: 1 identical, 0 differ, 1 refused\n"));
}

TEST_F(MigrationCheck, WhatDiffersSaysHow) {
  write("waf", {{"enable-rewrite-log", "true"}, {"limit-rate", "10"}});
  const Outcome outcome = check(path());
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.text, HasSubstr("Ingress default/waf: differs\n"));
  EXPECT_THAT(outcome.text, HasSubstr("differs enable-rewrite-log: is not supported. There"));
  EXPECT_THAT(outcome.text, HasSubstr("differs limit-rate: "));
}

TEST_F(MigrationCheck, ABadValueIsAFaultThatBothIgnore) {
  write("bad", {{"ssl-redirect", "perhaps"}});
  const Outcome outcome = check(path());
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.text, HasSubstr("Ingress default/bad: identical\n    fault ssl-redirect: 'perhaps' is "
                                      "neither true nor false; the default is used\n"));
}

TEST_F(MigrationCheck, ReadsManyDocumentsFromStandardInput) {
  write("a", {});
  write("b", {{"server-snippet", "x"}});
  std::ofstream(folder_.path() / "all.txt")
      << std::ifstream(folder_.path() / "a.yaml").rdbuf() << std::ifstream(folder_.path() / "b.yaml").rdbuf();
  const Outcome from_input = check("- < " + path() + "/all.txt");
  EXPECT_EQ(from_input.code, 1);
  EXPECT_THAT(from_input.text, HasSubstr("2 Ingresses: 1 identical, 0 differ, 1 refused\n"));
}

TEST_F(MigrationCheck, IngressesOfOtherClassesAreCounted) {
  write("mine", {});
  std::ofstream(folder_.path() / "class.yaml") << ingress_class("other", "example.com/other");
  IngressSpec spec;
  spec.name = "theirs";
  spec.class_name = "other";
  std::ofstream(folder_.path() / "theirs.yaml") << ingress(spec);
  EXPECT_THAT(check(path()).text,
              HasSubstr("1 Ingresses: 1 identical, 0 differ, 0 refused; 1 of other classes not looked at\n"));
}

TEST_F(MigrationCheck, WritesJson) {
  write("snippet", {{"server-snippet", "x"}});
  const Outcome outcome = check("-o json " + path());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.text,
              HasSubstr(R"({"ingress":"default/snippet","verdict":"refused","refused":[{"setting":)"
                        R"("server-snippet","text":")"));
  EXPECT_THAT(outcome.text,
              HasSubstr(R"("summary":{"identical":0,"differs":0,"refused":1,"other_classes":0}})"));
  EXPECT_EQ(check("-o xml " + path()).code, 2);
}

TEST_F(MigrationCheck, AFolderThatIsNotThereIsAnError) {
  const Outcome outcome = check(path() + "/none");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.text, HasSubstr("headgate check: "));
  EXPECT_THAT(outcome.text, Not(HasSubstr("Ingresses:")));
}

}  // namespace
}  // namespace headgate::test_support
