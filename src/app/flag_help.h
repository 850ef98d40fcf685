// The flag table as text: for the terminal and for docs/flags.md.
#pragma once

#include <string>

namespace headgate::app {

// What `headgate --help` prints.
std::string help_text();
// What docs/flags.md holds; a test compares the two.
std::string flags_markdown();

}  // namespace headgate::app
