#include "sandbox/append_file.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace wac::sandbox {

Result<AppendFile> AppendFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::kUnavailable, "open the ledger file", errno);
  AppendFile file(fd, {});
  std::array<char, 65'536> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0) return fail(ErrorCode::kUnavailable, "read the ledger file", errno);
    if (count == 0) return file;
    file.content_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), content_(std::move(other.content_)) {}

AppendFile::~AppendFile() {
  if (fd_ >= 0) ::close(fd_);
}

void AppendFile::truncate(std::size_t size) {
  // Failing leaves old lines behind, which a reader of the file sees by their sequence numbers.
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return;
}

bool AppendFile::append(std::string_view line) {
  while (!line.empty()) {
    const ssize_t count = ::write(fd_, line.data(), line.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    line.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace wac::sandbox
