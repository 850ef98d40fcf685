// Walking and reading the project's files.
#include "structure/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace headgate::structure {
namespace fs = std::filesystem;

std::vector<SourceFile> files_under(std::string_view folder, const std::vector<std::string>& endings) {
  std::vector<SourceFile> found;
  const fs::path root(HEADGATE_SOURCE_DIR);
  if (!fs::exists(root / folder)) return found;
  for (fs::recursive_directory_iterator it(root / folder), end; it != end; ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory() && (name.front() == '.' || name.rfind("build", 0) == 0)) {
      it.disable_recursion_pending();
    }
    const bool wanted = std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) {
      return name.size() > ending.size() && name.ends_with(ending);
    });
    if (!it->is_regular_file() || !wanted) continue;
    std::ifstream file(it->path());
    std::ostringstream text;
    text << file.rdbuf();
    found.push_back({fs::relative(it->path(), root).generic_string(), text.str()});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

std::vector<SourceFile> sources_under(std::string_view folder) { return files_under(folder, {".h", ".cpp"}); }

bool exists_in_project(const std::string& path) { return fs::exists(fs::path(HEADGATE_SOURCE_DIR) / path); }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    std::size_t at = line.find_first_not_of(" \t");
    if (at == std::string::npos || line[at] != '#') continue;
    at = line.find_first_not_of(" \t", at + 1);
    if (at == std::string::npos || line.compare(at, 7, "include") != 0) continue;
    const std::size_t open = line.find_first_of("\"<", at + 7);
    if (open == std::string::npos) continue;
    const std::size_t close = line.find(line[open] == '<' ? '>' : '"', open + 1);
    if (close == std::string::npos) continue;
    found.push_back({i + 1, line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return found;
}

std::string code_only(std::string_view text) {
  std::string out(text);
  std::size_t i = 0;
  const auto blank = [&out](std::size_t from, std::size_t to) {
    for (; from < to && from < out.size(); ++from) {
      if (out[from] != '\n') out[from] = ' ';
    }
  };
  while (i < text.size()) {
    if (text.compare(i, 2, "//") == 0) {
      const std::size_t end = std::min(text.find('\n', i), text.size());
      blank(i, end);
      i = end;
    } else if (text.compare(i, 2, "/*") == 0) {
      const std::size_t found = text.find("*/", i + 2);
      const std::size_t end = found == std::string_view::npos ? text.size() : found + 2;
      blank(i, end);
      i = end;
    } else if (text.compare(i, 2, "R\"") == 0) {
      const std::size_t open = text.find('(', i);
      const std::string closing = ")" + std::string(text.substr(i + 2, open - i - 2)) + "\"";
      const std::size_t found = text.find(closing, open);
      const std::size_t end = found == std::string_view::npos ? text.size() : found + closing.size();
      blank(i, end);
      i = end;
    } else if (text[i] == '"' ||
               (text[i] == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1]))))) {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != text[i] && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
      blank(i + 1, end);
      i = end + 1;
    } else {
      ++i;
    }
  }
  return out;
}

}  // namespace headgate::structure
