// Runs one program and takes what it prints, within bounds of time and size. Blocks: for a thread of its own.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace headgate::k8swatch {

struct ExecCommand {
  std::string program;  // without a slash: looked for in PATH
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  // besides our own, which they replace
  std::chrono::milliseconds patience{60'000};
  std::size_t most_bytes = std::size_t{1} << 20;
};

// The standard output. Fails where the program cannot be started, ends with another status than 0, prints too
// much or takes too long; then it and all it started are killed, as when `stop` (a descriptor, or -1) becomes
// readable. Standard input is empty. What it prints on standard error may hold credentials, and errors are
// shown on the admin port: its last words go to the log, for debugging.
Result<std::string> run_command(const ExecCommand& command, int stop);

}  // namespace headgate::k8swatch
