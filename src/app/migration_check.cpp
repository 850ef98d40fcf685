#include "app/migration_check.h"

#include <algorithm>
#include <istream>
#include <iterator>
#include <optional>
#include <ostream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/object_feed.h"
#include "app/options_of.h"
#include "base/clock.h"
#include "base/json_string.h"
#include "k8swatch/api_config.h"
#include "k8swatch/api_source.h"
#include "k8swatch/controller.h"
#include "k8swatch/manifest_decoder.h"
#include "k8swatch/manifest_source.h"

namespace headgate::app {
namespace {

using k8swatch::MigrationNote;
using k8swatch::MigrationReport;
using k8swatch::MigrationVerdict;

// For a cluster to be read whole.
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kLook{50};

// Waits for the word that all is read, or that it cannot be; passes everything else on.
class SyncedSink final : public k8swatch::ObjectSink {
 public:
  explicit SyncedSink(k8swatch::Controller& controller) : controller_(controller) {}
  void upsert(k8swatch::Object object) override { controller_.upsert(std::move(object)); }
  void remove(const k8swatch::ObjectKey& key) override { controller_.remove(key); }
  void set_source_findings(const std::string& origin, std::vector<k8swatch::Finding> findings) override {
    for (const k8swatch::Finding& finding : findings)
      if (finding.object == k8swatch::ApiSource::kServer && finding.severity == k8swatch::Severity::error)
        trouble_ = finding.object + " " + finding.reason;
    controller_.set_source_findings(origin, std::move(findings));
  }
  void set_readable(k8swatch::Kind kind, bool readable) override { controller_.set_readable(kind, readable); }
  void synced() override {
    synced_ = true;
    controller_.synced();
  }
  [[nodiscard]] bool is_synced() const { return synced_; }
  // Why the API server could not be read for some time; empty where nothing is wrong with it.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  k8swatch::Controller& controller_;
  bool synced_ = false;
  std::string trouble_;
};

Result<void> read_text(const Flags& flags, std::istream& in, k8swatch::ObjectSink& sink) {
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  k8swatch::DecodedManifest manifest =
      k8swatch::decode_manifest_text(text, "standard input", decode_options(flags));
  for (k8swatch::Object& object : manifest.objects) sink.upsert(std::move(object));
  sink.set_source_findings("standard input", std::move(manifest.findings));
  sink.synced();
  return {};
}

Result<void> read_folder(const Flags& flags, k8swatch::ObjectSink& sink) {
  k8swatch::ManifestSource source(manifest_roots(flags), sink, decode_options(flags));
  return source.start();
}

Result<void> read_cluster(const Flags& flags, SyncedSink& sink) {
  auto target = k8swatch::find_api_target(api_config_options(flags));
  if (!target) return fail(target.error().message);
  boost::asio::io_context io;
  ObjectFeed feed(io, flags, *std::move(target), sink);
  if (Result<void> started = feed.source().start(Clock::now()); !started) return started;
  const TimePoint end = Clock::now() + kPatience;
  boost::asio::steady_timer look(io);
  while (!sink.is_synced() && sink.trouble().empty() && Clock::now() < end) {
    look.expires_after(kLook);
    look.async_wait([](const boost::system::error_code&) {});
    io.restart();
    io.run_one_for(kLook);
    feed.source().run_due(Clock::now());
  }
  if (sink.is_synced()) return {};
  if (!sink.trouble().empty()) return fail(sink.trouble());
  return fail("the API server has not told everything within " + std::to_string(kPatience.count()) + " s");
}

Result<void> read_all(const Flags& flags, std::istream& in, SyncedSink& sink) {
  if (flags.manifests.empty()) return read_cluster(flags, sink);
  if (flags.manifests.size() == 1 && flags.manifests.front() == "-") return read_text(flags, in, sink);
  return read_folder(flags, sink);
}

void append_notes(std::string& out, std::string_view kind, const std::vector<MigrationNote>& notes) {
  for (const MigrationNote& note : notes)  // on one line, whatever a tenant wrote
    out.append("    ").append(kind).append(" ").append(
        k8swatch::detail_of({k8swatch::Severity::warning, "", note.field, note.text}) + "\n");
}

void append_json_notes(std::string& out, std::string_view name, const std::vector<MigrationNote>& notes) {
  out.append(",\"").append(name).append("\":[");
  bool first = true;
  for (const MigrationNote& note : notes) {
    out.append(first ? "{\"setting\":" : ",{\"setting\":").append(json_string(note.field));
    out.append(",\"text\":").append(json_string(note.text)).append("}");
    first = false;
  }
  out += "]";
}

}  // namespace

Result<ReportFormat> take_report_format(std::vector<std::string_view>& words) {
  ReportFormat format = ReportFormat::text;
  for (auto at = words.begin(); at != words.end();) {
    std::string_view value;
    if (*at == "-o" || *at == "--output") {
      at = words.erase(at);
      if (at == words.end()) return fail("-o needs a value: text or json");
      value = *at;
    } else if (at->starts_with("-o=") || at->starts_with("--output=")) {
      value = at->substr(at->find('=') + 1);
    } else {
      ++at;
      continue;
    }
    if (value != "json" && value != "text")
      return fail("-o is text or json, not '" + std::string(value) + "'");
    format = value == "json" ? ReportFormat::json : ReportFormat::text;
    at = words.erase(at);
  }
  return format;
}

std::string text_of(const MigrationReport& report) {
  std::string out;
  for (const k8swatch::CheckedIngress& each : report.ingresses) {
    out.append("Ingress ").append(each.name).append(": ").append(to_string(each.verdict)).append("\n");
    append_notes(out, "refused", each.refused);
    append_notes(out, "differs", each.differs);
    append_notes(out, "fault", each.faults);
  }
  if (!report.elsewhere.empty()) out += "Other objects:\n";
  for (const k8swatch::Finding& finding : report.elsewhere) out += "    " + to_string(finding) + "\n";
  out += std::to_string(report.ingresses.size()) +
         " Ingresses: " + std::to_string(report.count(MigrationVerdict::identical)) + " identical, " +
         std::to_string(report.count(MigrationVerdict::differs)) + " differ, " +
         std::to_string(report.count(MigrationVerdict::refused)) + " refused";
  if (report.other_classes > 0)
    out += "; " + std::to_string(report.other_classes) + " of other classes not looked at";
  return out + "\n";
}

std::string json_of(const MigrationReport& report) {
  std::string out = "{\"ingresses\":[";
  for (std::size_t i = 0; i < report.ingresses.size(); ++i) {
    const k8swatch::CheckedIngress& each = report.ingresses[i];
    out.append(i == 0 ? "\n" : ",\n").append("{\"ingress\":").append(json_string(each.name));
    out.append(",\"verdict\":\"").append(to_string(each.verdict)).append("\"");
    append_json_notes(out, "refused", each.refused);
    append_json_notes(out, "differs", each.differs);
    append_json_notes(out, "faults", each.faults);
    out += "}";
  }
  out += "],\n\"elsewhere\":[";
  for (std::size_t i = 0; i < report.elsewhere.size(); ++i) {
    const k8swatch::Finding& each = report.elsewhere[i];
    out.append(i == 0 ? "\n" : ",\n").append("{\"object\":").append(json_string(each.object));
    out.append(",\"severity\":\"").append(each.severity == k8swatch::Severity::error ? "error" : "warning");
    out.append("\",\"setting\":").append(json_string(each.field));
    out.append(",\"text\":").append(json_string(each.reason)).append("}");
  }
  out += "],\n\"summary\":{\"identical\":" + std::to_string(report.count(MigrationVerdict::identical)) +
         ",\"differs\":" + std::to_string(report.count(MigrationVerdict::differs)) +
         ",\"refused\":" + std::to_string(report.count(MigrationVerdict::refused)) +
         ",\"other_classes\":" + std::to_string(report.other_classes) + "}}\n";
  return out;
}

int run_check(Flags flags, ReportFormat format, std::istream& in, std::ostream& out, std::ostream& err) {
  const Flags standard;
  if (flags.ingress_class == standard.ingress_class) flags.ingress_class = "nginx";
  if (flags.controller_class == standard.controller_class) flags.controller_class = "k8s.io/ingress-nginx";
  flags.snapshot_dir.clear();  // nothing is written
  k8swatch::Controller controller(controller_options(flags),
                                  [](const std::shared_ptr<const router::Publication>&) {});
  k8swatch::IngressCollector seen;
  controller.set_observer(&seen);
  SyncedSink sink(controller);
  const Result<void> read = read_all(flags, in, sink);
  controller.set_observer(nullptr);
  if (!read) {
    err << "headgate check: " << read.error().message << "\n";
    return 1;
  }
  // What is due now or later is due now: there is nothing to wait for.
  while (const std::optional<TimePoint> due = controller.deadline())
    controller.run_due(std::max(*due, Clock::now()));
  const MigrationReport report = report_migration(controller, seen, flags.annotations_prefix);
  out << (format == ReportFormat::json ? json_of(report) : text_of(report));
  return report.count(MigrationVerdict::refused) > 0 ? 1 : 0;
}

}  // namespace headgate::app
