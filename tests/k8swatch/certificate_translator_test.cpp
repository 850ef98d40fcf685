// Which certificate answers which host, and what a change of Secrets and Ingresses costs.
#include "k8swatch/certificate_translator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"
#include "k8swatch/secret_builders.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using test_support::IssuedCertificate;
using test_support::KeyKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kDay = 24 * 3600;

class CertificateTranslatorTest : public ::testing::Test, protected ControllerFixture {
 protected:
  explicit CertificateTranslatorTest(ControllerOptions options = {}) : ControllerFixture(std::move(options)) {
    put(ingress_class("headgate"));
    put(service("web"));
  }

  // An Ingress with a rule for each of `hosts`.
  static Ingress web(const std::string& name, const std::vector<std::string>& hosts,
                     std::vector<IngressTls> tls, std::int64_t creation_time = 0) {
    std::vector<IngressRule> rules;
    for (const std::string& host : hosts) rules.push_back(rule(host, {path("/", "web")}));
    return with_tls(ingress(name, std::move(rules), creation_time), std::move(tls));
  }

  const tls::HostTls* entry(const std::string& host) { return controller().certificates()->find(host); }
  // The Secrets that answer for that server name: "cert", "cert+other"; "default"; "none" without TLS.
  std::string served(const std::string& host) {
    const tls::HostTls* found = entry(host);
    if (found == nullptr) return "none";
    std::string text = found->certificate == nullptr ? "default" : name_of(found->certificate_secret);
    if (found->alternative != nullptr) text += "+" + name_of(found->alternative_secret);
    return text;
  }

 private:
  static std::string name_of(const std::string& key) { return key.substr(key.find('/') + 1); }
};

TEST_F(CertificateTranslatorTest, TheFirstPublicationHoldsWhatListenersNeed) {
  const auto publication = publish();
  ASSERT_NE(publication, nullptr);
  ASSERT_NE(publication->listeners, nullptr);
  EXPECT_NE(publication->listeners->tls, nullptr);
  ASSERT_NE(publication->certificates, nullptr);
  ASSERT_NE(publication->passthrough, nullptr);
  const tls::CertificateFacts& fake = publication->certificates->default_certificate()->facts();
  EXPECT_THAT(fake.names, ElementsAre("ingress.local"));
  EXPECT_EQ(fake.issuer_organization, "Acme Co");
}

TEST_F(CertificateTranslatorTest, AHostHasTheCertificateThatIsListedForIt) {
  put(web("i", {"a.org", "B.org", "*.c.org"}, {{{"A.org"}, "a"}, {{"b.org", "*.c.org"}, "bc"}}));
  put(tls_secret("a", certificate_for({"a.org"})));
  put(tls_secret("bc", certificate_for({"b.org", "*.c.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "a");
  EXPECT_EQ(served("b.org"), "bc");
  EXPECT_EQ(served("x.c.org"), "bc");
  EXPECT_EQ(served("c.org"), "none");
  EXPECT_THAT(findings(), IsEmpty());
}

// Entries without hosts are for every host that no entry lists: what is wrong with one is told once.
TEST_F(CertificateTranslatorTest, ManyHostsAndManyEntriesDoNotMultiply) {
  std::vector<std::string> hosts;
  std::vector<IngressTls> tls;
  for (int i = 0; i < 90; ++i) {
    hosts.push_back("h" + std::to_string(i) + ".org");
    tls.push_back({{}, "missing-" + std::to_string(i)});
  }
  put(web("i", hosts, tls));
  publish();
  const std::vector<std::string> lines = findings();
  EXPECT_THAT(lines, Contains(HasSubstr("Secret default/missing-0 does not exist")));
  EXPECT_THAT(lines, Contains(HasSubstr("Secret default/missing-63 does not exist")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("Secret default/missing-64 "))));
  EXPECT_LE(lines.size(), 64u + hosts.size());
}

TEST_F(CertificateTranslatorTest, AHostThatIsNotListedHasTheFirstCertificateThatCoversIt) {
  put(web("i", {"x.a.org", "y.b.org", "c.org"}, {{{}, "a"}, {{"*.b.org"}, "b"}, {{}, "b2"}}));
  put(tls_secret("a", certificate_for({"*.a.org"})));
  put(tls_secret("b", certificate_for({"*.b.org"})));
  put(tls_secret("b2", certificate_for({"*.b.org"})));
  publish();
  EXPECT_EQ(served("x.a.org"), "a");
  EXPECT_EQ(served("y.b.org"), "b");
  EXPECT_EQ(served("c.org"), "default")
      << "as in ingress-nginx, an Ingress with TLS has it for all its hosts";
  EXPECT_THAT(findings(),
              ElementsAre("warning: Ingress default/i: spec.tls: has no certificate for 'c.org', and the "
                          "default certificate, which is used, is not for it either"));
}

TEST_F(CertificateTranslatorTest, WithoutASecretNameTheDefaultCertificateServes) {
  put(web("i", {"a.org"}, {{{"a.org"}, ""}}));
  publish();
  EXPECT_EQ(served("a.org"), "default");
  EXPECT_THAT(findings(),
              ElementsAre(EndsWith("the default certificate, which is used, is not for it either")));
}

TEST_F(CertificateTranslatorTest, OfSeveralIngressesTheOldestWithTlsBringsTheCertificate) {
  put(web("oldest", {"a.org"}, {}, 1));
  put(web("old", {"a.org"}, {{{"a.org"}, "a"}}, 2));
  put(web("same", {"a.org"}, {{{"a.org"}, "a"}}, 3));
  put(web("young", {"a.org"}, {{{"a.org"}, "b"}}, 4));
  for (const char* name : {"a", "b"}) put(tls_secret(name, certificate_for({"a.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "a");
  EXPECT_THAT(findings(),
              Contains("warning: Ingress default/young: spec.tls[0]: host 'a.org' follows Ingress "
                       "default/old, which comes first; the certificate of this Ingress is not "
                       "used for it"));
  EXPECT_THAT(findings(), Not(Contains(StartsWith("warning: Ingress default/same: spec.tls"))));
}

TEST_F(CertificateTranslatorTest, AMissingSecretCostsOnlyItsHostAndHeals) {
  put(web("i", {"a.org", "b.org"}, {{{"a.org"}, "a"}, {{"b.org"}, "b"}}));
  put(tls_secret("b", certificate_for({"b.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "default");
  EXPECT_EQ(served("b.org"), "b");
  EXPECT_THAT(findings(),
              ElementsAre("error: Ingress default/i: spec.tls[0].secretName: Secret default/a does "
                          "not exist; the default certificate is used"));
  put(tls_secret("a", certificate_for({"a.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "a");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(CertificateTranslatorTest, ANameThatNoSecretHasIsToldAsSuch) {
  put(web("i", {"a.org", "b.org"}, {{{"a.org"}, "other/a"}, {{"b.org"}, "B!"}}));
  publish();
  EXPECT_THAT(
      findings(),
      ElementsAre("error: Ingress default/i: spec.tls[0].secretName: 'other/a' is not the name of a "
                  "Secret: it is without '/', always of the Ingress's namespace; the default "
                  "certificate is used",
                  "error: Ingress default/i: spec.tls[1].secretName: 'B!' is not the name of a Secret; "
                  "the default certificate is used"));
}

TEST_F(CertificateTranslatorTest, ASecretThatWasNeverGoodIsReplacedByTheDefault) {
  put(web("i", {"a.org"}, {{{"a.org"}, "a"}}));
  put(broken_secret("a", "a.org"));
  publish();
  EXPECT_EQ(served("a.org"), "default");
  EXPECT_THAT(
      findings(),
      ElementsAre("error: Secret default/a: data: holds no tls.key; the default certificate is used"));
}

TEST_F(CertificateTranslatorTest, TheLastGoodCertificateOutlivesABrokenChange) {
  put(web("i", {"a.org"}, {{{"a.org"}, "a"}}));
  put(tls_secret("a", certificate_for({"a.org"})));
  publish();
  const auto good = entry("a.org")->certificate;
  put(broken_secret("a", "a.org"));
  EXPECT_EQ(publish(), nullptr) << "nothing changes for clients";
  EXPECT_EQ(entry("a.org")->certificate, good);
  EXPECT_THAT(findings(), ElementsAre("error: Secret default/a: data: holds no tls.key; the last good "
                                      "certificate of it is used"));
  remove(Kind::secret, "a");
  publish();
  EXPECT_EQ(served("a.org"), "default") << "whoever removes a Secret means it";
  put(broken_secret("a", "a.org"));
  publish();
  EXPECT_EQ(served("a.org"), "default");
}

TEST_F(CertificateTranslatorTest, ACertificateForAnotherHostIsNotUsed) {
  put(web("i", {"a.org"}, {{{"a.org"}, "b"}}));
  put(tls_secret("b", certificate_for({"b.org", "c.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "default");
  EXPECT_THAT(
      findings(),
      ElementsAre("error: Ingress default/i: spec.tls[0].secretName: the certificate in Secret default/b "
                  "is not for 'a.org' but for b.org, c.org; the default certificate is used"));
}

TEST_F(CertificateTranslatorTest, ASecondKeyTypeIsTheAlternative) {
  put(web("i", {"a.org"}, {{{"a.org"}, "rsa"}, {{"a.org"}, "ec"}, {{"a.org"}, "ec2"}}));
  put(tls_secret("rsa", certificate_for({"a.org"}, KeyKind::rsa2048)));
  put(tls_secret("ec", certificate_for({"a.org"})));
  put(tls_secret("ec2", certificate_for({"a.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "rsa+ec");
  EXPECT_THAT(
      findings(),
      ElementsAre("warning: Ingress default/i: spec.tls[2].secretName: 'a.org' already has a certificate "
                  "with a key of type ECDSA from an earlier entry; this one is not used for it"));
  remove(Kind::secret, "rsa");
  publish();
  EXPECT_EQ(served("a.org"), "ec") << "what is left of the entries serves";
}

TEST_F(CertificateTranslatorTest, TheOldestIngressOfAHostDecides) {
  put(web("plain", {"a.org"}, {}, 1));
  put(web("old", {"a.org"}, {{{"a.org"}, "old"}}, 2));
  put(web("new", {"a.org"}, {{{"a.org"}, "new"}}, 3));
  put(tls_secret("old", certificate_for({"a.org"})));
  put(tls_secret("new", certificate_for({"a.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "old");
  remove(Kind::ingress, "old");
  publish();
  EXPECT_EQ(served("a.org"), "new");
  remove(Kind::ingress, "new");
  publish();
  EXPECT_EQ(served("a.org"), "none");
}

TEST_F(CertificateTranslatorTest, AnIngressOfAnotherClassGivesNoCertificate) {
  Ingress foreign = web("i", {"a.org"}, {{{"a.org"}, "a"}});
  foreign.class_name = "other";
  put(foreign);
  put(tls_secret("a", certificate_for({"a.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "none");
  put(ingress_class("other"));
  publish();
  EXPECT_EQ(served("a.org"), "a");
}

TEST_F(CertificateTranslatorTest, SecretsOfOtherNamespacesAreOutOfReach) {
  put(web("i", {"a.org"}, {{{"a.org"}, "a"}}));
  Secret elsewhere = tls_secret("a", certificate_for({"a.org"}));
  elsewhere.metadata.namespace_name = "other";
  put(elsewhere);
  publish();
  EXPECT_EQ(served("a.org"), "default");
}

TEST_F(CertificateTranslatorTest, AnotherTypeOfSecretIsUsedAndTold) {
  const IssuedCertificate issued = certificate_for({"a.org"});
  put(web("i", {"a.org"}, {{{"a.org"}, "a"}}));
  put(secret("a", {{"tls.crt", issued.chain}, {"tls.key", issued.key}}, "Opaque"));
  publish();
  EXPECT_EQ(served("a.org"), "a");
  EXPECT_THAT(findings(),
              ElementsAre("warning: Secret default/a: type: 'Opaque' is not kubernetes.io/tls; its "
                          "tls.crt and tls.key are used all the same"));
}

TEST_F(CertificateTranslatorTest, ARotatedSecretChangesItsHostAndNothingElse) {
  put(web("i", {"a.org", "b.org"}, {{{"a.org"}, "a"}, {{"b.org"}, "b"}}));
  put(tls_secret("a", certificate_for({"a.org"})));
  put(tls_secret("b", certificate_for({"b.org"})));
  publish();
  const auto before = controller().certificates()->hosts();
  const std::uint64_t hosts_rebuilt = controller().counters().hosts_rebuilt;
  const Secret fresh = tls_secret("a", certificate_for({"a.org"}));
  put(fresh);
  const auto publication = publish();
  ASSERT_NE(publication, nullptr);
  EXPECT_EQ(publication->table, nullptr);
  EXPECT_EQ(publication->listeners, nullptr);
  EXPECT_EQ(publication->passthrough, nullptr);
  EXPECT_THAT(publication->clusters, IsEmpty());
  ASSERT_NE(publication->certificates, nullptr);
  const auto& after = publication->certificates->hosts();
  EXPECT_EQ(after.find_declared("a.org")->certificate, fresh.certificate);
  EXPECT_EQ(after.find_declared("b.org"), before.find_declared("b.org"));
  EXPECT_EQ(controller().counters().hosts_rebuilt, hosts_rebuilt);
}

TEST_F(CertificateTranslatorTest, AnEqualSecretOrOneNobodyNamesPublishesNothing) {
  const IssuedCertificate issued = certificate_for({"a.org"});
  put(web("i", {"a.org"}, {{{"a.org"}, "a"}}));
  put(tls_secret("a", issued));
  publish();
  put(tls_secret("a", issued));
  put(tls_secret("unused", certificate_for({"a.org"})));
  EXPECT_EQ(publish(), nullptr);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(CertificateTranslatorTest, TlsComesAndGoesWithTheIngressNotTheSecret) {
  put(web("i", {"a.org"}, {{{"a.org"}, "a"}}));
  publish();
  EXPECT_NE(entry("a.org"), nullptr) << "missing, so the default certificate: still TLS";
  put(web("i", {"a.org"}, {}));
  publish();
  EXPECT_EQ(entry("a.org"), nullptr);
}

TEST_F(CertificateTranslatorTest, AnExpiredCertificateServesAndIsTold) {
  put(web("i", {"a.org"}, {{{"a.org"}, "a"}}));
  put(tls_secret("a", certificate_for({"a.org"})));  // valid from an hour ago for 30 days
  const std::int64_t now = wall_seconds();
  publish();
  EXPECT_THAT(findings(), IsEmpty());

  const auto findings_at = [&](std::int64_t time) {
    wall_seconds() = time;
    controller().check_validity_again();
    return findings();
  };
  EXPECT_THAT(
      findings_at(now + 21 * kDay),
      ElementsAre(StartsWith("warning: Secret default/a: data[tls.crt]: the certificate expires on ")));
  EXPECT_THAT(findings_at(now + 31 * kDay),
              ElementsAre(StartsWith("warning: Secret default/a: data[tls.crt]: the "
                                     "certificate has expired on ")));
  EXPECT_THAT(findings_at(now - kDay), ElementsAre(StartsWith("warning: Secret default/a: data[tls.crt]: the "
                                                              "certificate is not valid before ")));
  EXPECT_EQ(served("a.org"), "a");
  const std::uint64_t version = controller().findings_version();
  controller().check_validity_again();
  EXPECT_EQ(controller().findings_version(), version) << "nothing new";
}

class RejectHandshakeTest : public CertificateTranslatorTest {
 protected:
  RejectHandshakeTest() : CertificateTranslatorTest(with_config_map()) {}
};

TEST_F(RejectHandshakeTest, TheNamesOfAllRulesAreKnown) {
  put(config_map("settings", {}));
  put(web("open", {"a.org", "x.w.org", ""}, {}));
  put(web("wild", {"*.w.org"}, {{{"*.w.org"}, "w"}}));
  put(tls_secret("w", certificate_for({"*.w.org"})));
  publish();
  EXPECT_EQ(served("a.org"), "none");
  put(config_map("settings", {{"ssl-reject-handshake", "true"}}));
  const auto on = publish();
  ASSERT_NE(on, nullptr);
  EXPECT_NE(on->listeners, nullptr);
  EXPECT_NE(on->certificates, nullptr) << "with the setting, so that no known name is refused meanwhile";
  EXPECT_EQ(served("a.org"), "default");
  EXPECT_EQ(served("x.w.org"), "w");
  EXPECT_EQ(entry("nobody.org"), nullptr);
  EXPECT_EQ(entry("_"), nullptr);
  EXPECT_FALSE(controller().table()->match("a.org", "/").redirects->https_only)
      << "that is not TLS of its own";
  put(web("more", {"b.org"}, {}));
  remove(Kind::ingress, "open");
  publish();
  EXPECT_EQ(served("b.org"), "default");
  EXPECT_EQ(entry("a.org"), nullptr);
  put(config_map("settings", {}));
  publish();
  EXPECT_EQ(served("b.org"), "none");
  EXPECT_EQ(served("x.w.org"), "w");
}

class DefaultCertificateTest : public CertificateTranslatorTest {
 protected:
  DefaultCertificateTest() : CertificateTranslatorTest(with_default()) {}

  static ControllerOptions with_default() {
    ControllerOptions options;
    options.watch_namespace = "elsewhere";
    options.translation.certificates.default_secret = "default/standard";
    return options;
  }
  std::string default_secret() { return controller().certificates()->default_secret(); }
};

TEST_F(DefaultCertificateTest, ComesFromTheSecretWhereverItIs) {
  put(tls_secret("standard", certificate_for({"standard.org"})));
  publish();
  EXPECT_EQ(default_secret(), "default/standard");
  EXPECT_TRUE(controller().certificates()->default_certificate()->covers("standard.org"));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(DefaultCertificateTest, NeedsNoWordWhereItIsForTheHost) {
  put(tls_secret("standard", certificate_for({"*.a.org"})));
  Ingress here = web("i", {"x.a.org", "y.b.org"}, {{{"x.a.org", "y.b.org"}, ""}});
  here.metadata.namespace_name = "elsewhere";
  Service pods = service("web");
  pods.metadata.namespace_name = "elsewhere";
  put(pods);
  put(here);
  publish();
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("has no certificate for 'y.b.org'")));
  put(tls_secret("standard", certificate_for({"*.a.org", "*.b.org"})));
  publish();
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(DefaultCertificateTest, IsGeneratedWhileTheSecretIsMissing) {
  publish();
  EXPECT_EQ(default_secret(), "");
  EXPECT_TRUE(controller().certificates()->default_certificate()->covers("ingress.local"));
  EXPECT_THAT(findings(),
              ElementsAre("error: Secret default/standard: named by --default-ssl-certificate, does "
                          "not exist; the generated certificate is used"));
  put(tls_secret("standard", certificate_for({"standard.org"})));
  ASSERT_NE(publish(), nullptr);
  EXPECT_EQ(default_secret(), "default/standard");
  EXPECT_THAT(findings(), IsEmpty());
  put(broken_secret("standard", "standard.org"));
  publish();
  EXPECT_EQ(default_secret(), "default/standard") << "the last good one stays";
  remove(Kind::secret, "standard");
  publish();
  EXPECT_EQ(default_secret(), "");
}

// has_tls() decides about redirects, so its changes rebuild the routes of the host.
class HasTlsTest : public ::testing::Test {
 protected:
  HasTlsTest() {
    IngressClass ours = ingress_class("headgate");
    store_.upsert(object(ours));
    static const auto kFake = tls::Certificate::make_fake();
    options_.make_fake = [] { return kFake; };
  }
  void put(Ingress ingress) { store_.upsert(object(std::move(ingress))); }
  std::set<std::string> translate() {
    const Changes changes = store_.take_changes();
    rules_.translate(changes, false);
    ciphers_.translate(changes);
    translator_.emplace_if_needed(*this);
    translator_.value->translate(changes);
    return translator_.value->hosts_with_changed_tls();
  }
  static Ingress web(const std::string& name, const std::string& host, std::vector<IngressTls> tls) {
    return with_tls(ingress(name, {rule(host, {path("/", "web")})}), std::move(tls));
  }

  // Made late, because its options are set by the constructor.
  struct Late {
    std::optional<CertificateTranslator> value;
    void emplace_if_needed(HasTlsTest& test) {
      if (!value) value.emplace(test.options_, test.store_, test.classes_, test.rules_, test.ciphers_);
    }
  };
  CertificateOptions options_;
  Store store_;
  IngressClassRules classes_{{}, store_};
  ClientCertificateRules rules_{"nginx.ingress.kubernetes.io", store_, classes_};
  CipherRules ciphers_{"nginx.ingress.kubernetes.io", store_, classes_};
  Late translator_;
};

TEST_F(HasTlsTest, AWildcardsTlsIsThatOfTheHostsBelowIt) {
  put(web("wild", "*.a.org", {{{"*.a.org"}, "missing"}}));
  put(web("below", "x.a.org", {}));
  put(web("deep", "y.x.a.org", {}));
  put(web("other", "x.b.org", {}));
  EXPECT_THAT(translate(), UnorderedElementsAre("*.a.org", "x.a.org"));
  EXPECT_TRUE(translator_.value->has_tls("x.a.org"));
  EXPECT_FALSE(translator_.value->has_tls("y.x.a.org"));
  EXPECT_FALSE(translator_.value->has_tls("x.b.org"));
  EXPECT_FALSE(translator_.value->has_tls("_"));
  put(web("wild", "*.a.org", {{{"*.a.org"}, "another"}}));
  EXPECT_THAT(translate(), IsEmpty());
  put(web("wild", "*.a.org", {}));
  EXPECT_THAT(translate(), UnorderedElementsAre("*.a.org", "x.a.org"));
  EXPECT_FALSE(translator_.value->has_tls("x.a.org"));
}

}  // namespace
}  // namespace headgate::k8swatch
