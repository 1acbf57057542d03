#include "archive/folder_store.h"

#include "archive/folder_files.h"

#include <algorithm>

namespace wac::archive {
namespace {

constexpr std::uint64_t kReadAtOnce = 128UL * 1024;

class FolderFile final : public StoredFile {
 public:
  FolderFile(OpenFile open, DiskWorkers& workers, Scheduler& loop)
      : open_(std::move(open)), workers_(workers), loop_(loop) {}

  std::uint64_t size() const override { return open_.size; }
  std::unique_ptr<net::BodySource> read(std::uint64_t from, std::uint64_t length) override;

  Task<Result<void>> fill(std::uint64_t at, std::string* out) {
    co_return co_await on_disk<Result<void>>(
        workers_, loop_, [file = open_.file.get(), at, out] { return read_at(file, at, *out); });
  }

 private:
  OpenFile open_;
  DiskWorkers& workers_;
  Scheduler& loop_;
};

class FolderRange final : public net::BodySource {
 public:
  FolderRange(FolderFile& file, std::uint64_t from, std::uint64_t length)
      : file_(file), at_(from), left_(length), length_(length) {}

  std::optional<std::uint64_t> length() const override { return length_; }
  Task<Result<std::string_view>> next() override {
    buffer_.resize(std::min(left_, kReadAtOnce));
    if (buffer_.empty()) co_return std::string_view{};
    const auto filled = co_await file_.fill(at_, &buffer_);
    if (!filled) co_return std::unexpected(filled.error());
    at_ += buffer_.size();
    left_ -= buffer_.size();
    co_return std::string_view{buffer_};
  }

 private:
  FolderFile& file_;
  std::uint64_t at_;
  std::uint64_t left_;
  std::uint64_t length_;
  std::string buffer_;
};

std::unique_ptr<net::BodySource> FolderFile::read(std::uint64_t from, std::uint64_t length) {
  return std::make_unique<FolderRange>(*this, from, length);
}

}  // namespace

Task<Result<void>> FolderStore::put(crypto::Fingerprint name, net::BodySource& content) {
  auto file = co_await on_disk<Result<NewFile>>(
      workers_, loop_, [rules = rules_, name = name.hex(), unique = make_uuid(random_)] {
        return NewFile::create(rules.folder, name, unique, rules.min_free);
      });
  if (!file) co_return std::unexpected(file.error());
  const Result<void> written = co_await write_all(*file, content);
  // Also what was begun in vain is removed where waiting for the disk harms nobody.
  co_return co_await on_disk<Result<void>>(workers_, loop_,
                                           [out = std::move(*file), written]() mutable -> Result<void> {
                                             NewFile last = std::move(out);
                                             if (!written) return written;
                                             return last.publish(NewFile::Existing::kStays);
                                           });
}

Task<Result<void>> FolderStore::write_all(NewFile& file, net::BodySource& content) {
  for (;;) {
    const Result<std::string_view> piece = co_await content.next();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return Result<void>{};
    const auto written = co_await on_disk<Result<void>>(
        workers_, loop_, [out = &file, bytes = *piece] { return out->write(bytes); });
    if (!written) co_return written;
  }
}

Task<Result<void>> FolderStore::put_empty(crypto::Fingerprint name) {
  // Also on a full disk: an erased file is smaller than what it replaces.
  co_return co_await on_disk<Result<void>>(
      workers_, loop_,
      [folder = rules_.folder, name = name.hex(), unique = make_uuid(random_)]() -> Result<void> {
        auto file = NewFile::create(folder, name, unique, 0);
        if (!file) return std::unexpected(file.error());
        return file->publish(NewFile::Existing::kReplaced);
      });
}

Task<Result<std::unique_ptr<StoredFile>>> FolderStore::open(crypto::Fingerprint name) {
  auto opened = co_await on_disk<Result<OpenFile>>(
      workers_, loop_, [folder = rules_.folder, name = name.hex()] { return open_file(folder, name); });
  if (!opened) co_return std::unexpected(opened.error());
  std::unique_ptr<StoredFile> file = std::make_unique<FolderFile>(std::move(*opened), workers_, loop_);
  co_return file;
}

Task<Result<std::size_t>> FolderStore::purge(Ages ages) {
  const auto round = co_await on_disk<Result<PurgeRound>>(
      workers_, loop_,
      [folder = rules_.folder, shard = next_shard_, ages] { return purge_shards(folder, shard, ages); });
  if (!round) co_return std::unexpected(round.error());
  next_shard_ = round->next_shard;
  co_return round->removed;
}

}  // namespace wac::archive
