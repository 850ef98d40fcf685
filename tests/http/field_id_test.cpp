#include "http/field_id.h"

#include <gtest/gtest.h>

#include <string>

#include "http/ascii.h"
#include "http/field_table.h"

namespace headgate::http {
namespace {

TEST(FieldId, KnowsEveryNameInAnyCase) {
  for (const field_table::Entry& known : field_table::kKnown) {
    std::string upper(known.name);
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    EXPECT_EQ(field_id_of(known.name), known.id) << known.name;
    EXPECT_EQ(field_id_of(upper), known.id) << upper;
  }
}

TEST(FieldId, TakesNoNameThatDiffersInOneCharacter) {
  for (const field_table::Entry& known : field_table::kKnown) {
    for (std::size_t i = 0; i < known.name.size(); ++i) {
      std::string other(known.name);
      other[i] = other[i] == 'q' ? 'z' : 'q';
      EXPECT_NE(field_id_of(other), known.id) << other;
    }
    EXPECT_NE(field_id_of(std::string(known.name) + "s"), known.id);
    EXPECT_NE(field_id_of(known.name.substr(1)), known.id);
  }
}

TEST(FieldId, IsOtherForNamesItDoesNotKnow) {
  for (const char* name : {"a", "accept", "cookie", "sec-fetch-site", "x-forwarded", "x-original",
                           "ssl-client", "content-encoding", "hosts", "xhost", "set-cookie"})
    EXPECT_EQ(field_id_of(name), FieldId::other) << name;
}

TEST(FieldId, KnowsTheFamiliesByTheirBeginning) {
  EXPECT_EQ(field_id_of("SSL-Client-Cert"), FieldId::ssl_client);
  EXPECT_EQ(field_id_of("ssl-client-"), FieldId::ssl_client);
  EXPECT_EQ(field_id_of("X-Forwarded-User"), FieldId::forwarding_other);
  EXPECT_EQ(field_id_of("x-original-method"), FieldId::forwarding_other);
}

TEST(FieldId, SetsApartEveryNameWithAnUnderscore) {
  for (const char* name : {"x_real_ip", "X-Real_IP", "_", "Content_Length", "host_"})
    EXPECT_EQ(field_id_of(name), FieldId::with_underscore) << name;
}

TEST(FieldId, SetsApartEveryNameWithOtherBytes) {
  for (const char* name :
       {"x.real.ip", "X-Real.IP", "!", "Content~Length", "host_.", "a-very-long-name-of-a-field.with-more"})
    EXPECT_EQ(field_id_of(name), FieldId::unusual) << name;
}

}  // namespace
}  // namespace headgate::http
