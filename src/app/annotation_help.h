// The annotation registry as text, for docs/annotations.md.
#pragma once

#include <string>

namespace headgate::app {

// What docs/annotations.md holds, and `headgate help --annotations` prints; a test compares the two.
std::string annotations_markdown();

}  // namespace headgate::app
