// A Worker's current RoutingTable and the older ones that running Exchanges still use. A plain count pins a
// version; the last user's leaving sends the table to the control thread to be destroyed there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "router/routing_table.h"

namespace headgate::proxy {

class TableHolder {
 public:
  // One adopted table; alive while current or pinned.
  struct Version {
    std::shared_ptr<const router::RoutingTable> table;
    std::uint32_t pins = 0;
    bool current = true;
  };

  explicit TableHolder(std::function<void(std::shared_ptr<const void>)> retire)
      : retire_(std::move(retire)) {}
  ~TableHolder() { adopt(nullptr); }
  TableHolder(const TableHolder&) = delete;
  TableHolder& operator=(const TableHolder&) = delete;

  void adopt(std::shared_ptr<const router::RoutingTable> table) {
    Version* const old = current_;
    current_ = table ? new Version{std::move(table)} : nullptr;
    if (old == nullptr) return;
    old->current = false;
    drop_if_unused(old);
  }

  // Null before the first table.
  [[nodiscard]] Version* pin() {
    if (current_ != nullptr) ++current_->pins;
    return current_;
  }
  void unpin(Version* version) {
    --version->pins;
    drop_if_unused(version);
  }

 private:
  void drop_if_unused(Version* version) {
    if (version->current || version->pins > 0) return;
    retire_(std::move(version->table));
    delete version;
  }

  std::function<void(std::shared_ptr<const void>)> retire_;
  Version* current_ = nullptr;
};

}  // namespace headgate::proxy
