#include "app/options_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headgate::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Options, FlagsThatUndoEachOtherAreTold) {
  Flags flags;
  flags.enable_ssl_passthrough = true;
  EXPECT_THAT(flag_warnings(flags), IsEmpty());
  EXPECT_TRUE(controller_options(flags).translation.ssl_passthrough);
  flags.https_port = 0;
  EXPECT_THAT(flag_warnings(flags), ElementsAre(HasSubstr("--https-port=0: no HTTPS here"),
                                                HasSubstr("--enable-ssl-passthrough: no effect")));
  EXPECT_FALSE(controller_options(flags).translation.ssl_passthrough);
}

}  // namespace
}  // namespace headgate::app
