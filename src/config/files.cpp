#include "config/files.h"

#include "base/expose.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace wac::config {
namespace {

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> failed(const char* where) {
  return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable, where, errno);
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Writes and syncs a file of our own, then gives it its name unless the name is taken.
Result<void> publish(const std::string& path, const Secret& value) {
  const std::string draft = path + "." + std::to_string(::getpid());
  ::unlink(draft.c_str());
  {
    const File file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    const bool written = file.get() >= 0 && write_all(file.get(), expose(value, Purpose::kAuthorization)) &&
                         write_all(file.get(), "\n") && ::fsync(file.get()) == 0;
    if (!written) {
      const auto error = failed("config: cannot write a secret");
      ::unlink(draft.c_str());
      return error;
    }
  }
  // link(), unlike rename(), leaves a file alone that another process has put there meanwhile.
  Result<void> outcome;
  if (::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST)
    outcome = failed("config: cannot name a secret");
  ::unlink(draft.c_str());
  return outcome;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::size_t max) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0) return failed("config: cannot open a file");
  struct stat status{};
  const bool sized = ::fstat(file.get(), &status) == 0 && status.st_size > 0;
  // A pipe has no size; most values are short.
  std::string text(
      std::min(max, std::max<std::size_t>(sized ? static_cast<std::size_t>(status.st_size) : 0, 4'095)) + 1,
      '\0');
  std::size_t size = 0;
  for (;;) {
    if (size == text.size() && size <= max) {
      std::string larger(max + 1, '\0');
      std::ranges::copy(text, larger.begin());
      wipe(text);
      text = std::move(larger);
    }
    if (size == text.size()) break;
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("config: cannot read a file");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > max) {
    wipe(text);
    return fail(ErrorCode::kTooLarge, "config: a file above its limit");
  }
  text.resize(size);
  return text;
}

Result<Secret> read_secret_file(const std::string& path) {
  auto text = read_text_file(path, kMaxValueBytes);
  if (!text) return std::unexpected(text.error());
  std::size_t size = text->size();
  while (size > 0 && ((*text)[size - 1] == '\n' || (*text)[size - 1] == '\r')) --size;
  Secret value{text->substr(0, size)};
  wipe(*text);
  return value;
}

Result<StoredSecret> read_or_create(const std::string& directory, const std::string& file,
                                    const std::function<Secret()>& make) {
  const std::string path = directory + "/" + file;
  if (auto present = read_secret_file(path)) {
    return StoredSecret{std::move(*present), false};
  } else if (present.error().code != ErrorCode::kNotFound) {
    return std::unexpected(present.error());
  }
  std::error_code ignored;
  const auto parent = std::filesystem::path{directory}.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, ignored);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return failed("config: cannot make DATA_DIR");
  if (const auto published = publish(path, make()); !published) return std::unexpected(published.error());
  const File folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failed("config: cannot sync DATA_DIR");
  auto value = read_secret_file(path);
  if (!value) return std::unexpected(value.error());
  return StoredSecret{std::move(*value), true};
}

}  // namespace wac::config
