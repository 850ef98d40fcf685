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

TEST(Options, AddressesAreThoseOfTheFlagOrElseOfTheConfigMap) {
  Flags flags;
  flags.http_port = 80;
  flags.https_port = 443;
  k8swatch::ProcessSettings settings;
  settings.bind_addresses = {*SocketAddress::parse("10.0.0.1", 0), *SocketAddress::parse("fd00::1", 0)};
  EXPECT_EQ(describe(listen_addresses(flags, settings)),
            "listening on 10.0.0.1:80 [fd00::1]:80, for HTTPS on 10.0.0.1:443 [fd00::1]:443");
  settings.ipv6 = false;
  EXPECT_EQ(describe(listen_addresses(flags, settings)),
            "listening on 10.0.0.1:80, for HTTPS on 10.0.0.1:443");
  settings.bind_addresses = {*SocketAddress::parse("fd00::1", 0)};
  EXPECT_EQ(describe(listen_addresses(flags, settings)), "listening on 0.0.0.0:80, for HTTPS on 0.0.0.0:443");
  flags.bind_addresses = {"fd00::2"};
  flags.https_port = 0;
  EXPECT_EQ(describe(listen_addresses(flags, settings)), "listening on [fd00::2]:80");
}

}  // namespace
}  // namespace headgate::app
