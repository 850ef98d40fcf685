// EndpointPool: how Routes choose that do not let the endpoints take turns.
#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/mix.h"
#include "proxy/endpoint_pool.h"

namespace headgate::proxy {
namespace {

bool is_tried(EndpointPool::Tried tried, const EndpointState* endpoint) {
  return std::any_of(tried.begin(), tried.end(),
                     [endpoint](const EndpointRef& each) { return each.get() == endpoint; });
}

// Rendezvous hashing (Thaler and Ravishankar 1998): the highest of all scores wins. Against a ring of points
// for each endpoint it needs no table to be built when the set changes, spreads more evenly, and moves no
// more than it must.
std::uint64_t score(std::uint64_t id, std::uint64_t hash) { return mix64(id ^ hash); }

constexpr double kLeastMicroseconds = 1;  // so that running tries count where no latency is known

double expected_wait(const EndpointState& endpoint, TimePoint now) {
  return (endpoint.latency.microseconds(now) + kLeastMicroseconds) * (endpoint.running + 1);
}

}  // namespace

// The turns of the pool, from `next` on, where not everybody gets all of its own. A tried endpoint that is
// healthy comes before one that is not. Null: nobody is healthy.
EndpointState* EndpointPool::choose_by_weight(Tried tried, std::size_t& next) {
  const std::size_t count = endpoints_.size();
  EndpointState* warming = nullptr;
  EndpointState* again = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    EndpointState* const candidate = endpoints_[next % count].get();
    next = (next + 1) % count;
    const std::uint32_t weight = candidate->weight();
    if (weight == 0) continue;
    if (is_tried(tried, candidate)) {
      if (again == nullptr) again = candidate;
      continue;
    }
    if (weight == EndpointHealth::kFullWeight) return candidate;
    candidate->credit += weight;
    if (candidate->credit >= EndpointHealth::kFullWeight) {
      candidate->credit -= EndpointHealth::kFullWeight;
      return candidate;
    }
    if (warming == nullptr) warming = candidate;
  }
  return warming != nullptr ? warming : again;
}

EndpointState* EndpointPool::choose_any(Tried tried, Random& random) {
  const std::size_t count = endpoints_.size();
  if (count == 0) return nullptr;
  std::size_t begin = random.next() % count;
  if (is_selective()) return choose_by_weight(tried, begin);
  for (std::size_t i = 0; i < count; ++i) {
    EndpointState* const candidate = endpoints_[(begin + i) % count].get();
    if (!is_tried(tried, candidate)) return candidate;
  }
  return endpoints_[begin].get();
}

EndpointState* EndpointPool::choose_fast(Tried tried, TimePoint now, Random& random) {
  const std::size_t count = endpoints_.size();
  if (count < 2) return choose_any(tried, random);
  if (is_selective()) {
    EndpointState* const one = choose_any(tried, random);
    EndpointState* const other = choose_any(tried, random);
    if (one == nullptr || other == nullptr || is_tried(tried, other)) return one;
    return expected_wait(*other, now) < expected_wait(*one, now) ? other : one;
  }
  const std::uint64_t bits = random.next();
  const std::size_t first = (bits >> 32) % count;
  std::size_t second = (bits & 0xffffffff) % (count - 1);
  if (second >= first) ++second;
  EndpointState* const a = endpoints_[first].get();
  EndpointState* const b = endpoints_[second].get();
  const bool a_tried = is_tried(tried, a);
  const bool b_tried = is_tried(tried, b);
  if (a_tried && b_tried) return choose_any(tried, random);
  if (a_tried || b_tried) return a_tried ? b : a;
  return expected_wait(*b, now) < expected_wait(*a, now) ? b : a;
}

namespace {

template <typename Counts>
EndpointState* best_by_hash(const std::vector<EndpointRef>& endpoints, std::uint64_t hash, Counts counts) {
  EndpointState* best = nullptr;
  std::uint64_t highest = 0;
  for (const EndpointRef& each : endpoints) {
    if (!counts(*each)) continue;
    const std::uint64_t its = score(each->hash_id, hash);
    if (best != nullptr && its <= highest) continue;
    best = each.get();
    highest = its;
  }
  return best;
}

}  // namespace

EndpointState* EndpointPool::choose_by_hash(std::uint64_t hash) const {
  if (!is_selective()) return owner_of_hash(hash);
  return best_by_hash(endpoints_, hash, [](const EndpointState& each) { return each.weight() != 0; });
}

EndpointState* EndpointPool::owner_of_hash(std::uint64_t hash) const {
  return best_by_hash(endpoints_, hash, [](const EndpointState&) { return true; });
}

// Groups of `size` in order of address; the last one is filled up from the front.
EndpointState* EndpointPool::choose_of_subset(std::uint64_t hash, std::uint32_t size, Tried tried,
                                              Random& random) {
  const std::size_t count = endpoints_.size();
  if (count <= size) return choose_any(tried, random);
  const std::size_t groups = (count + size - 1) / size;
  std::size_t group = 0;
  for (std::size_t each = 1; each < groups; ++each)
    if (score(mix64(each + 1), hash) > score(mix64(group + 1), hash)) group = each;
  const std::size_t begin = random.next() % size;
  EndpointState* again = nullptr;
  for (std::size_t i = 0; i < size; ++i) {
    EndpointState* const candidate = endpoints_[(group * size + (begin + i) % size) % count].get();
    if (avoids(*candidate)) continue;
    if (!is_tried(tried, candidate)) return candidate;
    if (again == nullptr) again = candidate;
  }
  return again != nullptr ? again : choose_any(tried, random);  // nobody of the group is healthy
}

std::string_view EndpointPool::session_name(EndpointState& endpoint) const {
  if (!endpoint.session_name.empty()) return endpoint.session_name;
  std::string text = "headgate session";
  for (const std::string_view part :
       {std::string_view(cluster_->name), std::string_view(endpoint.endpoint.uid),
        std::string_view(endpoint.endpoint.text)})
    text.append(1, '\0').append(part);
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto digest = sha256(text);
  for (std::size_t i = 0; i < 16; ++i) {
    endpoint.session_name += kDigits[digest[i] >> 4];
    endpoint.session_name += kDigits[digest[i] & 15];
  }
  return endpoint.session_name;
}

EndpointState* EndpointPool::find_session(std::string_view name) {
  for (const EndpointRef& each : endpoints_)
    if (session_name(*each) == name) return each.get();
  return nullptr;
}

}  // namespace headgate::proxy
