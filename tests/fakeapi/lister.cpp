#include "fakeapi/lister.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "fakeapi/api_error.h"
#include "fakeapi/api_handler.h"

namespace headgate::fakeapi {
namespace {

constexpr const char* kContinueTooOld =
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of "
    "the results. Continuing with the provided token results in an inconsistent list - objects that were "
    "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
    "list.";

// One page: the objects and what comes after them.
struct Page {
  std::vector<ObjectRef> objects;
  std::string next;  // the least key after the page, relative to the prefix; empty: this was the last
  std::size_t remaining = 0;
};

Page cut_page(const Collection::Objects& all, const ApiRequest& request, const Selector& selector,
              const std::string& start, std::size_t limit) {
  Page page;
  const std::string prefix = request.namespace_name.empty() ? "" : request.namespace_name + "/";
  for (auto i = all.lower_bound(prefix + start); i != all.end() && i->first.starts_with(prefix); ++i) {
    if (!selector.matches(*i->second)) continue;
    if (limit > 0 && page.objects.size() == limit) {
      ++page.remaining;
    } else {
      page.objects.push_back(i->second);
    }
  }
  if (page.remaining > 0) {
    page.next = page.objects.back()->key().substr(prefix.size());
    page.next += '\0';
  }
  return page;
}

std::string list_body(const Kind& kind, const Page& page, std::uint64_t revision, bool with_count,
                      bool metadata_only) {
  Json metadata{{"resourceVersion", std::to_string(revision)}};
  if (!page.next.empty()) {
    metadata["continue"] = ContinueToken{static_cast<std::int64_t>(revision), page.next}.text();
    if (with_count) metadata["remainingItemCount"] = page.remaining;
  }
  std::string body = metadata_only ? R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1",)"
                                   : "{\"kind\":\"" + std::string(kind.kind) + "List\",\"apiVersion\":\"" +
                                         kind.api_version() + "\",";
  std::size_t size = body.size() + 256;
  for (const ObjectRef& object : page.objects) size += object->text.size() + 80;
  body.reserve(size);
  body += "\"metadata\":" + text_of(metadata) + ",\"items\":[";
  for (const ObjectRef& object : page.objects) {
    if (body.back() != '[') body += ',';
    if (metadata_only) {
      body += object->metadata_text();
    } else {
      body += object->text;
    }
  }
  body += "]}\n";
  return body;
}

}  // namespace

std::uint64_t Lister::cached_revision() const {
  const std::uint64_t now = store_.revision();
  return now > knobs_.cache_lag ? now - knobs_.cache_lag : 1;
}

ApiAnswer Lister::too_new(std::uint64_t wanted) const {
  ApiAnswer answer = error_answer(ApiError::too_large_revision(std::to_string(wanted), store_.revision()));
  answer.wait_for_revision = wanted;
  return answer;
}

ApiAnswer Lister::list(const ApiRequest& request, bool metadata_only) {
  const ListOptions options(request, knobs_.watch_list);
  const Collection& collection = store_.collection(*request.kind);
  std::uint64_t revision = store_.revision();
  std::size_t limit = options.limit;
  std::string start;
  bool is_exact = false;

  if (!options.continue_token.empty()) {
    const ContinueToken token = ContinueToken::parse(options.continue_token);
    start = token.start;
    if (token.revision >= 0) {
      revision = static_cast<std::uint64_t>(token.revision);
      is_exact = true;
    }
  } else if (options.revision == 0U) {
    revision = cached_revision();
    is_exact = knobs_.cache_lag > 0;
    limit = 0;  // the watch cache ignores it
  } else if (options.revision) {
    if (*options.revision > revision) return too_new(*options.revision);
    // Without a match a limit makes it exact: the rule from before there was a match.
    if (options.match == ListOptions::Match::exact ||
        (options.match == ListOptions::Match::unset && limit > 0)) {
      revision = *options.revision;
      is_exact = true;
    }
  }

  std::optional<Collection::Objects> old_objects;
  if (is_exact && revision != store_.revision()) {
    old_objects = collection.objects_at(revision);
    if (!old_objects && !options.continue_token.empty()) {
      throw ApiError::expired(kContinueTooOld).with_continue(ContinueToken{-1, start}.text());
    }
    if (!old_objects) throw ApiError::expired("The resourceVersion for the provided list is too old.");
  }
  const Collection::Objects& objects = old_objects ? *old_objects : collection.objects();
  const Page page = cut_page(objects, request, options.selector, start, limit);
  ApiAnswer answer;
  answer.body = list_body(*request.kind, page, revision, options.selector.is_everything(), metadata_only);
  return answer;
}

ApiAnswer Lister::watch(const ApiRequest& request, bool metadata_only) {
  ListOptions options(request, knobs_.watch_list);
  const Collection& collection = store_.collection(*request.kind);
  const bool has_revision = options.revision.value_or(0) != 0;
  if (has_revision && options.send_initial_events && *options.revision > store_.revision()) {
    return too_new(*options.revision);
  }
  if (!request.name.empty()) {
    options.selector =
        Selector(*request.kind, request.parameter("labelSelector"), "metadata.name=" + request.name);
  }
  ApiAnswer answer;
  WatchPlan plan{.kind = request.kind,
                 .namespace_name = request.namespace_name,
                 .selector = options.selector,
                 .bookmarks = options.bookmarks,
                 .metadata_only = metadata_only};
  plan.timeout = options.timeout;
  if (has_revision && !options.send_initial_events.value_or(false)) {
    plan.after = *options.revision;
    if (plan.after < collection.watch_floor()) {
      plan.error_event = ApiError::expired("too old resource version: " + std::to_string(plan.after) + " (" +
                                           std::to_string(collection.watch_floor()) + ")")
                             .body();
    }
    answer.watch = std::move(plan);
    return answer;
  }

  plan.after = options.revision ? cached_revision() : store_.revision();
  if (options.send_initial_events.value_or(true)) {
    const auto lagging = plan.after == store_.revision() ? std::nullopt : collection.objects_at(plan.after);
    const Collection::Objects& objects = lagging ? *lagging : collection.objects();
    if (!lagging) plan.after = store_.revision();
    plan.initial = cut_page(objects, request, plan.selector, "", 0).objects;
    plan.ends_initial_events = options.send_initial_events.has_value();
    if (!options.send_initial_events) {  // in the order of a hash table
      const std::hash<std::string> hash;
      std::sort(plan.initial.begin(), plan.initial.end(),
                [&](const ObjectRef& a, const ObjectRef& b) { return hash(a->key()) < hash(b->key()); });
    }
  }
  answer.watch = std::move(plan);
  return answer;
}

}  // namespace headgate::fakeapi
