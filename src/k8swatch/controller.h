// The control plane's centre: takes objects from a source, waits for company, translates what changed and
// publishes the outcome. Control thread only; holds no timer, the application asks deadline() and calls
// run_due().
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "k8swatch/admission.h"
#include "k8swatch/external_names.h"
#include "k8swatch/holdoff.h"
#include "k8swatch/name_resolver.h"
#include "k8swatch/object_observer.h"
#include "k8swatch/object_sink.h"
#include "k8swatch/store.h"
#include "k8swatch/translator.h"

namespace headgate::k8swatch {

struct ControllerOptions {
  TranslatorOptions translation;
  std::string watch_namespace;  // --watch-namespace; empty: all
  HoldOffOptions hold_off;
  std::function<TimePoint()> now = Clock::now;
  // Of ExternalName Services; null: their names are not looked up. Must outlive the Controller.
  NameResolver* resolver = nullptr;
};

class Controller : public ObjectSink {
 public:
  using Publish = std::function<void(std::shared_ptr<const router::Publication>)>;

  // `publish` is called from run_due(), with generations that grow by one; it must not call back.
  Controller(ControllerOptions options, Publish publish);

  void upsert(Object object) override;
  void remove(const ObjectKey& key) override;
  void set_source_findings(const std::string& origin, std::vector<Finding> findings) override;
  void set_readable(Kind kind, bool readable) override;
  void synced() override;

  // Tells `observer`, which must outlive the source's last word, of every object that is watched; null:
  // nobody.
  void set_observer(ObjectObserver* observer) { observer_ = observer; }
  // The webhook's question; nothing before synced(): there is not enough to judge by.
  [[nodiscard]] std::optional<AdmissionDecision> admit(const AdmissionReview& review) const;

  // When run_due() has something to do; nothing before synced() and while nothing changed.
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  // Publishes what changed if it is time. The first publication always holds a table.
  void run_due(TimePoint now);

  // Everything that is wrong now, of source and translation; sorted, each once.
  [[nodiscard]] std::vector<Finding> findings() const;
  // Whether an Ingress of that name_key() is ours and let in, be it in an older version.
  [[nodiscard]] bool serves(const std::string& key) const;
  // Of the newest version routing knows; null: there is no such object, or it is none of those looked at.
  [[nodiscard]] const Metadata* find_metadata(const ObjectKey& key) const;
  // Grows whenever findings() may have changed.
  [[nodiscard]] std::uint64_t findings_version() const { return findings_version_; }
  // The canonical text of the table and the Clusters, as of the last publication.
  [[nodiscard]] std::string dump() const { return translator_.dump(); }
  // Looks whether certificates have expired meanwhile, which is a Finding. To be called now and then.
  void check_validity_again() {
    if (translator_.check_validity_again()) ++findings_version_;
  }
  // The certificates of the last publication; null before the first.
  [[nodiscard]] std::shared_ptr<const tls::CertificateIndex> certificates() const {
    return translator_.certificates();
  }
  // The listener settings of the last publication; null before the first.
  [[nodiscard]] std::shared_ptr<const router::ListenerSettings> listeners() const {
    return translator_.listeners();
  }
  // Whom spans are sent to, as of the last publication.
  [[nodiscard]] const CollectorSettings& collector() const { return translator_.collector(); }
  // What the ConfigMap says to the application, as of the last run_due() that had something to do.
  [[nodiscard]] const ProcessSettings& process_settings() const { return translator_.process_settings(); }
  // The last table published; null before the first.
  [[nodiscard]] std::shared_ptr<const router::RoutingTable> table() const { return translator_.table(); }
  [[nodiscard]] const TranslatorCounters& counters() const { return translator_.counters(); }
  [[nodiscard]] std::uint64_t publications() const { return publications_; }

 private:
  [[nodiscard]] bool is_watched(const ObjectKey& key) const;
  [[nodiscard]] bool is_settings(const ObjectKey& key) const;
  void note_change(Kind kind);
  [[nodiscard]] std::optional<TimePoint> publication_due() const;
  // Looks whether Ingresses that came since the last publication lack something that may be on its way.
  void look_for_missing(const ObjectKey& changed);
  // The ConfigMap changed: it says what the gate lets in.
  void configure_gate();

  ControllerOptions options_;
  Publish publish_;
  IngressGate gate_;
  Store store_;
  IngressClassRules classes_;
  HoldOff hold_off_;
  ExternalNames names_;
  Translator translator_;
  Admission admission_;
  ObjectObserver* observer_ = nullptr;
  std::set<std::string> incomplete_;  // name_keys of Ingresses that changed since the last publication
  bool synced_ = false;
  std::optional<TimePoint> first_due_;                           // from synced() to the first publication
  std::map<std::string, std::vector<Finding>> source_findings_;  // by origin
  std::uint64_t findings_version_ = 0;
  std::uint64_t publications_ = 0;
};

}  // namespace headgate::k8swatch
