#include "proxy/inbound_list.h"

#include "proxy/inbound_connection.h"

namespace headgate::proxy {

bool InboundList::has_room(TimePoint now) const {
  return list_.size() < kMax || now - list_.front().accepted() >= kPatience;
}

void InboundList::add(InboundConnection& connection) {
  if (list_.size() >= kMax) list_.front().shed();
  list_.push_back(connection);
}

void InboundList::remove(InboundConnection& connection) { list_.erase(list_.iterator_to(connection)); }

}  // namespace headgate::proxy
