#include "app/query.h"

#include <gtest/gtest.h>

namespace headgate::app {
namespace {

TEST(Query, FindsAndDecodes) {
  EXPECT_EQ(query_value("host=a.example&path=%2Fb%20c", "host"), "a.example");
  EXPECT_EQ(query_value("host=a.example&path=%2Fb%20c", "path"), "/b c");
  EXPECT_EQ(query_value("path=/a=b", "path"), "/a=b");
  EXPECT_EQ(query_value("host=&path=x", "host"), "");
  EXPECT_EQ(query_value("host=1&host=2", "host"), "1");
}

TEST(Query, GivesTheRestAsItIsWritten) {
  EXPECT_EQ(query_rest("host=a&path=/b%20c?d=e&host=f", "path"), "/b%20c?d=e&host=f");
  EXPECT_EQ(query_rest("path=", "path"), "");
  EXPECT_FALSE(query_rest("host=a&paths=/b", "path"));
}

TEST(Query, KnowsWhatIsMissingOrBroken) {
  EXPECT_FALSE(query_value("", "host"));
  EXPECT_FALSE(query_value("hos=1&hostt=2", "host"));
  EXPECT_FALSE(query_value("host", "host"));
  for (const char* query : {"host=%", "host=%4", "host=%4g", "host=%g4", "host=a%"})
    EXPECT_FALSE(query_value(query, "host")) << query;
}

}  // namespace
}  // namespace headgate::app
