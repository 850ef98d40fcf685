// Paths, targets and requests as people write them, and as they should not.
#include "fuzz/seeds.h"

namespace headgate::fuzz {

std::vector<std::string> seeds() {
  return {
      "/foo(/|$)(.*)\n/$2\n/foo/bar/x?q=1",
      "/foo\n/\n/FOObar",
      "/a.b\n/x\n/axb/c",
      "/(?!private)(.*)\n/$1\n/public/x",
      "/(\\w+)/\\1\n/$1\n/ab/ab",
      "/foo|/bar\n/$uri\n/x/bar",
      "/a[^]|](x|y)\n/$host/$1\n/abx",
      "/foob?[a-z]{2,3}\n/$1$2$3\n/fooabc",
      "/static(.*)\n/files/$1\n/static../secret",
      "/\\Qa|b\\E|c\n/z\n/a|b",
      "/(a+)+$\n/$1\n/aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
      "/(?=a)(a|aa)+$\n$1\n/aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
      "/x[[:alpha:]](b)|c\n/$arg_a\n/xab?a=..%2f",
      "/%20(.*)\n/$request_uri\n/%20%25%C3%A4",
  };
}

}  // namespace headgate::fuzz
