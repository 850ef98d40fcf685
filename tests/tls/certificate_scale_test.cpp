// Ten thousand certificates: what an idle one costs.
#include <gtest/gtest.h>
#include <malloc.h>

#include "tls/intermediate.h"
#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

// What malloc has handed out: unlike the resident size it does not depend on what was free before.
std::size_t allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// As public CAs issue them: an RSA intermediate of 1.3 KiB, RSA leaves, which are larger than ECDSA's, of
// which only the bytes matter here. Equal leaves cost as much as different ones.
TEST(CertificateScale, AnIdleCertificateCostsLessThan4KiB) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  constexpr std::size_t kCount = 10000;
  const TestAuthority root("Root", KeyKind::rsa2048);
  const TestAuthority authority = root.intermediate("Intermediate", KeyKind::rsa2048);
  const IssuedCertificate issued = authority.issue_for(
      {"host-with-a-usual-name.example.com", "*.host-with-a-usual-name.example.com"}, KeyKind::rsa2048);
  IntermediatePool pool;
  const auto fallback = load(issued);
  const std::size_t before = allocated();
  std::vector<HostTlsChange> changes;
  for (std::size_t i = 0; i < kCount; ++i) {
    auto certificate = Certificate::from_pem(issued.chain, issued.key, &pool);
    ASSERT_TRUE(certificate) << certificate.error().message;
    auto host = std::make_shared<const HostTls>("host-" + std::to_string(i) + ".example.com",
                                                std::move(*certificate));
    changes.push_back({host->host(), host});
  }
  const CertificateIndex index = CertificateIndex(fallback).with(changes);
  changes.clear();
  changes.shrink_to_fit();
  const std::size_t each = (allocated() - before) / kCount;
  RecordProperty("bytes_each", static_cast<int>(each));
  EXPECT_EQ(index.hosts().size(), kCount);
  EXPECT_LE(each, 4096u);
  EXPECT_GT(each, 1000u) << "the measure itself";
}

}  // namespace
}  // namespace headgate::tls
