// What is told about an object to those who look at it with kubectl (events.k8s.io/v1, Event), before it is
// written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "k8swatch/finding.h"
#include "k8swatch/moment.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

struct Event {
  ObjectKey regarding;
  bool is_warning = false;
  std::string reason;  // one word for programs
  std::string action;  // what was tried
  std::string note;    // for people; printable ASCII, at most kMostNoteBytes
  friend auto operator<=>(const Event&, const Event&) = default;
};

// The API server refuses more with 422.
inline constexpr std::size_t kMostNoteBytes = 1024;

// Nothing where the Finding is about a file and not about an object.
//   reason   AnnotationParsingFailed  an annotation of an Ingress (the word of ingress-nginx)
//            NotServed                Severity::error
//            Ignored                  Severity::warning
std::optional<Event> event_of(const Finding& finding);

// "Scheduled for sync", as ingress-nginx says of every Ingress it takes or takes anew.
Event sync_event(ObjectKey ingress);

// Who says it.
struct EventReporter {
  std::string controller = "headgate.dev/ingress-controller";  // a qualified name
  std::string instance;                                        // POD_NAME
};

// Where Events about the object belong: its namespace; "default" for what has none.
std::string event_namespace(const ObjectKey& regarding);

// "web.18a9f3c2b1d4e5f6": unlike all others of that object by its time.
std::string event_name(const std::string& object, std::uint64_t nanoseconds);

// The body of a POST. `object` may be null: there is none of that name, or none that is known.
std::string event_text(const Event& event, const Metadata* object, const EventReporter& reporter,
                       const std::string& name, WallTime time);

// The merge patch that says that it has happened `count` times (at least 2) by now.
std::string series_text(std::uint64_t count, WallTime last);

}  // namespace headgate::k8swatch
