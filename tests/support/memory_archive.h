#pragma once
// An archive's store in memory, whose files a test may damage. For programs that link archive.

#include "archive/archive_store.h"

#include <map>
#include <string>

namespace wac::testing {

class MemoryBody final : public net::BodySource {
 public:
  explicit MemoryBody(std::string text, std::size_t piece = 10'000) : text_(std::move(text)), piece_(piece) {}
  std::optional<std::uint64_t> length() const override { return text_.size(); }
  Task<Result<std::string_view>> next() override {
    const std::string_view piece = std::string_view{text_}.substr(at_, piece_);
    at_ += piece.size();
    co_return piece;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

class MemoryArchive final : public archive::ArchiveStore {
 public:
  std::map<crypto::Fingerprint, std::string> files;
  /// What every call answers.
  std::optional<Error> broken;
  std::vector<Ages> purges;
  std::size_t puts = 0;

  Task<Result<void>> put(crypto::Fingerprint name, net::BodySource& content) override {
    ++puts;
    if (broken) co_return std::unexpected(*broken);
    std::string all;
    for (;;) {
      const Result<std::string_view> piece = co_await content.next();
      if (!piece) co_return std::unexpected(piece.error());
      if (piece->empty()) break;
      all += *piece;
    }
    if (content.length() && *content.length() != all.size()) std::abort();
    files.try_emplace(name, std::move(all));
    co_return Result<void>{};
  }
  Task<Result<void>> put_empty(crypto::Fingerprint name) override {
    if (broken) co_return std::unexpected(*broken);
    files[name].clear();
    co_return Result<void>{};
  }
  Task<Result<std::unique_ptr<archive::StoredFile>>> open(crypto::Fingerprint name) override {
    if (broken) co_return std::unexpected(*broken);
    const auto found = files.find(name);
    if (found == files.end()) co_return fail(ErrorCode::kNotFound, "memory");
    std::unique_ptr<archive::StoredFile> file = std::make_unique<File>(found->second);
    co_return file;
  }
  Task<Result<std::size_t>> purge(Ages ages) override {
    purges.push_back(ages);
    co_return std::size_t{0};
  }

 private:
  class File final : public archive::StoredFile {
   public:
    explicit File(std::string text) : text_(std::move(text)) {}
    std::uint64_t size() const override { return text_.size(); }
    std::unique_ptr<net::BodySource> read(std::uint64_t from, std::uint64_t length) override {
      return std::make_unique<MemoryBody>(text_.substr(from, length));
    }

   private:
    std::string text_;
  };
};

/// What a body holds, or the name of the error that ends it.
inline Task<std::string> text_of_body(net::BodySource& body) {
  std::string all;
  for (;;) {
    const Result<std::string_view> piece = co_await body.next();
    if (!piece) co_return "error: " + std::string{name(piece.error().code)};
    if (piece->empty()) co_return all;
    all += *piece;
  }
}

}  // namespace wac::testing
