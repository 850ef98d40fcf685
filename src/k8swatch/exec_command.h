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

// The standard output. Fails where the program cannot be started, ends with another status than 0 (with its
// last words on standard error), prints too much or takes too long; then it and all it started are killed,
// as when `stop` (a descriptor, or -1) becomes readable. Standard input is empty.
Result<std::string> run_command(const ExecCommand& command, int stop);

}  // namespace headgate::k8swatch
