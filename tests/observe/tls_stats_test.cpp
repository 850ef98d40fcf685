#include "observe/tls_stats.h"

#include <gtest/gtest.h>

#include <set>

namespace headgate::observe {
namespace {

TEST(TlsStats, CountsByProtocolAndResumption) {
  TlsStats stats;
  stats.count_done("TLSv1.3", "TLS_AES_256_GCM_SHA384", false);
  stats.count_done("TLSv1.3", "TLS_AES_256_GCM_SHA384", true);
  stats.count_done("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", true);
  EXPECT_EQ(stats.done[0].full.value(), 0u);
  EXPECT_EQ(stats.done[0].resumed.value(), 1u);
  EXPECT_EQ(stats.done[1].full.value(), 1u);
  EXPECT_EQ(stats.done[1].resumed.value(), 1u);
  EXPECT_EQ(stats.ciphers[1].value(), 2u);
  EXPECT_EQ(stats.ciphers[4].value(), 1u);
}

TEST(TlsStats, ASuiteWithoutALabelIsAnOther) {
  TlsStats stats;
  stats.count_done("TLSv1.2", "AES128-SHA", false);
  stats.count_done("TLSv1.2", "other", false);
  EXPECT_EQ(stats.ciphers.back().value(), 2u);
}

TEST(TlsStats, EveryFailureHasALabelOfItsOwn) {
  std::set<std::string_view> labels;
  for (std::size_t i = 0; i < static_cast<std::size_t>(TlsFailure::count_); ++i)
    labels.insert(to_string(static_cast<TlsFailure>(i)));
  EXPECT_EQ(labels.size(), static_cast<std::size_t>(TlsFailure::count_));
  EXPECT_EQ(labels.count("none"), 0u);
}

TEST(TlsStats, WordsItDoesNotKnowAreOther) {
  EXPECT_EQ(tls_failure_of("no shared cipher"), TlsFailure::no_shared_cipher);
  EXPECT_EQ(tls_failure_of("unsupported protocol"), TlsFailure::unsupported_protocol);
  EXPECT_EQ(tls_failure_of("no application protocol"), TlsFailure::no_common_application);
  EXPECT_EQ(tls_failure_of("tlsv1 alert unknown ca"), TlsFailure::client_alert);
  EXPECT_EQ(tls_failure_of("decode error"), TlsFailure::other);
  EXPECT_EQ(tls_failure_of(""), TlsFailure::other);
}

}  // namespace
}  // namespace headgate::observe
