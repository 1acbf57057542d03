#pragma once
// Between a file's content and its archived form, piece by piece in constant memory.

#include "archive/file_format.h"
#include "net/http_transfer.h"

namespace wac::archive {

/// Content that comes in, in its archived form. What it has is checked before the trailer is given out, so
/// that a store never sees the end of a file that is not what it should be.
class SealingBody final : public net::BodySource {
 public:
  /// What is known of the content; what is not known is not checked.
  struct Expected {
    std::optional<std::uint64_t> size;
    std::optional<crypto::Digest> sha256;
  };
  /// `head`: as write_head() gave it. `content` outlives it.
  SealingBody(net::Download& content, std::string head, crypto::ChunkCipher cipher, Expected expected)
      : content_(content), cipher_(std::move(cipher)), expected_(expected), head_bytes_(head.size()) {
    out_ = std::move(head);
  }

  std::optional<std::uint64_t> length() const override;
  /// Besides the content's own errors kCorrupt: it is not what was expected.
  Task<Result<std::string_view>> next() override;

 private:
  Result<void> finish();

  net::Download& content_;
  crypto::ChunkCipher cipher_;
  Expected expected_;
  std::size_t head_bytes_;
  crypto::Sha256 hash_;
  std::uint64_t size_ = 0;
  std::uint64_t number_ = 0;
  std::string plain_;
  std::string out_;
  bool begun_ = false;
  bool content_ended_ = false;
  bool ended_ = false;
};

/// A range of the content out of its archived form.
class OpeningBody final : public net::BodySource {
 public:
  /// `sealed`: what lies at `part`. `length`: of the range.
  OpeningBody(std::unique_ptr<net::BodySource> sealed, crypto::ChunkCipher cipher, std::size_t chunk_bytes,
              Layout::Part part, std::uint64_t length)
      : sealed_(std::move(sealed)),
        cipher_(std::move(cipher)),
        sealed_chunk_(chunk_bytes + crypto::ChunkCipher::kTagBytes),
        part_(part),
        left_(length),
        length_(length) {}

  std::optional<std::uint64_t> length() const override { return length_; }
  /// Besides the store's own errors kCorrupt: a chunk is not the one that was written.
  Task<Result<std::string_view>> next() override;

 private:
  std::unique_ptr<net::BodySource> sealed_;
  crypto::ChunkCipher cipher_;
  std::size_t sealed_chunk_;
  Layout::Part part_;  ///< of it, what has not been opened yet
  std::uint64_t left_;
  std::uint64_t length_;
  std::string buffer_;
  std::string plain_;
};

}  // namespace wac::archive
