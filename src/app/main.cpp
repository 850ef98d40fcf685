// The program: chooses the subcommand and turns exceptions into an exit code.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/annotation_help.h"
#include "app/command_line.h"
#include "app/config_map_help.h"
#include "app/echo.h"
#include "app/flag_check.h"
#include "app/flag_help.h"
#include "app/migration_check.h"
#include "app/options_of.h"
#include "app/server.h"
#include "app/standard_descriptors.h"
#include "app/translate.h"
#include "app/version.h"
#include "base/log.h"

namespace headgate::app {
namespace {

constexpr int kUsage = 2;
using Words = std::vector<std::string_view>;

int usage_error(const std::string& message) {
  std::cerr << "headgate: " << message << "\nheadgate --help tells what there is.\n";
  return kUsage;
}

int print_version() {
  std::cout << "headgate " << version() << " (" << build() << ")\n";
  return 0;
}

int print_help() {
  std::cout << help_text();
  return 0;
}

void set_log_level(int verbosity) {
  log::set_level(verbosity < 2 ? log::Level::warning : verbosity == 2 ? log::Level::info : log::Level::debug);
}

// After an API server was used. cpprestsdk's thread pool is a static object, whose destructor waits for a
// name that is being looked up: for half a minute, where the DNS server does not answer. By now everything of
// ours is closed and written, so the process goes without such destructors. Sanitizers look for leaks in an
// ordinary end, so they get one.
void leave([[maybe_unused]] int code) {
  std::cout.flush();
  std::cerr.flush();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  std::_Exit(code);
#endif
}

int serve(const Words& words) {
  const Result<CommandLine> line = parse_command_line(words);
  if (!line) return usage_error(line.error().message);
  if (line->help) return print_help();
  if (line->version) return print_version();
  if (!line->arguments.empty()) return usage_error("unexpected argument '" + line->arguments.front() + "'");
  if (const Result<void> fits = check_flags(line->flags); !fits) return usage_error(fits.error().message);
  set_log_level(line->flags.verbosity);
  for (const std::string& warning : line->warnings) log::warning(warning);
  for (const std::string& warning : flag_warnings(line->flags)) log::warning(warning);
  const int code = run_server(line->flags);
  if (line->flags.manifests.empty()) leave(code);
  return code;
}

int translate(const Words& words) {
  Result<CommandLine> line = parse_command_line(words);
  if (!line) return usage_error(line.error().message);
  if (line->help) return print_help();
  Flags flags = line->flags;
  flags.manifests.insert(flags.manifests.end(), line->arguments.begin(), line->arguments.end());
  if (flags.manifests.empty()) return usage_error("translate what? Name files or folders of manifests");
  log::set_level(log::Level::warning);
  return run_translate(flags, std::cout, std::cerr);
}

int check(Words words) {
  const Result<ReportFormat> format = take_report_format(words);
  if (!format) return usage_error(format.error().message);
  Result<CommandLine> line = parse_command_line(words);
  if (!line) return usage_error(line.error().message);
  if (line->help) return print_help();
  Flags flags = line->flags;
  flags.manifests.insert(flags.manifests.end(), line->arguments.begin(), line->arguments.end());
  if (const Result<void> fits = check_flags(flags); !fits) return usage_error(fits.error().message);
  log::set_level(log::Level::warning);
  const bool is_cluster = flags.manifests.empty();
  const int code = run_check(flags, *format, std::cin, std::cout, std::cerr);
  if (is_cluster) leave(code);
  return code;
}

int help(const Words& words) {
  if (words.empty()) return print_help();
  if (words.size() == 1 && words[0] == "--markdown") {
    std::cout << flags_markdown();
    return 0;
  }
  if (words.size() == 1 && words[0] == "--annotations") {
    std::cout << annotations_markdown();
    return 0;
  }
  if (words.size() == 1 && words[0] == "--configmap") {
    std::cout << config_map_markdown();
    return 0;
  }
  return usage_error("help takes no arguments");
}

int run(const Words& words) {
  if (words.empty() || words[0].starts_with('-')) return serve(words);
  const Words rest(words.begin() + 1, words.end());
  if (words[0] == "serve") return serve(rest);
  if (words[0] == "translate") return translate(rest);
  if (words[0] == "check") return check(rest);
  if (words[0] == "echo") return run_echo(rest);
  if (words[0] == "help") return help(rest);
  if (words[0] == "version") return print_version();
  return usage_error("unknown command '" + std::string(words[0]) +
                     "' (serve, translate, check, echo, help, version)");
}

}  // namespace
}  // namespace headgate::app

int main(int argc, char** argv) {
  if (!headgate::app::fill_standard_descriptors()) return 1;  // and nowhere to say why
  try {
    return headgate::app::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "headgate: " << error.what() << "\n";
    return 1;
  }
}
