// Exchange: answers that are compressed on their way to the client (gzip-*, brotli-*, zstd-* of the
// ConfigMap).
#include <string>

#include "proxy/context.h"
#include "proxy/exchange.h"

namespace headgate::proxy {

void Exchange::note_codings(const http::RequestHead& head) {
  if (method_ != http::Method::head) codings_ = table_->table->site().compression.accepted(head);
}

// True: the content goes through send_compressed().
bool Exchange::begin_compression(http::ResponseHead& head, const http::ResponseFacts& facts) {
  const policy::Compression& compression = table_->table->site().compression;
  policy::Compression::Choice choice = compression.choose(codings_, head, facts);
  if (choice.coding != http::ContentCoding::identity) {
    compressor_ = http::Compressor::make(choice.coding, compression.rules_of(choice.coding).level,
                                         facts.has_content_length ? facts.content_length : 0);
    if (compressor_ == nullptr) choice.coding = http::ContentCoding::identity;  // no memory: as it is
  }
  std::string lines;
  policy::mark_encoded(head, choice, lines);
  if (!lines.empty()) answer_fields_.append_lines(lines);
  return compressor_ != nullptr;
}

// As much at a time as fits the scratch: what a client does not take of it is held by the Downstream, as it
// would hold the content itself.
bool Exchange::send_compressed(http::ResponseHead* head, const http::ResponseFacts& facts,
                               std::string_view content, bool last) {
  http::ResponseFacts encoded = facts;
  encoded.body = http::BodyKind::chunked;  // nobody knows its length yet
  encoded.has_content_length = false;
  char* const out = context_->scratch.packed();
  bool done = content.empty() && !last;
  http::Compressor::Step step;
  do {
    if (!done) {
      step = compressor_->run(content, last, out, Scratch::kPackedRoom);
      content.remove_prefix(step.taken);
      done = step.done;
    }
    if (step.failed) {  // no memory, in the middle of it
      if (upstream_ != nullptr) upstream_->close();
      upstream_ = nullptr;
      reason_ = RejectReason::upstream_reset;
      finish(Ending::cut);
      return false;
    }
    body_bytes_sent_ += step.made;
    const bool ends = done && last;
    if (head != nullptr)
      downstream_->send_head(*head, encoded, out, step.made, ends);
    else if (step.made != 0 || ends)
      downstream_->send_body(out, step.made, ends);
    head = nullptr;
  } while (!done);
  return true;
}

}  // namespace headgate::proxy
