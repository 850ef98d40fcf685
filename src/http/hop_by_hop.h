// The Connection field: the options it sets and the fields it keeps to this hop. RFC 9110 §7.6.1.
#pragma once

#include <string_view>

#include "http/message.h"

namespace headgate::http {

// What all Connection fields of one head say together.
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;
  bool names_fields = false;  // there are other options: each may name a field

  // Adds the members of one field's value. A member that is no token is ignored: it can name nothing.
  void add(std::string_view value);
};

// Marks `drop` on every field that a Connection field of `fields` names. Linear in the size of the head,
// however many options and fields there are.
void drop_nominated(FieldList& fields);

}  // namespace headgate::http
