#include "app/command_line.h"

#include <algorithm>
#include <utility>

#include "app/flag_table.h"

namespace headgate::app {
namespace {

struct Word {
  std::string_view name;
  std::string_view value;
  bool has_value = false;
};

// "--name", "--name=value", "-v=3"; "-v3" is klog's and everybody's habit.
Word split_flag(std::string_view word) {
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  const std::size_t equals = word.find('=');
  if (equals != std::string_view::npos) return {word.substr(0, equals), word.substr(equals + 1), true};
  if (word.size() > 1 && word[0] == 'v' && word.find_first_not_of("0123456789", 1) == std::string_view::npos)
    return {word.substr(0, 1), word.substr(1), true};
  return {word, {}, false};
}

// "--http-port", "-v"
std::string dashed(std::string_view name) { return (name.size() == 1 ? "-" : "--") + std::string(name); }

Error unknown_flag(std::string_view name) {
  std::string message = "unknown flag " + dashed(name.substr(0, 80));
  const std::string_view nearest = nearest_flag(name);
  if (!nearest.empty()) message += "; did you mean " + dashed(nearest) + "?";
  return Error{message};
}

void warn_once(std::vector<std::string>& warnings, const FlagRow& row) {
  std::string warning = "flag " + dashed(row.name) + ": accepted for compatibility, no effect (yet)";
  if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
    warnings.push_back(std::move(warning));
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<const std::string_view> words) {
  CommandLine result;
  bool flags_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (flags_ended || words[i].size() < 2 || words[i][0] != '-') {
      result.arguments.emplace_back(words[i]);
      continue;
    }
    if (words[i] == "--") {
      flags_ended = true;
      continue;
    }
    Word word = split_flag(words[i]);
    if (word.name == "h") word.name = "help";
    const FlagRow* row = find_flag(word.name);
    if (row == nullptr) return Unexpected<Error>(unknown_flag(word.name));
    if (!word.has_value) {
      if (row->kind == FlagKind::boolean) {
        word.value = "true";
      } else if (i + 1 < words.size()) {
        word.value = words[++i];
      } else {
        return fail("flag " + dashed(row->name) + " needs a value: " + dashed(row->name) + "=" +
                    std::string(row->value_name));
      }
    }
    if (row->apply == nullptr) {
      warn_once(result.warnings, *row);
      continue;
    }
    if (Result<void> applied = row->apply(result.flags, word.value); !applied)
      return fail("flag " + dashed(row->name) + ": " + applied.error().message);
    const bool yes = word.value.starts_with('t') || word.value == "1";
    if (row->name == "help") result.help = yes;
    if (row->name == "version") result.version = yes;
  }
  return result;
}

}  // namespace headgate::app
