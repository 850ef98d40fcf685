// Reads single JSON texts the API server sends: objects, watch events, Status. Holds the JSON reader's
// scratch memory, so one is shared by all reflectors. One thread. Every text must have kJsonPadding readable
// bytes behind it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "k8swatch/api_status.h"
#include "k8swatch/decode_options.h"
#include "k8swatch/observed_object.h"

namespace headgate::k8swatch {

// What a list says beside its items.
struct ListMetadata {
  std::string resource_version;
  std::string continue_token;  // empty: this was the last page
};

// One line of a watch.
struct WatchEvent {
  enum class Type : std::uint8_t {
    added,
    modified,
    deleted,   // `observed` holds the identity alone
    bookmark,  // `observed` holds a resource_version alone
    error,     // `status`
    unknown,   // future API; to be passed over
  };
  Type type = Type::unknown;
  ObservedObject observed;
  bool is_initial_end = false;  // of a bookmark: all that existed at the start has been sent (KEP-3157)
  ApiStatus status;
  std::string type_text;  // of an unknown one, shortened
};

class ApiObjectReader {
 public:
  explicit ApiObjectReader(DecodeOptions options);
  ~ApiObjectReader();
  ApiObjectReader(const ApiObjectReader&) = delete;
  ApiObjectReader& operator=(const ApiObjectReader&) = delete;

  // Never fails: an object that cannot be decoded costs only itself and says so in its Finding.
  ObservedObject read_object(std::string_view json, Kind kind);
  // Fails where the line is no event at all.
  Result<WatchEvent> read_event(std::string_view line, Kind kind);
  // A list whose items have been cut out. Fails where it is no list or has no resourceVersion.
  Result<ListMetadata> read_list(std::string_view json);
  // The body of an answer that failed; a body that is no Status leaves its beginning as the message.
  ApiStatus read_status(std::string_view body, int http_code);

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace headgate::k8swatch
