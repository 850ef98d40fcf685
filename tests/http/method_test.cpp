#include "http/method.h"

#include <gtest/gtest.h>

namespace headgate::http {
namespace {

TEST(Method, IsKnownByItsExactName) {
  EXPECT_EQ(method_of("GET"), Method::get);
  EXPECT_EQ(method_of("HEAD"), Method::head);
  EXPECT_EQ(method_of("POST"), Method::post);
  EXPECT_EQ(method_of("PUT"), Method::put);
  EXPECT_EQ(method_of("DELETE"), Method::delete_);
  EXPECT_EQ(method_of("CONNECT"), Method::connect);
  EXPECT_EQ(method_of("OPTIONS"), Method::options);
  EXPECT_EQ(method_of("TRACE"), Method::trace);
  EXPECT_EQ(method_of("PATCH"), Method::patch);
  EXPECT_EQ(method_of("LOCK"), Method::lock);
  for (const char* token : {"", "get", "GETT", "GE", "PROPFIND", "PRI"})
    EXPECT_EQ(method_of(token), Method::other) << token;
}

TEST(Method, MayBeSentTwiceOnlyWhereThatIsHarmless) {
  for (const Method method :
       {Method::get, Method::head, Method::put, Method::delete_, Method::options, Method::trace})
    EXPECT_TRUE(is_idempotent(method));
  for (const Method method : {Method::post, Method::patch, Method::lock, Method::connect, Method::other})
    EXPECT_FALSE(is_idempotent(method));
}

}  // namespace
}  // namespace headgate::http
