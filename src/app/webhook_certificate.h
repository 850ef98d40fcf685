// The certificate of the admission webhook: two files that somebody else renews (a mounted Secret), read
// again and again so that no restart is needed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "k8swatch/finding.h"

namespace headgate::app {

// One thread.
class WebhookCertificate {
 public:
  // Files in PEM: a chain, the leaf first, and its key.
  WebhookCertificate(std::string chain_path, std::string key_path);

  // Looks at the files. A usable pair counts from now on, any other leaves what there is. As the two files
  // may be caught in the middle of a change, a bad pair is a problem only once it was found twice (the first
  // time of all: at once). True: problem() is another one than before.
  bool refresh();

  // TLS 1.2 and above with the newest usable pair; null: there has been none.
  [[nodiscard]] const std::shared_ptr<boost::asio::ssl::context>& context() const { return context_; }
  // An error where the files cannot be used, a warning where the certificate in use has expired.
  [[nodiscard]] const std::optional<k8swatch::Finding>& problem() const { return problem_; }

 private:
  void take(const std::string& chain, const std::string& key);
  [[nodiscard]] std::optional<k8swatch::Finding> current_problem() const;

  std::string chain_path_;
  std::string key_path_;
  std::uint64_t seen_ = 0;  // hash of what the files held, or of why they could not be read; 0: not read yet
  std::string fault_;       // what is wrong with that; empty: nothing
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::int64_t not_after_ = 0;  // of the pair in use, seconds since 1970
  std::optional<k8swatch::Finding> problem_;
};

}  // namespace headgate::app
