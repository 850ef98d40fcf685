#include "http/hop_by_hop.h"

#include <array>
#include <cstdint>

#include "base/hash.h"
#include "http/ascii.h"

namespace headgate::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

// The fields of a head by name, on the stack: open addressing over the distinct names, and a list of the
// fields of each. Each option costs one look-up, so thousands of options against hundreds of fields stay
// linear.
class NameTable {
 public:
  explicit NameTable(FieldList& fields) : fields_(fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      Slot& slot = find(at(i).name);
      next_[i] = slot.first;
      slot.first = static_cast<std::uint16_t>(i + 1);
    }
  }

  void drop(std::string_view name) {
    Slot& slot = find(name);
    if (slot.first == 0 || slot.dropped) return;
    slot.dropped = true;
    for (std::size_t i = slot.first; i != 0; i = next_[i - 1]) at(i - 1).drop = true;
  }

 private:
  struct Slot {
    std::uint16_t first = 0;  // index + 1 of a field of this name; 0: free
    bool dropped = false;
  };
  static constexpr std::size_t kSlots = 512;
  static_assert(kSlots > 2 * kMaxFields && kMaxFields < 0xFFFF);

  Field& at(std::size_t i) { return fields_.begin()[i]; }

  Slot& find(std::string_view name) {
    IncrementalHash hash(seed_);
    for (const char c : name) hash.add(to_lower(c));
    for (std::size_t i = hash.value();; ++i) {
      Slot& slot = slots_[i % kSlots];
      if (slot.first == 0 || same_name(at(slot.first - 1U).name, name)) return slot;
    }
  }

  FieldList& fields_;
  std::uint64_t seed_ = hash_seed();
  std::array<Slot, kSlots> slots_{};
  std::array<std::uint16_t, kMaxFields> next_;
};

}  // namespace

void ConnectionOptions::add(std::string_view value) {
  for_each_member(value, [this](std::string_view option) {
    if (equals_ignoring_case(option, "keep-alive"))
      keep_alive = true;
    else if (equals_ignoring_case(option, "close"))
      close = true;
    else if (equals_ignoring_case(option, "upgrade"))
      upgrade = true;
    else
      names_fields = true;
  });
}

void drop_nominated(FieldList& fields) {
  NameTable table(fields);
  for (const Field& field : fields) {
    if (field.id != FieldId::connection) continue;
    for_each_member(field.value, [&table](std::string_view option) { table.drop(option); });
  }
}

}  // namespace headgate::http
