// What the admission webhook lets in, by the rules of ingress-nginx's.
#include "k8swatch/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/admission_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

TEST_F(AdmissionTest, AllowsWhatNothingIsWrongWith) {
  const AdmissionDecision decision = decide(good_);
  EXPECT_TRUE(decision.is_allowed());
  EXPECT_THAT(decision.warnings, IsEmpty());
  EXPECT_TRUE(decision.is_tested);
}

TEST_F(AdmissionTest, DecidesNothingBeforeEverythingIsKnown) {
  EXPECT_EQ(fixture_->controller().admit(review_of(good_)), std::nullopt);
  fixture_->controller().synced();
  EXPECT_NE(fixture_->controller().admit(review_of(good_)), std::nullopt);
}

TEST_F(AdmissionTest, AllowsUnreadWhatIsNotJudged) {
  AdmissionReview review = review_of(ingress("new", {rule("not a host", {})}));
  review.is_judged = false;
  review.note = "why";
  const AdmissionDecision decision = decide(review);
  EXPECT_TRUE(decision.is_allowed());
  EXPECT_THAT(decision.warnings, ElementsAre("why"));
  EXPECT_FALSE(decision.is_tested);
}

TEST_F(AdmissionTest, AnObjectThatCannotBeDecodedIsDeniedWithItsFault) {
  AdmissionReview review = review_of(ingress("new", {}));
  review.fault = "spec.rules[0].host: expected a \"string\"\n";
  EXPECT_THAT(decide(review).reasons, ElementsAre("spec.rules[0].host: expected a \"string\"\\x0a"));
  review.ingress.class_name = "other";
  EXPECT_TRUE(decide(review).is_allowed()) << "of another class, it is none of ours";
}

TEST_F(AdmissionTest, AllowsAForeignClassUnread) {
  Ingress foreign = with(ingress("new", {rule("not a host", {path("nowhere", "web")})}), "auth-url", "x");
  EXPECT_THAT(reasons(foreign), SizeIs(2));
  foreign.class_name = "other";
  const AdmissionDecision decision = decide(foreign);
  EXPECT_TRUE(decision.is_allowed());
  EXPECT_THAT(decision.warnings, IsEmpty());
  EXPECT_FALSE(decision.is_tested);
  foreign.class_name.reset();
  EXPECT_TRUE(decide(foreign).is_allowed()) << "no class at all";
  foreign.metadata.annotations.emplace_back("kubernetes.io/ingress.class", "headgate");
  EXPECT_FALSE(decide(foreign).is_allowed()) << "ours by annotation";
}

TEST_F(AdmissionTest, AClassThatDoesNotExistIsAWarning) {
  fixture_->remove(Kind::ingress_class, "headgate", "");
  const AdmissionDecision decision = decide(good_);
  EXPECT_TRUE(decision.is_allowed());
  EXPECT_THAT(decision.warnings, ElementsAre(HasSubstr("there is no IngressClass 'headgate'")));
}

TEST_F(AdmissionTest, AllowsUnreadWhatIsOfAnotherNamespaceThanTheWatchedOne) {
  ControllerOptions watching = with_config_map();
  watching.watch_namespace = "shop";
  use(watching);
  fixture_->put(in("shop", ingress("old", {rule("a.org", {path("/", "web")})})));
  EXPECT_TRUE(decide(good_).is_allowed());
  EXPECT_THAT(reasons(in("shop", good_)), ElementsAre(taken("a.org", "/", "shop/old")));
}

TEST_F(AdmissionTest, DeniesACatchAllWhereTheyAreDisabled) {
  good_.default_backend = backend("web");
  EXPECT_TRUE(decide(good_).is_allowed());
  ControllerOptions disabled = with_config_map();
  disabled.translation.classes.disable_catch_all = true;
  use(disabled);
  EXPECT_THAT(reasons(good_), ElementsAre("spec.defaultBackend: not allowed with --disable-catch-all; the "
                                          "Ingress is not served"));
  good_.class_name = "other";
  EXPECT_TRUE(decide(good_).is_allowed());
}

TEST_F(AdmissionTest, DeniesWithEveryReason) {
  Ingress bad =
      with(ingress("new", {rule("10.0.0.1", {path("/", "web")}), rule("b.org", {path("x", "web")})}),
           "limit-something-new", "1");
  EXPECT_THAT(
      reasons(bad),
      ElementsAre(HasSubstr("spec.rules[0].host: '10.0.0.1' is not a host"),
                  HasSubstr("spec.rules[1].http.paths[0].path: 'x' is not a path"),
                  HasSubstr("limit-something-new]: is not supported yet and has no effect: the paths are "
                            "served WITHOUT this protection")));
}

TEST_F(AdmissionTest, DeniesWhatTheGateRefuses) {
  EXPECT_THAT(reasons(with(good_, "ssl-passthrough", "maybe")),
              ElementsAre(HasSubstr("ssl-passthrough]: 'maybe' is neither true nor false")));
  EXPECT_THAT(reasons(with(good_, "no-such-key", "/bad-word")), IsEmpty());
  fixture_->put(config_map(
      "settings", {{"annotation-value-word-blocklist", "bad-word"}, {"annotations-risk-level", "Low"}}));
  EXPECT_THAT(reasons(with(good_, "no-such-key", "/bad-word")),
              ElementsAre(HasSubstr("holds the forbidden word 'bad-word'")));
  EXPECT_THAT(reasons(with(good_, "auth-tls-match-cn", "CN=x")),
              ::testing::Contains(HasSubstr("above the annotations-risk-level Low")));
}

TEST_F(AdmissionTest, DeniesSnippets) {
  for (const char* name : {"configuration-snippet", "server-snippet", "auth-snippet", "some-new-snippet"}) {
    const AdmissionDecision decision = decide(with(good_, name, "return 200;"));
    const char* const words = std::string_view(name) == "some-new-snippet"
                                  ? "snippets are not supported"
                                  : "is not supported. There is no nginx";
    EXPECT_THAT(decision.reasons, ::testing::Contains(HasSubstr(words))) << name;
    EXPECT_THAT(decision.warnings, IsEmpty()) << "it is said once";
  }
}

TEST_F(AdmissionTest, DeniesThePrefixOfIngressNginxWhereOursIsAnother) {
  ControllerOptions prefixed = with_config_map();
  prefixed.translation.annotation_prefix = "example.org";
  use(prefixed);
  EXPECT_THAT(reasons(with(good_, "ssl-redirect", "true")),
              ElementsAre(HasSubstr("has the prefix of ingress-nginx; here it is 'example.org'")));
}

TEST_F(AdmissionTest, AnAnnotationWithoutEffectIsAWarning) {
  const AdmissionDecision decision = decide(with(good_, "no-such-key", "/"));
  EXPECT_TRUE(decision.is_allowed());
  EXPECT_THAT(decision.warnings,
              ElementsAre("metadata.annotations[nginx.ingress.kubernetes.io/no-such-key]: is not "
                          "supported yet and has no effect"));
}

TEST_F(AdmissionTest, ExactAndPrefixPathsHoldNoRegularExpressions) {
  const auto is_allowed = [&](const char* text, const char* type) {
    return decide(ingress("new", {rule("a.org", {path(text, "web", type)})})).is_allowed();
  };
  for (const char* fine : {"/", "", "/a/b", "/.well-known/acme-challenge/aB9_-x", "/index.html"}) {
    EXPECT_TRUE(is_allowed(fine, "Exact")) << fine;
    EXPECT_TRUE(is_allowed(fine, "Prefix")) << fine;
  }
  for (const char* odd : {"/a(/|$)(.*)", "/a b", "/~me", "/a;", "/a$"}) {
    EXPECT_FALSE(is_allowed(odd, "Exact")) << odd;
    EXPECT_FALSE(is_allowed(odd, "Prefix")) << odd;
    EXPECT_TRUE(is_allowed(odd, "ImplementationSpecific")) << odd;
  }
  fixture_->put(config_map("settings", {{"strict-validate-path-type", "false"}}));
  EXPECT_TRUE(is_allowed("/~me", "Prefix"));
}

TEST_F(AdmissionTest, ServicesAndSecretsMayComeLater) {
  Ingress early = ingress("new", {rule("a.org", {path("/", "later")})});
  early.tls = {{{"a.org"}, "later-tls"}};
  const AdmissionDecision decision = decide(early);
  EXPECT_TRUE(decision.is_allowed());
  EXPECT_THAT(decision.warnings, ElementsAre(HasSubstr("Service default/later does not exist"),
                                             HasSubstr("Secret default/later-tls does not exist")));
  EXPECT_THAT(decide(ingress("new", {rule("a.org", {path("/", "web", "Prefix", "https")})})).warnings,
              ElementsAre(HasSubstr("has no TCP port 'https'")));
}

TEST_F(AdmissionTest, JudgesWhatIsAskedOfClientCertificates) {
  const AdmissionDecision early = decide(with(good_, "auth-tls-secret", "default/ca"));
  EXPECT_TRUE(early.is_allowed());
  EXPECT_THAT(early.warnings, ElementsAre(HasSubstr("Secret default/ca does not exist")));
  EXPECT_THAT(reasons(with(good_, "auth-tls-secret", "ca")),
              ElementsAre(HasSubstr("is not of the form 'namespace/name'")));
  EXPECT_THAT(reasons(with(good_, "auth-tls-secret", "shop/ca")),
              ElementsAre(HasSubstr("allow-cross-namespace-resources is not true")));
  EXPECT_THAT(reasons(with(ingress("new", {rule("", {path("/", "web")})}), "auth-tls-secret", "default/ca")),
              ElementsAre(HasSubstr("rules without host cannot ask for client certificates")));
  EXPECT_THAT(reasons(with(good_, "auth-tls-match-cn", "CN=x")),
              ElementsAre(HasSubstr("has no effect without auth-tls-secret")));
  fixture_->put(config_map("settings", {{"allow-cross-namespace-resources", "true"}}));
  EXPECT_TRUE(decide(with(good_, "auth-tls-secret", "shop/ca")).is_allowed());
}

TEST_F(AdmissionTest, JudgesWhereThePasswordsAre) {
  for (const char* type : {"basic", "digest"}) {
    fixture_->put(config_map("settings", {}));
    const Ingress asking = with(good_, "auth-type", type);
    const AdmissionDecision early = decide(with(asking, "auth-secret", "users"));
    EXPECT_TRUE(early.is_allowed());
    EXPECT_THAT(early.warnings,
                ElementsAre(HasSubstr("auth-secret]: Secret default/users does not exist; every request")));
    EXPECT_THAT(reasons(with(asking, "auth-secret", "shop/users")),
                ElementsAre(HasSubstr("auth-secret]: Secret shop/users is of another namespace, and "
                                      "allow-cross-namespace-resources is not true")));
    fixture_->put(config_map("settings", {{"allow-cross-namespace-resources", "true"}}));
    const AdmissionDecision allowed = decide(with(asking, "auth-secret", "shop/users"));
    EXPECT_TRUE(allowed.is_allowed());
    EXPECT_THAT(allowed.warnings, ElementsAre(HasSubstr("Secret shop/users does not exist")));
  }
  EXPECT_THAT(decide(with(good_, "auth-secret", "users")).warnings, Each(::testing::Not(HasSubstr("503"))));
}

TEST_F(AdmissionTest, AnIngressOfWhichNothingChangesIsAllowedWithWarnings) {
  fixture_->put(ingress("old", {rule("a.org", {path("/", "web")})}));
  AdmissionReview review = review_of(with(good_, "limit-something-new", "1"));
  EXPECT_THAT(decide(review).reasons, SizeIs(2));
  review.is_unchanged = true;
  const AdmissionDecision decision = decide(review);
  EXPECT_TRUE(decision.is_allowed());
  EXPECT_THAT(decision.warnings, SizeIs(2));
}

TEST_F(AdmissionTest, SaysNoMoreThanSomebodyReads) {
  Ingress many = ingress("new", {});
  for (int i = 0; i < 100; ++i) {
    many.rules.push_back(rule("not a host", {}));
    many.rules.push_back(rule("a" + std::to_string(i) + ".org", {path("/", std::string(63, 'x'))}));
  }
  many.metadata.annotations = {{kPrefix + std::string(200, 'y'), ""}};
  const AdmissionDecision decision = decide(many);
  EXPECT_THAT(decision.reasons, SizeIs(33));
  EXPECT_EQ(decision.reasons.back(), "and 68 more");
  EXPECT_THAT(decision.warnings, SizeIs(17));
  EXPECT_EQ(decision.warnings.back(), "and 36 more");  // of those that check_ingress lists
  EXPECT_THAT(decision.warnings, Each(SizeIs(Le(256U))));
}

TEST_F(AdmissionTest, ChangesNothing) {
  fixture_->put(ingress("old", {rule("a.org", {path("/", "web")})}));
  fixture_->publish();
  const std::string before = fixture_->controller().dump();
  EXPECT_FALSE(decide(good_).is_allowed());
  EXPECT_TRUE(decide(ingress("new", {rule("b.org", {path("/", "web")})})).is_allowed());
  EXPECT_EQ(fixture_->controller().deadline(), std::nullopt);
  EXPECT_EQ(fixture_->publish(), nullptr);
  EXPECT_EQ(fixture_->controller().dump(), before);
}

}  // namespace
}  // namespace headgate::k8swatch
