#include "k8swatch/api_delivery.h"

#include <utility>

namespace headgate::k8swatch {

void ApiDelivery::head(ApiHead head) {
  const std::lock_guard lock(mutex_);
  parcel_.head = std::move(head);
  post_unless_posted();
}

bool ApiDelivery::bytes(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  parcel_.bytes.append(bytes);
  post_unless_posted();
  paused_ = parcel_.bytes.size() + delivering_ > bytes_ahead_;
  return !paused_;
}

void ApiDelivery::end(std::optional<ApiError> error) {
  const std::lock_guard lock(mutex_);
  parcel_.ended = true;
  parcel_.error = std::move(error);
  post_unless_posted();
}

void ApiDelivery::post_unless_posted() {
  if (posted_) return;
  posted_ = true;
  (*post_)([self = shared_from_this()] { self->deliver(); });
}

// Each call to the handler may drop it.
void ApiDelivery::deliver() {
  Parcel parcel;
  {
    const std::lock_guard lock(mutex_);
    parcel = std::exchange(parcel_, {});
    posted_ = false;
    delivering_ = parcel.bytes.size();
  }
  if (parcel.head && handler_ != nullptr) handler_->on_head(*parcel.head);
  if (!parcel.bytes.empty() && handler_ != nullptr) handler_->on_bytes(parcel.bytes);
  if (parcel.ended && handler_ != nullptr) std::exchange(handler_, nullptr)->on_end(std::move(parcel.error));
  bool resume = false;
  {
    const std::lock_guard lock(mutex_);
    delivering_ = 0;
    // What came meanwhile has a delivery of its own under way, which looks again.
    if (paused_ && parcel_.bytes.size() <= bytes_ahead_) resume = std::exchange(paused_, false);
  }
  if (resume && resume_) resume_();
}

}  // namespace headgate::k8swatch
