// traceparent and tracestate: what counts, and what a caller may not make us believe.
#include "http/trace_context.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headgate::http {
namespace {

constexpr std::string_view kGood = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

FieldList fields_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  FieldList list;
  for (const auto& [name, value] : fields) {
    Field& field = list.add();
    field.name = name;
    field.value = value;
  }
  return list;
}

TEST(TraceContext, IsReadAndWrittenAlike) {
  const auto context = parse_traceparent(kGood);
  ASSERT_TRUE(context);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(context->trace_id[0], 0x0a);
  EXPECT_EQ(context->trace_id[15], 0x9c);
  EXPECT_EQ(context->span_id[0], 0xb7);
  EXPECT_EQ(context->span_id[7], 0x31);
  std::string written(kTraceparentBytes, '?');
  write_traceparent(*context, written.data());
  EXPECT_EQ(written, kGood);
}

struct Vector {
  std::string_view value;
  bool counts;
  bool sampled = false;
};

TEST(TraceContext, CountsAsTheRecommendationSays) {
  for (const Vector& each : std::vector<Vector>{
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true, false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff", true, true},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02", true, false},
           // Later versions may say more, behind a '-'.
           {"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true, true},
           {"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future", true, true},
           {"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what-the-future", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what", false},
           {"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
           {"00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
           {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
           {"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false},
           {"00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01", false},
           {"0X-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
           {".0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
           {"00-.af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333.-01", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g", false},
           {"00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
           {"00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01", false},
           {"00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-", false},
           {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", false},
           {" 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
           {"00-", false},
           {"", false},
       }) {
    const auto context = parse_traceparent(each.value);
    EXPECT_EQ(context.has_value(), each.counts) << each.value;
    if (context) {
      EXPECT_EQ(context->sampled, each.sampled) << each.value;
    }
  }
}

TEST(TraceContext, IsNoneThatIsSaidTwiceOrNotToUs) {
  EXPECT_TRUE(parent_of(fields_of({{"TraceParent", kGood}})));
  EXPECT_FALSE(parent_of(fields_of({{"traceparent", kGood}, {"traceparent", kGood}})));
  EXPECT_FALSE(parent_of(fields_of({{"trace-parent", kGood}})));
  EXPECT_FALSE(parent_of(fields_of({})));
  FieldList nominated = fields_of({{"traceparent", kGood}});
  nominated.begin()->drop = true;
  EXPECT_FALSE(parent_of(nominated));
}

TEST(TraceContext, StateIsOneListWithABound) {
  EXPECT_EQ(tracestate_of(fields_of({{"tracestate", "a=1"}, {"x", "y"}, {"Tracestate", "b=2,c=3"}})),
            "a=1,b=2,c=3");
  EXPECT_EQ(tracestate_of(fields_of({{"tracestate", ""}, {"tracestate", "a=1"}})), "a=1");
  const std::string most(kMostTracestate - 1, 'a');
  EXPECT_EQ(tracestate_of(fields_of({{"tracestate", most}})), most);
  EXPECT_EQ(tracestate_of(fields_of({{"tracestate", most}, {"tracestate", "b"}})), "");
}

// A collector refuses all spans of a message for one text that is not UTF-8.
TEST(TraceContext, StateWithBytesThatNoStateHasIsNone) {
  for (const char* const bad : {"a=\xff", "a=\xc3\xa9", "a=\x01", "a=\x7f"}) {
    SCOPED_TRACE(bad);
    EXPECT_EQ(tracestate_of(fields_of({{"tracestate", "b=2"}, {"tracestate", bad}})), "");
  }
  EXPECT_EQ(tracestate_of(fields_of({{"tracestate", "a=1 ,\tb=~"}})), "a=1 ,\tb=~");
}

TEST(TraceContext, DropsWhatIsNotForTheOtherSide) {
  const auto dropped = [](bool keep_state) {
    FieldList fields = fields_of({{"Traceparent", "x"}, {"tracestate", "y"}, {"tracestat", "z"}});
    drop_trace_context(fields, keep_state);
    std::string text;
    for (const Field& field : fields) text += field.drop ? '1' : '0';
    return text;
  };
  EXPECT_EQ(dropped(true), "100");
  EXPECT_EQ(dropped(false), "110");
}

}  // namespace
}  // namespace headgate::http
