// `headgate check PATH... | --kubeconfig=FILE`: what becomes of the Ingresses of ingress-nginx.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "app/flags.h"
#include "base/result.h"
#include "k8swatch/migration_report.h"

namespace headgate::app {

enum class ReportFormat : std::uint8_t { text, json };

// Takes `-o FORMAT` (`-o=FORMAT`, `--output=FORMAT`) out of the words of a command line; the flag table does
// not know it.
Result<ReportFormat> take_report_format(std::vector<std::string_view>& words);

// Prints the report. Returns the exit code: 0 nothing is refused, 1 something is, or the source cannot be
// read. `flags.manifests`: files and folders, or "-" for `in`; none of them: the API server. Classes are
// those of ingress-nginx unless flags say otherwise.
int run_check(Flags flags, ReportFormat format, std::istream& in, std::ostream& out, std::ostream& err);

std::string text_of(const k8swatch::MigrationReport& report);
std::string json_of(const k8swatch::MigrationReport& report);

}  // namespace headgate::app
