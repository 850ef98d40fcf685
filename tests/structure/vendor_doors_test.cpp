// Vendor doors: each third-party header may be included only from the few files named here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "structure/source_tree.h"

namespace headgate::structure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Door {
  std::string vendor;
  std::vector<std::string> headers;  // beginnings of what is included
  std::vector<std::string> files;  // beginnings of the paths that may; a name ending in '.' is any extension
};

// The first row that fits decides.
const std::vector<Door>& doors() {
  static const std::vector<Door> table{
      {"Boost.Beast",
       {"boost/beast"},
       {"src/app/admin_server.", "src/app/echo.", "src/app/http_service.", "src/app/webhook_server.",
        "src/proxy/health.", "tests/"}},
      {"Boost.Asio",
       {"boost/asio", "boost/system"},
       {"src/base/async.h", "src/proxy/io_loop.", "src/app/", "src/k8swatch/", "tests/"}},
      {"Boost.Intrusive, counted pointers",
       {"boost/intrusive", "boost/smart_ptr/intrusive_ptr"},
       {"src/proxy/"}},
      {"Boost.Intrusive", {"boost/intrusive/", "boost/smart_ptr/intrusive"}, {"src/proxy/"}},
      {"nghttp2",
       {"nghttp2/"},
       {"src/http/h2_session", "src/http/h2_client_session.", "src/http/nghttp2_support.", "bench/load/h2_",
        "tests/"}},
      {"OpenSSL",
       {"openssl/"},
       {"src/tls/", "src/base/digest.", "src/proxy/transport.", "bench/load/tls_stream.", "tests/"}},
      {"c-ares", {"ares"}, {"src/k8swatch/c_ares_resolver."}},
      {"cpprestsdk", {"cpprest/", "pplx/"}, {"src/k8swatch/api_client."}},
      {"yaml-cpp",
       {"yaml-cpp/", "yaml.h"},
       {"src/app/config.", "src/k8swatch/manifest_source.", "src/k8swatch/yaml_", "tests/"}},
      {"nlohmann/json", {"nlohmann/"}, {"tests/fakeapi/", "tests/integration/log_format_test."}},
      {"RapidJSON", {"rapidjson/"}, {"src/k8swatch/json"}},
      {"protozero", {"protozero/"}, {"src/observe/otlp.", "tests/"}},
      {"prometheus-cpp", {"prometheus/"}, {"src/observe/metric", "src/app/admin_server."}},
      {"RE2", {"re2/"}, {"src/router/path_index.", "src/router/backend_choice.", "src/policy/", "tests/"}},
      {"PCRE2", {"pcre2"}, {"src/router/path_index.", "src/router/backend_choice.", "src/policy/"}},
      {"zlib, Brotli, Zstandard", {"zlib.h", "brotli/", "zstd.h"}, {"src/http/compressor.", "tests/"}},
      {"GoogleTest", {"gtest/", "gmock/"}, {"tests/"}},
      {"google-benchmark", {"benchmark/"}, {"bench/"}},
  };
  return table;
}

// Of the C library and the kernel: a slash, but no vendor.
bool is_system_header(const std::string& header) {
  static const std::vector<std::string> folders{"sys/", "netinet/", "arpa/", "net/", "linux/"};
  return header.find('/') == std::string::npos ||
         std::any_of(folders.begin(), folders.end(), [&](const auto& f) { return header.starts_with(f); });
}

std::vector<std::string> closed_doors(const std::vector<SourceFile>& files) {
  const auto begins_with_one_of = [](const std::string& text, const std::vector<std::string>& beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](const std::string& beginning) { return text.starts_with(beginning); });
  };
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    for (const Include& include : includes_of(file.text)) {
      if (include.quoted) continue;
      const std::string where = file.path + ":" + std::to_string(include.line) + ": " + include.target;
      const auto door = std::find_if(doors().begin(), doors().end(), [&](const Door& d) {
        return begins_with_one_of(include.target, d.headers);
      });
      if (door != doors().end()) {
        if (!begins_with_one_of(file.path, door->files)) found.push_back(where);
      } else if (!is_system_header(include.target)) {
        found.push_back(where + " (a vendor without a door)");
      }
    }
  }
  return found;
}

TEST(VendorDoors, EveryVendorHeaderComesInThroughItsDoor) {
  std::vector<SourceFile> files = sources_under("src");
  for (const char* folder : {"tests", "bench"}) {
    for (SourceFile& file : sources_under(folder)) files.push_back(std::move(file));
  }
  ASSERT_GT(files.size(), 20u) << "the sources were not found";
  EXPECT_THAT(closed_doors(files), IsEmpty());
}

TEST(VendorDoors, FindsAVendorBesideItsDoorAndOneWithoutADoor) {
  EXPECT_THAT(closed_doors({{"src/proxy/h1.cpp", "#include <boost/beast/http.hpp>\n#include <sys/epoll.h>\n"},
                            {"src/app/admin_server.cpp", "#include <boost/beast/http.hpp>\n"},
                            {"src/base/x.cpp", "#include <vector>\n#include <fmt/core.h>\n"}}),
              ElementsAre("src/proxy/h1.cpp:1: boost/beast/http.hpp",
                          "src/base/x.cpp:2: fmt/core.h (a vendor without a door)"));
}

}  // namespace
}  // namespace headgate::structure
