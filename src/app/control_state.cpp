#include "app/control_state.h"

namespace headgate::app {

ControlState::ControlState() { state_.findings = std::make_shared<const std::vector<k8swatch::Finding>>(); }

ControlSnapshot ControlState::snapshot() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace headgate::app
