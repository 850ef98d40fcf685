// ClientHellos in records of several sizes, with every kind of extension that the parser looks into.
#include "fuzz/seeds.h"
#include "support/client_hello.h"

namespace headgate::fuzz {

std::vector<std::string> seeds() {
  using namespace headgate::test_support;
  std::vector<std::string> result{"", "\x16", "\x16\x03\x01", "GET / HTTP/1.1\r\n", record("\x02\x28", 21)};
  for (const std::size_t size : {1, 2, 7, 60, 16384}) {
    result.push_back(in_records(hello_message(), size));
    result.push_back(in_records(hello_message({.session_id = "", .extensions = ""}), size));
  }
  for (const char* name : {"ONE.example.", "192.0.2.7", "::1", "*.example", "a..b",
                           "b\xc3\xbc"
                           "cher.example"})
    result.push_back(record(hello_message({.extensions = server_name_extension(name)})));
  const std::string name = server_name_extension("one.example");
  result.push_back(record(hello_message({.extensions = name + name})));
  result.push_back(
      record(hello_message({.extensions = extension(10, "abcd") + name + extension(0xaaaa, "")})));
  result.push_back(record(large_hello_message("one.example")));
  result.push_back(record(hello_message()) + record("\x01", 20) + record("early data", 23));
  return result;
}

}  // namespace headgate::fuzz
