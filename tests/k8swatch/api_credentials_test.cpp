// Tokens and certificates that change while we run.
#include "k8swatch/api_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "k8swatch/api_client_fixture.h"
#include "support/temp_dir.h"

namespace headgate::k8swatch {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class ApiCredentialsTest : public testing::Test {
 protected:
  ApiCredentialsTest() {
    target_.origin = "the service account";
    target_.server = "https://10.96.0.1:443";
    target_.certificate_authority.path = write("ca.crt", authority_.certificate());
    target_.token.path = write("token", " one\n");
  }
  // As the kubelet does: the name leads to another file from one moment to the next.
  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path.string() + ".next") << text;
    std::filesystem::rename(path.string() + ".next", path);
    return path;
  }
  ApiCredentials& credentials() {
    if (credentials_ == nullptr)
      credentials_ = std::make_unique<ApiCredentials>(target_, queue_.post(), [this] { return now_; });
    return *credentials_;
  }
  Result<ApiAccess> get() {
    std::optional<Result<ApiAccess>> got;
    credentials().get([&](const Result<ApiAccess>& access) { got = access; });
    EXPECT_TRUE(queue_.run_until([&] { return got.has_value(); }));
    return *got;
  }
  std::string authorization() {
    const auto access = get();
    return access ? access->authorization : access.error().message;
  }

  const test_support::TempDir folder_;
  const test_support::TestAuthority authority_;
  ApiTarget target_;
  TimePoint now_{1000s};
  ControlQueue queue_;
  std::unique_ptr<ApiCredentials> credentials_;
};

TEST_F(ApiCredentialsTest, GivesTrimmedTokenAndTrust) {
  const auto access = get();
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://10.96.0.1:443");
  EXPECT_EQ(access->authorization, "Bearer one");
  ASSERT_NE(access->trust, nullptr);
  EXPECT_FALSE(access->trust->any_server());
}

TEST_F(ApiCredentialsTest, ReadsTheTokenAgainAfterAMinute) {
  EXPECT_EQ(authorization(), "Bearer one");
  write("token", "two");
  now_ += 59s;
  EXPECT_EQ(authorization(), "Bearer one");
  now_ += 1s;
  EXPECT_EQ(authorization(), "Bearer two");
}

TEST_F(ApiCredentialsTest, ReadsARefusedTokenAgainAtOnce) {
  const ApiAccess first = *get();
  write("token", "two");
  credentials().refused(first);
  EXPECT_EQ(authorization(), "Bearer two");
  // A late refusal of the old one says nothing about the new one.
  write("token", "three");
  credentials().refused(first);
  EXPECT_EQ(authorization(), "Bearer two");
}

TEST_F(ApiCredentialsTest, UsesAnOldTokenOnWhileTheFileIsUnreadable) {
  const ApiAccess first = *get();
  std::filesystem::remove(folder_.path() / "token");
  now_ += 2min;
  EXPECT_EQ(authorization(), "Bearer one");
  // But not one that was refused.
  credentials().refused(first);
  EXPECT_EQ(authorization(), "the service account: token " + (folder_.path() / "token").string() +
                                 ": No such file or directory");
  write("token", "two");
  EXPECT_EQ(authorization(), "Bearer two");
}

TEST_F(ApiCredentialsTest, ATokenFileThatIsNoGoodForAMomentDoesNoHarm) {
  for (const char* bad : {"", "two words"}) {
    write("token", "one");
    credentials_.reset();
    EXPECT_EQ(authorization(), "Bearer one");
    write("token", bad);
    now_ += 1min;
    EXPECT_EQ(authorization(), "Bearer one");
    write("token", "two");
    now_ += 1s;
    EXPECT_EQ(authorization(), "Bearer one");
    now_ += 1s;
    EXPECT_EQ(authorization(), "Bearer two");
  }
}

TEST_F(ApiCredentialsTest, ARefusedTokenIsLookedForAtOnceWhileItsFileIsEmpty) {
  const ApiAccess first = *get();
  write("token", "");
  credentials().refused(first);
  EXPECT_EQ(authorization(), "the service account: token " + target_.token.path + ": is empty");
  write("token", "two");
  EXPECT_EQ(authorization(), "Bearer two");
}

TEST_F(ApiCredentialsTest, AnAuthorityThatIsNoGoodForAMomentIsReadAgainSoon) {
  for (const std::string& bad : {std::string(), authority_.certificate().substr(0, 100)}) {
    const auto trust = get()->trust;
    write("ca.crt", bad);
    now_ += 1min;
    EXPECT_EQ(get()->trust, trust);
    const test_support::TestAuthority another("Second");
    write("ca.crt", authority_.certificate() + another.certificate());
    now_ += 2s;
    EXPECT_NE(get()->trust, trust);
    write("ca.crt", authority_.certificate());
    now_ += 1min;
    EXPECT_NE(get()->trust, nullptr);
  }
}

TEST_F(ApiCredentialsTest, RefusesTokensThatAreNone) {
  for (const char* text : {"", " \n", "a b", "a\r\nX-Evil: 1", "caf\xc3\xa9"}) {
    write("token", text);
    credentials_.reset();
    EXPECT_THAT(authorization(), HasSubstr("the service account: token " + target_.token.path + ": is "))
        << text;
  }
}

TEST_F(ApiCredentialsTest, KeepsTheTrustWhileTheFilesAreTheSame) {
  const auto trust = get()->trust;
  now_ += 2min;
  EXPECT_EQ(get()->trust, trust);
}

TEST_F(ApiCredentialsTest, TakesANewAuthorityAfterAMinuteOrAFailedHandshake) {
  const auto first = get()->trust;
  write("ca.crt", authority_.certificate() + test_support::TestAuthority("Second").certificate());
  EXPECT_EQ(get()->trust, first);
  now_ += 1min;
  const auto second = get()->trust;
  EXPECT_NE(second, first);
  write("ca.crt", test_support::TestAuthority("Third").certificate());
  credentials().distrusted();
  EXPECT_NE(get()->trust, second);
}

TEST_F(ApiCredentialsTest, AHalfWrittenAuthorityDoesNotReplaceAGoodOne) {
  const auto trust = get()->trust;
  write("ca.crt", authority_.certificate().substr(0, 100));
  now_ += 1min;
  EXPECT_EQ(get()->trust, trust);
}

TEST_F(ApiCredentialsTest, AnAuthorityThatIsNoneIsNamed) {
  write("ca.crt", "hello");
  EXPECT_EQ(authorization(),
            "the service account: the certificate authority has no certificate in PEM form (" +
                target_.certificate_authority.path + ")");
  std::filesystem::remove(target_.certificate_authority.path);
  credentials_.reset();
  EXPECT_EQ(authorization(), "the service account: certificate authority " +
                                 target_.certificate_authority.path + ": No such file or directory");
}

TEST_F(ApiCredentialsTest, AKeyMustBeItsCertificates) {
  const auto one = authority_.issue({.common_name = "a", .for_clients = true});
  const auto two = authority_.issue({.common_name = "b", .for_clients = true});
  target_.token = {};
  target_.client_certificate.path = write("me.crt", one.certificate);
  target_.client_key.path = write("me.key", two.key);
  EXPECT_THAT(authorization(), HasSubstr("the client key is not the client certificate's"));
  write("me.key", one.key);
  now_ += 1min;
  const auto good = get();
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->authorization, "");
  // Rotation: while only one of the two is new, the old pair is shown.
  write("me.crt", two.certificate);
  now_ += 1min;
  EXPECT_EQ(get()->trust, good->trust);
  write("me.key", two.key);
  now_ += 1min;
  EXPECT_NE(get()->trust, good->trust);
}

TEST_F(ApiCredentialsTest, APluginGivesTheToken) {
  target_.token = {};
  ExecPlugin plugin;
  plugin.api_version = "client.authentication.k8s.io/v1";
  plugin.command = "sh";
  plugin.provide_cluster_info = true;
  plugin.arguments = {
      "-c",
      "echo $KUBERNETES_EXEC_INFO > '" + (folder_.path() / "info").string() + "'; echo x >> '" +
          (folder_.path() / "count").string() + R"('; n=$(wc -l < ')" + (folder_.path() / "count").string() +
          R"('); echo "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t$n\"}}")"};
  target_.exec = plugin;
  const auto first = get();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->authorization, "Bearer t1");
  EXPECT_EQ(authorization(), "Bearer t1");
  credentials().refused(*first);
  EXPECT_EQ(authorization(), "Bearer t2");
  std::ifstream info(folder_.path() / "info");
  std::string text((std::istreambuf_iterator<char>(info)), {});
  EXPECT_THAT(text,
              HasSubstr(R"("cluster":{"server":"https://10.96.0.1:443","certificate-authority-data":")"));
}

}  // namespace
}  // namespace headgate::k8swatch
