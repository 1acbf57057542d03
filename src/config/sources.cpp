#include "config/sources.h"

#include "config/files.h"

#include <algorithm>
#include <sys/stat.h>

namespace wac::config {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileStamp stamp_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {true,
          status.st_dev,
          status.st_ino,
          status.st_size,
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

std::optional<Secret> Sources::variable(const std::string& name) const {
  auto text = variables_(name);
  if (!text || text->empty()) return std::nullopt;
  return Secret{std::move(*text)};
}

std::optional<Secret> Sources::secret_variable(const std::string& name) {
  secret_variables_.insert(name);
  return variable(name);
}

Result<Secret> Sources::secret_file(const std::string& path, bool watched) {
  // The stamp first: a change between the two is then noticed as one.
  if (watched) files_.push_back({path, stamp_of(path), false});
  auto value = read_secret_file(path);
  if (value && value->empty()) return fail(ErrorCode::kNotFound, "config: an empty file");
  return value;
}

Result<std::string> Sources::tenants_file(const std::string& path) {
  files_.push_back({path, stamp_of(path), true});
  return read_text_file(path, kMaxTenantsFileBytes);
}

}  // namespace wac::config
