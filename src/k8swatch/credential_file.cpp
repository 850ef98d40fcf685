#include "k8swatch/credential_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file_descriptor.h"
#include "base/log.h"

namespace headgate::k8swatch {
Result<std::string> read_credential_file(const std::string& path) {
  const auto failed = [&](const std::string& reason) { return fail(path + ": " + reason); };
  const auto file = FileDescriptor::to_read(path);
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) return failed(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return failed("is not a file");
  std::string text;
  char block[16384];
  while (true) {
    const ssize_t size = ::read(file.number(), block, sizeof(block));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed(std::strerror(errno));
    if (size == 0) return text;
    text.append(block, static_cast<std::size_t>(size));
    if (text.size() > kMostCredentialBytes)
      return failed("is longer than " + std::to_string(kMostCredentialBytes) + " bytes");
  }
}

Result<std::string> Credential::read() const {
  Result<std::string> text = read_credential_file(source_.path);
  if (!text) return text;
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) return fail(source_.path + ": is empty");
  if (check_ != nullptr) {
    if (const Result<void> good = check_(*text); !good)
      return fail(source_.path + ": " + good.error().message);
  }
  return text;
}

Result<std::string> Credential::text(TimePoint now) {
  if (source_.path.empty()) return source_.text;
  if (text_ && next_read_ && now < *next_read_) return *text_;
  Result<std::string> fresh = read();
  next_read_ = now + (fresh ? kKeep : kLookAgain);
  if (fresh) {
    complained_ = false;
    text_ = *std::move(fresh);
    return *text_;
  }
  if (!text_) return fresh;
  if (!complained_) log::warning("credential " + fresh.error().message + "; what was read before is used on");
  complained_ = true;
  return *text_;
}

}  // namespace headgate::k8swatch
