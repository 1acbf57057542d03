#include "archive/folder_files.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

namespace wac::archive {
namespace {

constexpr std::string_view kTemporary = ".tmp-";
constexpr std::size_t kShards = 256;
constexpr std::size_t kSeenAtOnce = 10'000;

std::unexpected<Error> failed(const char* where, int code = errno) {
  if (code == ENOSPC || code == EDQUOT) return fail(ErrorCode::kTooLarge, where, code);
  if (code == ENOENT) return fail(ErrorCode::kNotFound, where, code);
  return fail(ErrorCode::kUnavailable, where, code);
}

std::string shard_of(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string{name.substr(0, 2)};
}

Descriptor open_folder(const std::string& path) {
  return Descriptor{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

/// Opens a sub-folder, made where it is missing.
Result<Descriptor> open_shard(const std::string& folder, std::string_view name) {
  const std::string path = shard_of(folder, name);
  Descriptor shard = open_folder(path);
  if (shard) return shard;
  if (errno != ENOENT) return failed("archive: sub-folder");
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("archive: making a sub-folder");
  const Descriptor parent = open_folder(folder);
  if (!parent || ::fsync(parent.get()) != 0) return failed("archive: making a sub-folder durable");
  shard = open_folder(path);
  if (!shard) return failed("archive: sub-folder");
  return shard;
}

Result<void> has_room(const std::string& folder, std::uint64_t min_free) {
  if (min_free == 0) return {};
  struct statvfs room{};
  if (::statvfs(folder.c_str(), &room) != 0) return failed("archive: free space");
  if (std::uint64_t{room.f_bavail} * room.f_frsize < min_free) {
    return fail(ErrorCode::kTooLarge, "archive: less free space than MEDIA_ARCHIVE_MIN_FREE_BYTES");
  }
  return {};
}

/// Without replacing: EEXIST in errno when there is one of that name.
bool rename_if_absent(int folder, const std::string& from, const std::string& to) {
  if (::renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // File systems without that, such as NFS, know links.
  if (::linkat(folder, from.c_str(), folder, to.c_str(), 0) != 0) return false;
  ::unlinkat(folder, from.c_str(), 0);
  return true;
}

bool too_old(const struct stat& file, std::string_view name, const ArchiveStore::Ages& ages) {
  const WallTime written =
      from_millis(std::int64_t{file.st_mtim.tv_sec} * 1'000 + std::int64_t{file.st_mtim.tv_nsec} / 1'000'000);
  if (name.starts_with(kTemporary)) return written < ages.remains;
  const std::optional<WallTime>& bound = file.st_size == 0 ? ages.empty_files : ages.files;
  return bound && written < *bound;
}

struct Listing {
  DIR* folder;  ///< null: there is no such folder
  ~Listing() {
    if (folder != nullptr) ::closedir(folder);
  }
};

/// How many files were seen.
std::size_t purge_shard(const std::string& path, const ArchiveStore::Ages& ages, std::size_t& removed) {
  const Listing listing{::opendir(path.c_str())};
  if (listing.folder == nullptr) return 0;
  const int folder = ::dirfd(listing.folder);
  std::size_t seen = 0;
  while (const dirent* entry = ::readdir(listing.folder)) {
    const std::string_view name{static_cast<const char*>(entry->d_name)};
    struct stat file{};
    if (::fstatat(folder, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.st_mode)) continue;
    ++seen;
    if (too_old(file, name, ages) && ::unlinkat(folder, entry->d_name, 0) == 0) ++removed;
  }
  return seen;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<NewFile> NewFile::create(const std::string& folder, const std::string& name, const std::string& unique,
                                std::uint64_t min_free) {
  if (auto room = has_room(folder, min_free); !room) return std::unexpected(room.error());
  auto shard = open_shard(folder, name);
  if (!shard) return std::unexpected(shard.error());
  std::string temporary = std::string{kTemporary} + unique;
  Descriptor file{
      ::openat(shard->get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return failed("archive: making a file");
  return NewFile{std::move(file), std::move(*shard), std::move(temporary), name};
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlinkat(shard_.get(), temporary_.c_str(), 0);
}

Result<void> NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("archive: writing");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> NewFile::publish(Existing existing) {
  if (::fsync(file_.get()) != 0) return failed("archive: making a file durable");
  const bool renamed = existing == Existing::kReplaced
                           ? ::renameat(shard_.get(), temporary_.c_str(), shard_.get(), name_.c_str()) == 0
                           : rename_if_absent(shard_.get(), temporary_, name_);
  // Beside one that was there before, the new one is removed.
  if (!renamed) {
    if (errno == EEXIST) return {};
    return failed("archive: naming a file");
  }
  temporary_.clear();
  if (::fsync(shard_.get()) != 0) return failed("archive: making a name durable");
  return {};
}

Result<OpenFile> open_file(const std::string& folder, const std::string& name) {
  const std::string path = shard_of(folder, name) + "/" + name;
  OpenFile open{Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)}};
  struct stat file{};
  if (!open.file || ::fstat(open.file.get(), &file) != 0) return failed("archive: opening a file");
  open.size = static_cast<std::uint64_t>(file.st_size);
  return open;
}

Result<void> read_at(int file, std::uint64_t at, std::string& out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(file, out.data() + done, out.size() - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("archive: reading");
    if (got == 0) return fail(ErrorCode::kCorrupt, "archive: a file ends early");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

Result<PurgeRound> purge_shards(const std::string& folder, std::size_t shard,
                                const ArchiveStore::Ages& ages) {
  PurgeRound round;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < kShards && seen < kSeenAtOnce; ++i) {
    std::array<char, 3> name{};
    std::snprintf(name.data(), name.size(), "%02x", static_cast<unsigned>((shard + i) % kShards));
    seen += purge_shard(shard_of(folder, name.data()), ages, round.removed);
    round.next_shard = (shard + i + 1) % kShards;
  }
  return round;
}

Result<void> probe_folder(const std::string& folder) {
  const std::string path = folder + "/" + std::string{kTemporary} + "probe-" + std::to_string(::getpid());
  const Descriptor parent = open_folder(folder);
  if (!parent) return failed("archive: the folder");
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return failed("archive: making a file");
  const bool durable = ::write(file.get(), "x", 1) == 1 && ::fsync(file.get()) == 0;
  const int code = errno;
  const bool removed = ::unlink(path.c_str()) == 0 && ::fsync(parent.get()) == 0;
  if (!durable) return failed("archive: writing", code);
  if (!removed) return failed("archive: removing a file");
  return {};
}

}  // namespace wac::archive
