#include "archive/sealed_bodies.h"

#include <algorithm>

namespace wac::archive {

using Place = crypto::ChunkCipher::Place;

std::optional<std::uint64_t> SealingBody::length() const {
  if (!expected_.size) return std::nullopt;
  return Layout::of_content(*expected_.size, head_bytes_, kChunkBytes).file_bytes();
}

Task<Result<std::string_view>> SealingBody::next() {
  if (!std::exchange(begun_, true)) co_return std::string_view{out_};
  out_.clear();
  if (ended_) co_return std::string_view{};
  while (plain_.size() < kChunkBytes && !content_ended_) {
    const Result<std::string_view> piece = co_await content_.read();
    if (!piece) co_return std::unexpected(piece.error());
    content_ended_ = piece->empty();
    hash_.update(*piece);
    size_ += piece->size();
    plain_ += *piece;
    // One that is too long must not be read to its end.
    if (expected_.size && size_ > *expected_.size) {
      co_return fail(ErrorCode::kCorrupt, "archive: content longer than announced");
    }
  }
  if (!plain_.empty()) {
    const std::size_t taken = std::min(plain_.size(), kChunkBytes);
    cipher_.seal(number_++, Place::kMore, std::string_view{plain_}.substr(0, taken), out_);
    plain_.erase(0, taken);
  }
  if (content_ended_ && plain_.empty()) {
    if (const auto finished = finish(); !finished) co_return std::unexpected(finished.error());
  }
  co_return std::string_view{out_};
}

Result<void> SealingBody::finish() {
  const Trailer trailer{size_, hash_.finish()};
  if (expected_.size && trailer.size != *expected_.size) {
    return fail(ErrorCode::kCorrupt, "archive: content shorter than announced");
  }
  if (expected_.sha256 && trailer.sha256 != *expected_.sha256) {
    return fail(ErrorCode::kCorrupt, "archive: content of another hash");
  }
  cipher_.seal(number_, Place::kLast, encode(trailer), out_);
  ended_ = true;
  return {};
}

Task<Result<std::string_view>> OpeningBody::next() {
  if (left_ == 0) co_return std::string_view{};
  const std::size_t wanted = std::min<std::uint64_t>(sealed_chunk_, part_.length);
  while (buffer_.size() < wanted) {
    const Result<std::string_view> piece = co_await sealed_->next();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return fail(ErrorCode::kCorrupt, "archive: a file ends early");
    buffer_ += *piece;
  }
  plain_.clear();
  const std::string_view sealed = std::string_view{buffer_}.substr(0, wanted);
  if (!cipher_.open(part_.first_chunk, Place::kMore, sealed, plain_)) {
    co_return fail(ErrorCode::kCorrupt, "archive: a chunk is not the one that was written");
  }
  buffer_.erase(0, wanted);
  ++part_.first_chunk;
  part_.length -= wanted;
  const std::string_view text = std::string_view{plain_}.substr(std::exchange(part_.skip, 0));
  const std::string_view given = text.substr(0, std::min<std::uint64_t>(text.size(), left_));
  left_ -= given.size();
  if (given.empty()) co_return fail(ErrorCode::kCorrupt, "archive: an empty chunk");
  co_return given;
}

}  // namespace wac::archive
