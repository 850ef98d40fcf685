#include "proxy/mirror_budget.h"

namespace headgate::proxy {
namespace {

using Use = MirrorBudget::Use;

bool has_room(const Use& used, const Use& more, const Use& most, std::size_t part) {
  return used.copies + more.copies <= most.copies / part && used.bytes + more.bytes <= most.bytes / part;
}

}  // namespace

std::optional<MirrorBudget::Share> MirrorBudget::begin(std::string_view namespace_name, bool coming) {
  constexpr Use kOne{1, 0};
  const auto known = namespaces_.find(namespace_name);
  if (!has_room(used_, kOne, most_, 1) || (coming && !has_room(coming_, kOne, most_, kComingPart)) ||
      !has_room(known == namespaces_.end() ? Use{} : known->second, kOne, most_, kNamespacePart))
    return std::nullopt;
  const auto of = known != namespaces_.end() ? known : namespaces_.emplace(namespace_name, Use{}).first;
  ++used_.copies;
  ++of->second.copies;
  if (coming) ++coming_.copies;
  return Share(*this, of, coming);
}

MirrorBudget::Share::~Share() {
  if (budget_ == nullptr) return;
  complete();
  budget_->used_.bytes -= bytes_;
  --budget_->used_.copies;
  Use& of_namespace = namespace_->second;
  of_namespace.bytes -= bytes_;
  if (--of_namespace.copies == 0) budget_->namespaces_.erase(namespace_);
}

bool MirrorBudget::Share::hold(std::size_t bytes) {
  Use& of_namespace = namespace_->second;
  if (bytes > bytes_) {
    const Use more{0, bytes - bytes_};
    const Use& most = budget_->most_;
    if (!has_room(budget_->used_, more, most, 1) ||
        (coming_ && !has_room(budget_->coming_, more, most, kComingPart)) ||
        !has_room(of_namespace, more, most, kNamespacePart))
      return false;
  }
  const auto change = [this, bytes](Use& use) { use.bytes = use.bytes - bytes_ + bytes; };
  change(budget_->used_);
  change(of_namespace);
  if (coming_) change(budget_->coming_);
  bytes_ = bytes;
  return true;
}

void MirrorBudget::Share::complete() {
  if (!std::exchange(coming_, false)) return;
  --budget_->coming_.copies;
  budget_->coming_.bytes -= bytes_;
}

}  // namespace headgate::proxy
