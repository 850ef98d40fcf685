#include "app/certificate_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_certificates.h"

namespace headgate::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::shared_ptr<const tls::Certificate> certificate(const test_support::CertificateRequest& request) {
  const auto issued = test_support::self_signed(request);
  return *tls::Certificate::from_pem(issued.chain, issued.key);
}

class CertificateListTest : public testing::Test {
 protected:
  CertificateListTest() {
    auto own = std::make_shared<tls::HostTls>(
        "b.org",
        certificate({.common_name = "b.org", .organization = "Acme", .dns_names = {"b.org"}, .serial = 77}));
    own->certificate_secret = "shop/b";
    index_ = index_.with({{"b.org", own}, {"a.org", std::make_shared<tls::HostTls>("a.org", nullptr)}});
  }

  tls::CertificateIndex index_{certificate({.common_name = "standard.org", .dns_names = {"standard.org"}}),
                               "ingress/standard"};
};

TEST_F(CertificateListTest, NamesEachHostWithItsSecret) {
  std::vector<std::string> lines;
  for (const observe::CertificateSeries& series : certificate_series(index_))
    lines.push_back(series.host + " " + series.namespace_name + " " + series.secret_name);
  EXPECT_THAT(lines, ElementsAre("_ ingress standard", "a.org ingress standard", "b.org shop b"));
  const observe::CertificateSeries own = certificate_series(index_).back();
  EXPECT_EQ(own.identifier, "-77");
  EXPECT_EQ(own.serial_number, "77");
  EXPECT_EQ(own.issuer_common_name, "b.org");
  EXPECT_EQ(own.issuer_organization, "Acme");
  EXPECT_EQ(own.public_key_algorithm, "ECDSA");
  EXPECT_GT(own.not_after, 0);
}

TEST_F(CertificateListTest, ThePageListsHostsInOrder) {
  const std::string page = certificate_page(index_);
  EXPECT_LT(page.find("default certificate\n  Secret ingress/standard"),
            page.find("a.org\n  the default certificate"));
  EXPECT_LT(page.find("a.org\n  the default certificate"),
            page.find("b.org\n  Secret shop/b, ECDSA, valid from"));
  EXPECT_THAT(page, HasSubstr("    for b.org\n"));
}

TEST_F(CertificateListTest, WhatACertificateSaysOfItselfCannotForgeALine) {
  tls::CertificateIndex index(certificate({.common_name = "x", .dns_names = {"evil\nb.org"}}));
  EXPECT_THAT(certificate_page(index), Not(HasSubstr("\nb.org")));
}

}  // namespace
}  // namespace headgate::app
