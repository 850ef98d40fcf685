// Reading a command line against the flag table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/flags.h"
#include "base/result.h"

namespace headgate::app {

struct CommandLine {
  Flags flags;
  std::vector<std::string> arguments;  // what is not a flag
  std::vector<std::string> warnings;   // one for each flag that has no effect
  bool help = false;
  bool version = false;
};

// `words`: the command line without the program and the subcommand. Both "--flag value" and "--flag=value";
// one dash is as good as two; "--" ends the flags. An error names the flag and what is expected.
Result<CommandLine> parse_command_line(std::span<const std::string_view> words);

}  // namespace headgate::app
