// Trace contexts, answers of collectors, text.
#include "fuzz/seeds.h"

namespace headgate::fuzz {

std::vector<std::string> seeds() {
  return {"",
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
          "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-what-the-future",
          "ff-00000000000000000000000000000000-0000000000000000-01",
          std::string("\x0a\x07\x08\x03\x12\x03old", 9),
          std::string("\x10\x05\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 15),
          "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
          "\xed\xa0\x80\xc0\xaf\xff"};
}

}  // namespace headgate::fuzz
