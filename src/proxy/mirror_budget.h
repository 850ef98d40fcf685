// What the copies of requests for the mirrors of one Worker may take together: how many there are, and their
// memory. Whoever fills one share of it leaves the others to the rest: a mirror that never answers, or
// clients that never finish, cost nobody else's copies anything.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace headgate::proxy {

// One thread. Outlives its Shares.
class MirrorBudget {
 public:
  struct Use {
    std::size_t copies = 0;
    std::size_t bytes = 0;
  };

  static constexpr Use kMost{256, std::size_t{32} * 1024 * 1024};
  // One part in so many: of requests whose content still comes, and of one namespace.
  static constexpr std::size_t kComingPart = 2;
  static constexpr std::size_t kNamespacePart = 4;

  explicit MirrorBudget(const Use& most = kMost) : most_(most) {}
  MirrorBudget(const MirrorBudget&) = delete;
  MirrorBudget& operator=(const MirrorBudget&) = delete;

 private:
  using Namespaces = std::map<std::string, Use, std::less<>>;  // none is empty

 public:
  // One copy, and what it has of the memory; given back at its end.
  class Share {
   public:
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)),
          namespace_(other.namespace_),
          bytes_(other.bytes_),
          coming_(other.coming_) {}
    Share& operator=(Share&&) = delete;
    ~Share();
    // From now on it has `bytes`. False: there are not that many left, and the share is as it was. Fewer than
    // before can always be had.
    [[nodiscard]] bool hold(std::size_t bytes);
    // All of the request has come.
    void complete();

   private:
    friend class MirrorBudget;
    Share(MirrorBudget& budget, Namespaces::iterator of, bool coming)
        : budget_(&budget), namespace_(of), coming_(coming) {}

    MirrorBudget* budget_;  // null: moved from
    Namespaces::iterator namespace_;
    std::size_t bytes_ = 0;
    bool coming_;
  };

  // For one more copy of a request of that namespace; `coming`: its content is not whole. Nothing: there are
  // too many.
  [[nodiscard]] std::optional<Share> begin(std::string_view namespace_name, bool coming);
  [[nodiscard]] const Use& used() const { return used_; }

 private:
  const Use most_;
  Use used_;
  Use coming_;  // part of `used_`
  Namespaces namespaces_;
};

}  // namespace headgate::proxy
