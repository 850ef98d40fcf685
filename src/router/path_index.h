// Finds the Route of a path within one host, in O(length of the path) whatever the number of routes.
// Immutable.
//
// Ingress paths become two kinds of keys, as nginx's locations do: an exact key matches that path only; a
// subtree key ends in '/' and matches every path that begins with it. Prefix "/foo" is the exact key "/foo"
// and the subtree key "/foo/"; who wins where two Ingress paths want one key is settled before (VirtualHost).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::router {

class PathIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Key {
    std::string text;
    bool subtree = false;
    std::uint32_t route = 0;
  };

  PathIndex() = default;
  // The keys are unique in (text, subtree).
  explicit PathIndex(std::vector<Key> keys);

  // `path` is normalised and begins with '/'. An exact key beats every subtree key; the longest of these
  // wins.
  [[nodiscard]] std::uint32_t find(std::string_view path) const {
    return slots_.empty() ? scan(path) : find_hashed(path);
  }

  // The keys again, exact ones first, then longest first; for dump and explain.
  [[nodiscard]] std::vector<Key> keys() const;

 private:
  // Up to here, comparing all keys is faster than hashing the path.
  static constexpr std::size_t kScanLimit = 16;

  struct Entry {
    std::uint32_t offset;  // of the key's text in text_
    std::uint32_t length;
    std::uint32_t route;
  };
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = kNone;  // kNone: free
  };

  [[nodiscard]] std::string_view text(const Entry& entry) const {
    return {text_.data() + entry.offset, entry.length};
  }
  [[nodiscard]] std::uint32_t scan(std::string_view path) const;
  [[nodiscard]] std::uint32_t find_hashed(std::string_view path) const;
  [[nodiscard]] std::uint32_t probe(std::uint64_t hash, std::string_view key, bool subtree) const;
  void fill_slots();

  std::string text_;
  std::vector<Entry> entries_;  // exact keys first, then subtree keys, longest first
  std::vector<Slot> slots_;     // open addressing; empty while entries_ is short
  std::uint64_t seed_ = 0;
  std::uint64_t subtree_lengths_ = 0;  // bit n % 64: some subtree key has n bytes
  std::uint32_t exact_count_ = 0;
  std::uint32_t longest_exact_ = 0;
  std::uint32_t longest_subtree_ = 0;
};

}  // namespace headgate::router
