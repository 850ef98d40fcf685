#include "app/flag_help.h"

#include <string_view>

#include "app/flag_table.h"

namespace headgate::app {
namespace {

constexpr std::size_t kColumn = 40;
constexpr std::size_t kWidth = 110;

std::string left_side(const FlagRow& row) {
  std::string text = (row.name.size() == 1 ? "  -" : "  --") + std::string(row.name);
  if (!row.value_name.empty()) text += "=" + std::string(row.value_name);
  return text;
}

std::string right_side(const FlagRow& row) {
  std::string text(row.doc);
  if (!row.default_text.empty() && row.default_text != "false")
    text += " (default: " + std::string(row.default_text) + ")";
  return text;
}

// Appends `text` from column kColumn on, broken between words.
void append_wrapped(std::string& out, std::string_view text) {
  while (text.size() > kWidth - kColumn) {
    std::size_t cut = text.rfind(' ', kWidth - kColumn);
    if (cut == std::string_view::npos) cut = text.find(' ');
    if (cut == std::string_view::npos) break;
    out.append(text.substr(0, cut)).append("\n").append(kColumn, ' ');
    text.remove_prefix(cut + 1);
  }
  out.append(text).append("\n");
}

void append_row(std::string& out, const FlagRow& row) {
  std::string left = left_side(row);
  if (left.size() + 2 > kColumn) {
    out += left + "\n";
    left.clear();
  }
  out += left + std::string(kColumn - left.size(), ' ');
  append_wrapped(out, right_side(row));
}

std::string escaped_for_table(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string help_text() {
  std::string out =
      "Headgate: an HTTP ingress controller for Kubernetes.\n"
      "\n"
      "  headgate --manifests=PATH [flags]     serve the Ingresses of a file or folder, and follow its "
      "changes\n"
      "  headgate translate [flags] PATH...    print the routes these manifests make, and what is wrong in "
      "them\n"
      "  headgate check [-o json] [flags] PATH...|-\n"
      "  headgate check [-o json] [flags] --kubeconfig=FILE\n"
      "                                        report what becomes of the Ingresses of ingress-nginx\n"
      "  headgate echo [--bind=IP:PORT] [--name=NAME]\n"
      "                                        a small backend that answers with what it was asked, as JSON\n"
      "  headgate help                         this\n"
      "\n"
      "Flags are written --flag=value or --flag value. Names and defaults are those of ingress-nginx where "
      "they\n"
      "mean the same. Exit codes: 0 fine, 1 failed (or errors in manifests), 2 wrong usage.\n";
  FlagGroup group = FlagGroup::information;
  bool first = true;
  for (const FlagRow& row : flag_table()) {
    if (first || row.group != group) out += "\n" + std::string(title_of(row.group)) + ":\n";
    first = false;
    group = row.group;
    append_row(out, row);
  }
  return out;
}

std::string flags_markdown() {
  std::string out =
      "# Flags\n"
      "\n"
      "Printed by `headgate help --markdown` from the flag table; a test fails when this file differs.\n"
      "Flags are written `--flag=value` or `--flag value`. Names and defaults are those of ingress-nginx "
      "where they\n"
      "mean the same. An unknown flag is an error (exit 2).\n";
  FlagGroup group = FlagGroup::information;
  bool first = true;
  for (const FlagRow& row : flag_table()) {
    if (first || row.group != group)
      out += "\n## " + std::string(title_of(row.group)) + "\n\n| Flag | Default | Meaning |\n|---|---|---|\n";
    first = false;
    group = row.group;
    out += "| `" + escaped_for_table(left_side(row).substr(2)) + "` | " +
           (row.default_text.empty() ? "" : "`" + std::string(row.default_text) + "`") + " | " +
           escaped_for_table(row.doc) + " |\n";
  }
  return out;
}

}  // namespace headgate::app
