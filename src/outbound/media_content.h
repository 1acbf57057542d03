#pragma once
// A file on its way from its server to Graph: looked at, hashed and counted while it passes, never held
// whole.

#include "crypto/digest.h"
#include "net/http_transfer.h"
#include "outbound/media_rules.h"
#include "whatsapp/media_types.h"

#include <memory>
#include <string>

namespace wac::outbound {

/// The beginning of a file, read ahead: enough to recognise it, and for most images the whole of it.
inline constexpr std::size_t kReadAhead = 256 * 1024;

struct MediaHead {
  std::string bytes;
  bool complete = false;  ///< that was the whole file
};
/// Reads up to kReadAhead bytes. `download` is positioned behind them.
Task<std::expected<MediaHead, MediaFailure>> read_head(net::Download& download);

/// The multipart body of POST /{phone number id}/media (facts §1.3).
class MediaUpload final : public net::BodySource {
 public:
  /// `rest` continues behind `head` unless that is complete; it outlives this. `boundary`: random, 1 to 70
  /// letters and digits. `max_bytes`: of the file; a longer one breaks the upload (kTooLarge).
  MediaUpload(MediaHead head, net::Download& rest, const whatsapp::MediaType& type, std::string boundary,
              std::uint64_t max_bytes);

  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }

  std::optional<std::uint64_t> length() const override;
  Task<Result<std::string_view>> next() override;
  void cancel() override { rest_.close(); }

  /// After a complete upload: of the file alone.
  crypto::Digest digest() { return hash_.finish(); }
  std::uint64_t file_bytes() const { return seen_; }
  /// Why the file ended early; nothing when it did not.
  const std::optional<Error>& broken() const { return broken_; }

 private:
  enum class Part : std::uint8_t { kForm, kHead, kRest, kEnd, kDone };
  Result<std::string_view> pass(std::string_view bytes);
  Result<std::string_view> break_with(Error error);

  MediaHead head_;
  net::Download& rest_;
  std::string boundary_;
  std::string form_;
  std::string end_;
  std::uint64_t max_bytes_;
  std::uint64_t seen_ = 0;
  Part part_ = Part::kForm;
  crypto::Sha256 hash_;
  std::optional<Error> broken_;
};

}  // namespace wac::outbound
