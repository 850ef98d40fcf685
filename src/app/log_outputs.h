// Where the access log goes: opens what the flag and the ConfigMap say, and stays with what is open where
// something else cannot be.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/log_file.h"
#include "k8swatch/external_names.h"
#include "k8swatch/process_settings.h"
#include "observe/access_log_sinks.h"
#include "observe/syslog_server.h"

namespace headgate::app {

// Owned by the Server; control thread only, but for lost_lines().
class LogOutputs {
 public:
  // `by_flag`: where lines go that no ConfigMap sends elsewhere, and the name of it (log_place()). `changed`
  // is called when findings() say something else. All must outlive this.
  LogOutputs(boost::asio::io_context& io, LogFile by_flag, std::string flag_place,
             k8swatch::NameResolver& resolver, std::function<void()> changed);
  ~LogOutputs();
  LogOutputs(const LogOutputs&) = delete;
  LogOutputs& operator=(const LogOutputs&) = delete;

  // Opens what `settings` say that is not open yet. True: sinks() are other ones now.
  bool follow(const k8swatch::ProcessSettings& settings);
  [[nodiscard]] observe::AccessLogSinks sinks() const;
  // What could not be followed.
  [[nodiscard]] std::vector<k8swatch::Finding> findings() const;
  // After log rotation: files are opened anew under their names. The reasons why some could not be.
  std::vector<Error> reopen();
  // Takes answers about names, and asks again for those that are due.
  void look_up_names();
  // Any thread.
  [[nodiscard]] std::uint64_t lost_lines() const { return lost_->value(); }

 private:
  struct Place;
  class Leaving;
  using PlaceRef = std::shared_ptr<Place>;

  // The last to let go of it does not wait for its sink.
  [[nodiscard]] PlaceRef make_place(std::string name) const;
  [[nodiscard]] PlaceRef find(const std::string& name) const;
  // Leaves `current` as it is where the path cannot be opened.
  void follow_path(const k8swatch::ProcessSettings::Path& path, PlaceRef& current);
  [[nodiscard]] PlaceRef syslog_place(const k8swatch::SyslogSettings& syslog);
  void follow_name(const std::string& host);
  void set_server_address();

  std::shared_ptr<observe::LostLines> lost_ = std::make_shared<observe::LostLines>();
  k8swatch::ExternalNames names_;
  boost::asio::steady_timer timer_;
  std::function<void()> changed_;
  std::shared_ptr<Leaving> leaving_;  // goes after all that hold a Place here
  PlaceRef by_flag_;
  PlaceRef http_;
  PlaceRef stream_;
  k8swatch::ProcessSettings settings_;
  std::shared_ptr<observe::SyslogServer> server_;  // while there is one
  std::string looked_up_;                    // its name, in use; empty: it is an address, or there is none
  std::vector<k8swatch::Finding> findings_;  // without that of the name
};

}  // namespace headgate::app
