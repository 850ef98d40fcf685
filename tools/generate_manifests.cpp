// headgate-generate-manifests OUT_DIR [--ingresses N] [--format yaml|json] [--layout files|single]
//                                     [--endpoint-port P]
#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>
#include <system_error>

#include "tools/manifest_generator.h"

namespace {

constexpr std::string_view kUsage =
    "usage: headgate-generate-manifests OUT_DIR [--ingresses N] [--format yaml|json] [--layout "
    "files|single]\n"
    "                                           [--endpoint-port P]\n";

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_option(std::string_view name, std::string_view value, headgate::tools::ManifestSet& set) {
  using Set = headgate::tools::ManifestSet;
  if (name == "--ingresses") return read_number(value, set.ingresses);
  if (name == "--endpoint-port") return read_number(value, set.endpoint_port);
  if (name == "--format" && (value == "yaml" || value == "json")) {
    set.format = value == "yaml" ? Set::Format::yaml : Set::Format::json;
    return true;
  }
  if (name == "--layout" && (value == "files" || value == "single")) {
    set.layout = value == "files" ? Set::Layout::files : Set::Layout::single;
    return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  headgate::tools::ManifestSet set;
  bool good = argc >= 2 && argc % 2 == 0 && argv[1][0] != '-';
  for (int i = 2; good && i + 1 < argc; i += 2) good = read_option(argv[i], argv[i + 1], set);
  if (!good) {
    std::fwrite(kUsage.data(), 1, kUsage.size(), stderr);
    return 2;
  }
  try {
    headgate::tools::write_manifests(argv[1], set);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "headgate-generate-manifests: %s\n", e.what());
    return 1;
  }
  return 0;
}
