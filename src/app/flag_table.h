// Every flag Headgate knows, as rows of one table: parsing, --help and docs/flags.md all read it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "app/flags.h"
#include "base/result.h"

namespace headgate::app {

enum class FlagGroup : std::uint8_t {
  source,
  selection,
  listening,
  data_plane,
  logs,
  lifecycle,
  writing,
  information,
  compatibility
};
std::string_view title_of(FlagGroup group);

enum class FlagKind : std::uint8_t {
  boolean,     // "--flag" or "--flag=true|false"
  value,       // "--flag=value" or "--flag value"; given twice, the last one counts
  repeatable,  // a value that adds to those given before
};

struct FlagRow {
  std::string_view name;  // without dashes
  FlagGroup group;
  FlagKind kind;
  std::string_view value_name;    // "PORT" in --help; empty for booleans
  std::string_view default_text;  // what `apply` would need to be given to get the default; empty: none
  std::string_view doc;           // one sentence, without a full stop at its end
  // Puts the value into `flags`, or says what is wrong with it. Null: a flag of ingress-nginx that is known
  // and has no effect.
  Result<void> (*apply)(Flags& flags, std::string_view value);
};

// In the order of --help.
std::span<const FlagRow> flag_table();
// '_' and '-' are the same in names (klog writes '_'). Null: no such flag.
const FlagRow* find_flag(std::string_view name);
// The known name most like `name`, or empty where none is near.
std::string_view nearest_flag(std::string_view name);

}  // namespace headgate::app
