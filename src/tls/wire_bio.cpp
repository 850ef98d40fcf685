#include "tls/wire_bio.h"

#include <algorithm>

namespace headgate::tls {
namespace {

WireBio& wire_of(BIO* bio) { return *static_cast<WireBio*>(BIO_get_data(bio)); }

int receive(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  WireBio& state = wire_of(bio);
  if (size <= 0) return 0;
  if (state.allowance == 0) {
    state.overdrawn = true;
    return -1;
  }
  const std::size_t wanted = static_cast<std::size_t>(size);
  std::size_t received = 0;
  switch (state.wire.receive(data, wanted, received)) {
    case WireStatus::done:
      state.drained = received < wanted;
      state.allowance -= std::min(state.allowance, received);
      return static_cast<int>(received);
    case WireStatus::would_block:
      state.drained = true;
      BIO_set_retry_read(bio);
      return -1;
    case WireStatus::closed:
      state.ended = true;
      return 0;
    case WireStatus::failed:
      state.failed = true;
      return -1;
  }
  return -1;
}

int send(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  WireBio& state = wire_of(bio);
  if (size <= 0) return 0;
  switch (state.wire.send(data, static_cast<std::size_t>(size))) {
    case WireStatus::done:
      return size;
    case WireStatus::would_block:
      BIO_set_retry_write(bio);
      return -1;
    case WireStatus::closed:
    case WireStatus::failed:
      state.failed = true;
      return -1;
  }
  return -1;
}

long control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;  // the Wire holds nothing back that it could send
    case BIO_CTRL_EOF:
      return wire_of(bio).ended ? 1 : 0;
    default:
      return 0;
  }
}

const BIO_METHOD* method() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    if (made == nullptr) return made;
    BIO_meth_set_read(made, receive);
    BIO_meth_set_write(made, send);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return kMethod;
}

}  // namespace

BIO* make_bio(WireBio& wire) {
  BIO* const bio = BIO_new(method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &wire);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace headgate::tls
