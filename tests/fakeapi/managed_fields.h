// metadata.managedFields like a real server's: nobody reads them, everybody has to skip them.
#pragma once

#include <string>

#include "fakeapi/json.h"
#include "fakeapi/kind.h"

namespace headgate::fakeapi {

// Notes in `object` that `manager` has written what it now holds. `operation`: Update or Apply.
void note_manager(Json& object, const Kind& kind, const std::string& manager, const std::string& operation,
                  bool status_only);

}  // namespace headgate::fakeapi
