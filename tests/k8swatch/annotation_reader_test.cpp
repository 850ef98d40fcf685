// The rules all annotations share, and what each group makes of its own.
#include "k8swatch/annotations/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/annotations/ingress_annotations.h"
#include "k8swatch/object_builders.h"

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kPrefix = "nginx.ingress.kubernetes.io";

IngressAnnotations read(const StringPairs& annotations) {
  Ingress ingress = testing::ingress("i", {});
  for (const auto& [name, value] : annotations)
    ingress.metadata.annotations.emplace_back(std::string(kPrefix) + "/" + name, value);
  return read_annotations(ingress, kPrefix);
}

std::vector<std::string> reasons(const IngressAnnotations& annotations) {
  std::vector<std::string> result;
  for (const AnnotationProblem& problem : annotations.problems)
    result.push_back((problem.outcome == OnInvalid::drop_ingress ? "drop: " : "default: ") + problem.reason);
  return result;
}

TEST(AnnotationReader, TakesTheBooleansOfGo) {
  for (const char* text : {"1", "t", "T", "TRUE", "true", "True"})
    EXPECT_EQ(read({{"ssl-redirect", text}}).redirect.ssl_redirect, true) << text;
  for (const char* text : {"0", "f", "F", "FALSE", "false", "False"})
    EXPECT_EQ(read({{"ssl-redirect", text}}).redirect.ssl_redirect, false) << text;
  for (const char* text : {"yes", "on", "tRUE", " true", "true ", "2", "-1"}) {
    const IngressAnnotations annotations = read({{"ssl-redirect", text}});
    EXPECT_EQ(annotations.redirect.ssl_redirect, std::nullopt) << text;
    EXPECT_THAT(annotations.problems, SizeIs(1)) << text;
  }
}

TEST(AnnotationReader, AnEmptyValueIsAnAbsentOne) {
  const IngressAnnotations annotations =
      read({{"ssl-redirect", ""}, {"auth-tls-secret", ""}, {"ssl-passthrough", ""}});
  EXPECT_EQ(annotations.redirect.ssl_redirect, std::nullopt);
  EXPECT_FALSE(annotations.client_certificate);
  EXPECT_THAT(annotations.problems, IsEmpty());
}

TEST(AnnotationReader, ALineBreakIsRefusedWhereverItStands) {
  EXPECT_THAT(reasons(read({{"ssl-ciphers", "AES128\n"}})), SizeIs(1));
  EXPECT_THAT(reasons(read({{"ssl-ciphers", "\rAES128"}})), SizeIs(1));
  EXPECT_THAT(reasons(read({{"auth-tls-secret", "default/\nca"}})),
              ElementsAre("drop: 'default/\nca' holds a line break"));
}

TEST(AnnotationReader, WhatGoesIntoAnswersHasABound) {
  ASSERT_GE(names_in_answers().size(), 22U);
  for (const std::string_view name : names_in_answers()) {
    ASSERT_NE(find_annotation(name), nullptr) << name;
    Ingress ingress = testing::ingress("i", {});
    const std::string key = std::string(kPrefix) + "/" + std::string(name);
    ingress.metadata.annotations = {{key, std::string(kMostBytesInAnswers + 1, 'a')}};
    AnnotationReader reader(ingress, kPrefix);
    EXPECT_EQ(reader.text(name), std::nullopt) << name;
    ASSERT_THAT(reader.problems(), SizeIs(1)) << name;
    EXPECT_EQ(reader.problems()[0].annotation, key);
    EXPECT_THAT(reader.problems()[0].reason, ::testing::StartsWith("has 4097 bytes; 4096 is the most"))
        << name;
  }
}

TEST(AnnotationReader, TheBoundItselfAndListsForNoAnswerAreTaken) {
  const std::string longest(kMostBytesInAnswers, 'a');
  const IngressAnnotations annotations = read({{"enable-cors", "true"}, {"cors-allow-headers", longest}});
  EXPECT_THAT(annotations.problems, IsEmpty());
  ASSERT_TRUE(annotations.cors);
  EXPECT_EQ(annotations.cors->headers, longest);
  std::string addresses = "10.0.0.1";
  while (addresses.size() <= kMostBytesInAnswers) addresses += ",10.0.0.1";
  EXPECT_THAT(read({{"allowlist-source-range", addresses}}).problems, IsEmpty());
}

TEST(AnnotationReader, AnotherPrefixIsNoneOfItsBusiness) {
  Ingress ingress = testing::ingress("i", {});
  ingress.metadata.annotations = {{"headgate.dev/ssl-redirect", "false"},
                                  {"nginx.ingress.kubernetes.ioX/ssl-redirect", "false"},
                                  {"nginx.ingress.kubernetes.io", "false"}};
  EXPECT_EQ(read_annotations(ingress, kPrefix).redirect.ssl_redirect, std::nullopt);
}

TEST(AnnotationReader, TheOutcomeOfABadValueIsThatOfItsRow) {
  EXPECT_THAT(reasons(read({{"ssl-redirect", "x"}})),
              ElementsAre("default: 'x' is neither true nor false; the default is used"));
  EXPECT_THAT(reasons(read({{"force-ssl-redirect", "x"}})), SizeIs(1));
  EXPECT_THAT(reasons(read({{"ssl-passthrough", "x"}})), ElementsAre("drop: 'x' is neither true nor false"));
  EXPECT_THAT(reasons(read({{"ssl-ciphers", "a;b"}})), ElementsAre("drop: 'a;b' is no OpenSSL cipher list"));
}

TEST(ClientCertificateAnnotations, AreReadTogether) {
  const auto rule = read({{"auth-tls-secret", " other/ca "},
                          {"auth-tls-verify-client", "optional_no_ca"},
                          {"auth-tls-verify-depth", "3"},
                          {"auth-tls-error-page", "https://a.org/no?x=1"},
                          {"auth-tls-pass-certificate-to-upstream", "true"},
                          {"auth-tls-match-cn", "CN=(a|b)"}})
                        .client_certificate;
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->secret, "other/ca");
  EXPECT_EQ(rule->problem, "");
  EXPECT_EQ(rule->verify, VerifyClientMode::optional_no_ca);
  EXPECT_EQ(rule->depth, 3U);
  EXPECT_EQ(rule->error_page, "https://a.org/no?x=1");
  EXPECT_TRUE(rule->pass_certificate);
  EXPECT_EQ(rule->match_cn, "CN=(a|b)");
}

TEST(ClientCertificateAnnotations, WithoutASecretNothingElseIsLookedAt) {
  const IngressAnnotations annotations =
      read({{"auth-tls-match-cn", "no"}, {"auth-tls-error-page", "\n"}, {"auth-tls-verify-client", "x"}});
  EXPECT_FALSE(annotations.client_certificate);
  EXPECT_THAT(annotations.problems, IsEmpty());
}

TEST(ClientCertificateAnnotations, ASecretNotOfTheFormNamespaceNameIsAProblemOfTheRule) {
  for (const char* text : {"ca", "a/b/c", "/ca", "a/"}) {
    const IngressAnnotations annotations = read({{"auth-tls-secret", text}});
    ASSERT_TRUE(annotations.client_certificate) << text;
    EXPECT_EQ(annotations.client_certificate->secret, "") << text;
    EXPECT_NE(annotations.client_certificate->problem, "") << text;
  }
}

TEST(ClientCertificateAnnotations, ABadValueDropsTheIngressWhereIngressNginxDoes) {
  const std::pair<std::string, std::string> secret{"auth-tls-secret", "default/ca"};
  EXPECT_THAT(reasons(read({{"auth-tls-secret", "default/c a;"}})), SizeIs(1));
  EXPECT_EQ(reasons(read({secret, {"auth-tls-match-cn", "foo"}})).at(0).substr(0, 5), "drop:");
  EXPECT_EQ(reasons(read({secret, {"auth-tls-match-cn", "CN=("}})).at(0).substr(0, 5), "drop:");
  EXPECT_EQ(reasons(read({secret, {"auth-tls-pass-certificate-to-upstream", "on"}})).at(0).substr(0, 5),
            "drop:");
  EXPECT_EQ(reasons(read({secret, {"auth-tls-error-page", "http://a/\"; return 200"}})).at(0).substr(0, 5),
            "drop:");
  const IngressAnnotations lax =
      read({secret, {"auth-tls-verify-client", "maybe"}, {"auth-tls-verify-depth", "-1"}});
  EXPECT_EQ(lax.client_certificate->verify, VerifyClientMode::on);
  EXPECT_EQ(lax.client_certificate->depth, 1U);
  ASSERT_THAT(lax.problems, SizeIs(2));
  EXPECT_EQ(lax.problems[0].outcome, OnInvalid::use_default);
}

TEST(ClientCertificateAnnotations, AnErrorPageInsideTheServerIsNotTaken) {
  for (const char* page : {"@named", "/errors/no"}) {
    const IngressAnnotations annotations =
        read({{"auth-tls-secret", "default/ca"}, {"auth-tls-error-page", page}});
    EXPECT_EQ(annotations.client_certificate->error_page, "");
    ASSERT_THAT(annotations.problems, SizeIs(1));
    EXPECT_EQ(annotations.problems[0].outcome, OnInvalid::use_default);
  }
}

}  // namespace
}  // namespace headgate::k8swatch
