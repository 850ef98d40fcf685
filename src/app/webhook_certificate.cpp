#include "app/webhook_certificate.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/hash.h"
#include "base/result.h"
#include "base/utc_text.h"
#include "tls/certificate.h"

namespace headgate::app {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;  // a Secret is no larger

Result<std::string> read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(path + " cannot be opened: " + std::strerror(errno));
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(path + " cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMostBytes) return fail(path + " is larger than 1 MiB");
  return text;
}

Result<std::shared_ptr<ssl::context>> make_context(const std::string& chain, const std::string& key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                       ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  boost::system::error_code error;
  context->use_certificate_chain(boost::asio::buffer(chain), error);
  if (!error) context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error);
  if (error) return fail(error.message());
  return context;
}

}  // namespace

WebhookCertificate::WebhookCertificate(std::string chain_path, std::string key_path)
    : chain_path_(std::move(chain_path)), key_path_(std::move(key_path)) {}

bool WebhookCertificate::refresh() {
  const Result<std::string> chain = read_file(chain_path_);
  const Result<std::string> key = chain ? read_file(key_path_) : chain;
  const std::string what = !key ? key.error().message : *chain + '\0' + *key;
  const std::uint64_t seen = hash_of(what, hash_seed());
  const bool is_settled = seen == seen_ || seen_ == 0;
  if (seen != seen_) {
    seen_ = seen;
    if (key)
      take(*chain, *key);
    else
      fault_ = key.error().message;
  }
  if (!fault_.empty() && !is_settled) return false;
  std::optional<k8swatch::Finding> found = current_problem();
  return std::exchange(problem_, found) != found;
}

void WebhookCertificate::take(const std::string& chain, const std::string& key) {
  // For its words: OpenSSL's own do not say which of the two is wrong.
  const auto certificate = tls::Certificate::from_pem(chain, key);
  if (!certificate) {
    fault_ = certificate.error().message;
    return;
  }
  Result<std::shared_ptr<ssl::context>> context = make_context(chain, key);
  if (!context) {
    fault_ = context.error().message;
    return;
  }
  fault_.clear();
  context_ = *std::move(context);
  not_after_ = (*certificate)->facts().not_after;
}

std::optional<k8swatch::Finding> WebhookCertificate::current_problem() const {
  const std::string object = "File " + chain_path_;
  if (!fault_.empty())
    return k8swatch::Finding{
        k8swatch::Severity::error, object, "",
        "the certificate of the admission webhook, cannot be used with " + key_path_ + ": " + fault_ +
            (context_ == nullptr ? "; the webhook answers nobody" : "; the one before stays in use")};
  if (not_after_ < std::time(nullptr))
    return k8swatch::Finding{k8swatch::Severity::warning, object, "",
                             "the certificate of the admission webhook, has expired on " +
                                 utc_text(not_after_) + "; the API server will not accept it"};
  return std::nullopt;
}

}  // namespace headgate::app
