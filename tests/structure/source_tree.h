// The project's own files as text, for tests that judge sources.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::structure {

struct SourceFile {
  std::string path;  // from the project's root, e.g. "src/http/framing.h"
  std::string text;
};

// Every file under `folder` (from the root) whose name ends with one of `endings`, by path. Hidden folders
// and build folders are left out.
std::vector<SourceFile> files_under(std::string_view folder, const std::vector<std::string>& endings);
// The C++ sources under `folder`.
std::vector<SourceFile> sources_under(std::string_view folder);

bool exists_in_project(const std::string& path);

struct Include {
  std::size_t line = 0;
  std::string target;
  bool quoted = false;  // "x/y.h", not <x>
};

std::vector<Include> includes_of(std::string_view text);
// The text with comments and string literals blanked out; lines stay where they are.
std::string code_only(std::string_view text);
std::vector<std::string> lines_of(std::string_view text);

}  // namespace headgate::structure
