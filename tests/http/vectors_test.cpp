// Every hostile vector that needs no socket and no clock, judged as h1_vectors.py judges a running proxy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "http/h1_parser.h"
#include "http/model_proxy.h"
#include "vectors/vectors.h"

namespace headgate::test {
namespace {

using testing::Contains;

bool matches(const std::string& bytes, const std::string& pattern) {
  const RE2 expression(pattern, RE2::Latin1);
  EXPECT_TRUE(expression.ok()) << pattern << ": " << expression.error();
  return RE2::PartialMatch(bytes, expression);
}

void expect_patterns(const std::string& bytes, const std::vector<std::string>& deny,
                     const std::vector<std::string>& need) {
  for (const std::string& pattern : deny) EXPECT_FALSE(matches(bytes, pattern)) << "passed on: " << pattern;
  for (const std::string& pattern : need)
    EXPECT_TRUE(matches(bytes, pattern)) << "not passed on: " << pattern;
}

// No "no answer" in the model: an unfinished message waits for its deadline, 408 or a close.
void expect_waits(const std::vector<int>& statuses) {
  EXPECT_TRUE(std::any_of(statuses.begin(), statuses.end(), [](int status) {
    return status == 0 || status == -1 || status == 408;
  })) << "taken as unfinished";
}

class RequestVectors : public testing::TestWithParam<RequestVector> {};

TEST_P(RequestVectors, AreJudgedAsExpected) {
  const RequestVector& vector = GetParam();
  SCOPED_TRACE(vector.why);
  const RequestVerdict verdict = judge_requests(vector.raw);

  if (verdict.statuses.empty())
    expect_waits(vector.statuses);
  else
    EXPECT_THAT(vector.statuses, Contains(verdict.statuses.front()));
  if (!vector.then.empty() && !verdict.refused_first && !verdict.statuses.empty()) {
    const std::vector<int> later(verdict.statuses.begin() + 1, verdict.statuses.end());
    EXPECT_TRUE(later == vector.then || later == vector.then_alternative) << testing::PrintToString(later);
  }
  if (vector.close.has_value() && *vector.close) {
    EXPECT_TRUE(verdict.closed);
  }
  if (vector.close.has_value() && !*vector.close) {
    EXPECT_FALSE(verdict.closed);
    EXPECT_FALSE(verdict.unfinished);
  }
  if (vector.forwarded == "yes") {
    EXPECT_FALSE(verdict.forwarded.empty());
  }
  if (vector.forwarded == "no") {
    EXPECT_TRUE(verdict.forwarded.empty());
  }
  EXPECT_LE(verdict.forwarded.size(), vector.max_forwarded);
  if (vector.max_responses) {
    EXPECT_LE(verdict.statuses.size(), *vector.max_responses);
  }

  std::string sent;
  for (const RequestVerdict::Forwarded& request : verdict.forwarded) {
    sent += request.bytes;
    expect_patterns(request.bytes, {}, vector.each);
    if (!vector.routes.empty()) {
      const bool priv = request.match_path == "/priv" || request.match_path.starts_with("/priv/");
      EXPECT_THAT(vector.routes, Contains(priv ? "B" : "A")) << request.match_path;
    }
  }
  if (verdict.forwarded.empty() && !vector.routes.empty()) {
    EXPECT_THAT(vector.routes, Contains("reject"));
  }
  expect_patterns(sent, vector.deny, verdict.forwarded.empty() ? std::vector<std::string>{} : vector.need);
}

// The proxy parses from the start each time a '\n' has come: the first verdict must be the verdict on the
// whole.
TEST_P(RequestVectors, GetTheSameVerdictInPieces) {
  const std::string& raw = GetParam().raw;
  const auto head = std::make_unique<http::RequestHead>();
  const http::ParseResult whole = http::parse_request_head(raw, http::HeadLimits{}, *head);
  const std::size_t whole_size = head->size;
  for (std::size_t size = 0; size <= raw.size(); ++size) {
    // Long vectors: at each line end and around each power of two only, to stay linear.
    if (size > 2048 && raw[size - 1] != '\n' && (size & (size - 1)) > 4) continue;
    const http::ParseResult part =
        http::parse_request_head(std::string_view(raw).substr(0, size), http::HeadLimits{}, *head);
    if (part.status == http::ParseStatus::incomplete) continue;
    EXPECT_EQ(part.status, whole.status) << "after " << size << " bytes";
    EXPECT_EQ(part.refusal.status, whole.refusal.status);
    EXPECT_EQ(part.refusal.reason, whole.refusal.reason);
    if (whole.status == http::ParseStatus::complete) {
      EXPECT_EQ(whole_size, size);
    }
    return;
  }
  EXPECT_EQ(whole.status, http::ParseStatus::incomplete);
}

class ResponseVectors : public testing::TestWithParam<ResponseVector> {};

TEST_P(ResponseVectors, AreJudgedAsExpected) {
  const ResponseVector& vector = GetParam();
  SCOPED_TRACE(vector.why);
  const std::string request =
      vector.request.empty() ? "GET / HTTP/1.1\r\nHost: h1.test\r\n\r\n" : vector.request;
  const ResponseVerdict verdict = judge_response(request, vector.raw, vector.closes, vector.resets);

  EXPECT_THAT(vector.statuses, Contains(verdict.status));
  if (verdict.status == 502) return;
  if (vector.complete) {
    EXPECT_EQ(verdict.complete, *vector.complete);
  }
  if (vector.body) {
    EXPECT_EQ(verdict.body, *vector.body);
  }
  expect_patterns(verdict.client_bytes, vector.deny, vector.need);
}

TEST_P(ResponseVectors, GetTheSameVerdictInPieces) {
  const std::string& raw = GetParam().raw;
  const auto head = std::make_unique<http::ResponseHead>();
  const http::ParseResult whole = http::parse_response_head(raw, http::HeadLimits{}, *head);
  for (std::size_t size = 0; size <= raw.size(); ++size) {
    if (size > 2048 && raw[size - 1] != '\n' && (size & (size - 1)) > 4) continue;
    const http::ParseResult part =
        http::parse_response_head(std::string_view(raw).substr(0, size), http::HeadLimits{}, *head);
    if (part.status == http::ParseStatus::incomplete) continue;
    EXPECT_EQ(part.status, whole.status) << "after " << size << " bytes";
    EXPECT_EQ(part.refusal.status, whole.refusal.status);
    return;
  }
  EXPECT_EQ(whole.status, http::ParseStatus::incomplete);
}

template <typename Vector>
std::vector<Vector> without_slow(std::vector<Vector> vectors) {
  std::erase_if(vectors, [](const Vector& vector) { return vector.slow; });
  return vectors;
}

constexpr auto kById = [](const auto& info) { return info.param.id; };

INSTANTIATE_TEST_SUITE_P(All, RequestVectors, testing::ValuesIn(without_slow(load_request_vectors())), kById);
INSTANTIATE_TEST_SUITE_P(All, ResponseVectors, testing::ValuesIn(without_slow(load_response_vectors())),
                         kById);

TEST(Vectors, AreAllThere) {
  EXPECT_EQ(load_request_vectors().size(), 243U);
  EXPECT_EQ(load_response_vectors().size(), 44U);
}

}  // namespace
}  // namespace headgate::test
