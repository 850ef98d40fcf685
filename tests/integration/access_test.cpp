// Who may ask, by address: allow and deny lists of an Ingress and of the ConfigMap, and what nobody wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/annotated_pod.h"
#include "support/deadline.h"
#include "support/metrics.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class Access : public AnnotatedPod {
 protected:
  [[nodiscard]] int status(std::string_view fields = "") const { return ask_y(fields).status; }
};

TEST_F(Access, AnAllowListAnswersAllOthersWith403) {
  start_annotated({{"allowlist-source-range", "192.0.2.0/24, 2001:db8::/32"}});
  const HttpResponse response = ask_y();
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(response.body, HasSubstr("<h1>403 Forbidden</h1>"));
  EXPECT_EQ(pod.request_count(), 0U);
  EXPECT_TRUE(eventually([&] {  // counted once the answer is on its way
    return metric(headgate->admin("/metrics").body, "headgate_http_rejected_total", "reason=\"ip_filter\"") ==
           1;
  }));
  annotate({{"whitelist-source-range", "127.0.0.0/8"}});
  EXPECT_TRUE(headgate->wait_for("y.test", "/", 200)) << "the older name, live";
}

TEST_F(Access, ADenyListComesFirst) {
  start_annotated({{"allowlist-source-range", "127.0.0.0/8"}, {"denylist-source-range", "127.0.0.1"}});
  EXPECT_EQ(status(), 403);
  annotate({{"allowlist-source-range", "127.0.0.0/8"}, {"denylist-source-range", "127.0.0.2,::1"}});
  EXPECT_TRUE(headgate->wait_for("y.test", "/", 200));
}

TEST_F(Access, BadEntriesAreLeftOutAndAListOfNothingElseIs503) {
  start_annotated({{"allowlist-source-range", "here,127.0.0.1"}});
  EXPECT_EQ(status(), 200);
  EXPECT_TRUE(wait_for_finding("'here'"));
  annotate({{"allowlist-source-range", "here,there"}});
  EXPECT_TRUE(headgate->wait_for("y.test", "/", 503)) << "closed, not open";
  annotate({{"denylist-source-range", "127.0.0.1/33"}});
  EXPECT_TRUE(wait_for_finding("'127.0.0.1/33'"));
  EXPECT_EQ(status(), 503);
}

TEST_F(Access, TheConfigMapsListsHoldWhereAnIngressHasNone) {
  start_annotated({{"allowlist-source-range", "127.0.0.1"}}, {{"whitelist-source-range", "192.0.2.1"}});
  EXPECT_EQ(status(), 200) << "in place of it, not beside it";
  EXPECT_EQ(headgate->get("x.test", "/").status, 403);
}

TEST_F(Access, TheConfigMapsDenyListToo) {
  start_annotated({{"denylist-source-range", "192.0.2.1"}}, {{"denylist-source-range", "127.0.0.0/8"}});
  EXPECT_EQ(status(), 200);
  EXPECT_EQ(headgate->get("x.test", "/").status, 403);
}

TEST_F(Access, RedirectsToHttpsComeBeforeTheLists) {
  start_annotated({{"denylist-source-range", "127.0.0.1"}, {"force-ssl-redirect", "true"}});
  EXPECT_EQ(status(), 308);
}

TEST_F(Access, BlockedNetworksAreBlockedEverywhereAlsoBehindListsOfAnIngress) {
  start_annotated({{"allowlist-source-range", "0.0.0.0/0"}},
                  {{"block-cidrs", "192.0.2.7, nonsense, 127.0.0.1/32"}});
  EXPECT_EQ(status(), 403);
  EXPECT_EQ(headgate->get("x.test", "/").status, 403);
  EXPECT_EQ(headgate->get("nobody.test", "/").status, 403) << "the default backend";
  EXPECT_TRUE(wait_for_finding("'nonsense'"));
  EXPECT_EQ(metric(headgate->admin("/metrics").body, "headgate_http_rejected_total", "reason=\"blocked\""),
            3);
}

TEST_F(Access, BlockedUserAgentsByTextAndByExpression) {
  start_annotated({{"force-ssl-redirect", "true"}, {"enable-cors", "true"}},
                  {{"block-user-agents", "Bad Bot,~*spider/[0-9]+,~Exact,~(broken"}});
  for (const char* agent : {"bad bot", "my SPIDER/12", "an Exact one"})
    EXPECT_EQ(status("User-Agent: " + std::string(agent) + "\r\n"), 403) << agent;
  for (const char* agent : {"Bad Bot 2", "spider", "an exact one"})
    EXPECT_EQ(status("User-Agent: " + std::string(agent) + "\r\n"), 308) << agent;
  EXPECT_EQ(status(), 308) << "none at all";
  EXPECT_EQ(ask_y("User-Agent: bad bot\r\n", "OPTIONS").status, 403) << "before the preflight";
  EXPECT_TRUE(wait_for_finding("'~(broken' is no regular expression"));
}

TEST_F(Access, BlockedReferers) {
  start_annotated({}, {{"block-referers", "~*evil\\\\.test,http://exact.test/"}});
  EXPECT_EQ(status("Referer: https://www.EVIL.test/page\r\n"), 403);
  EXPECT_EQ(status("Referer: http://exact.test/\r\n"), 403);
  EXPECT_EQ(status("Referer: http://exact.test/page\r\n"), 200);
  EXPECT_EQ(status("Referer: https://evilxtest/\r\n"), 200);
}

}  // namespace
}  // namespace headgate::test_support
