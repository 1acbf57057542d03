#pragma once
// Reads a multipart/form-data body (RFC 7578) as it arrives: small fields into memory, the one file into a
// temporary file that has no name. Independent of the connector's writer on purpose.

#include "crypto/digest.h"
#include "net/http_message.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace wac::sandbox {

/// A file without a name: gone when the last owner is.
class TempFile {
 public:
  TempFile();
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  /// False when the disk is full.
  bool append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// At most `most` bytes from `offset`; empty behind the end.
  std::string read(std::uint64_t offset, std::size_t most) const;

 private:
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

class MediaForm final : public net::BodySink {
 public:
  static constexpr std::size_t kMostHeaderBytes = 8 * 1024;
  static constexpr std::size_t kMostFieldBytes = 4 * 1024;

  void take(std::string_view bytes) override;

  /// The body was a whole form with this delimiter (as the Content-Type names it) and nothing is wrong with
  /// it.
  bool complete(std::string_view boundary) const;

  const std::map<std::string, std::string>& fields() const { return fields_; }
  /// Null: the form has none.
  const std::shared_ptr<TempFile>& file() const { return file_; }
  const std::string& file_type() const { return file_type_; }
  const std::string& file_name() const { return file_name_; }
  /// Of the file, when the form is complete.
  const crypto::Digest& file_digest() const { return digest_; }

 private:
  enum class State : std::uint8_t { kDelimiter, kHeaders, kContent, kAfterDelimiter, kEnd, kBroken };

  bool step();
  bool take_delimiter();
  bool take_headers();
  bool take_content();
  bool after_delimiter();
  void begin_part(std::string_view headers);
  void add_content(std::string_view bytes);
  void end_part();
  bool broken();

  State state_ = State::kDelimiter;
  std::string pending_;
  std::string delimiter_;  ///< with the CRLF before it
  std::string name_;
  bool in_file_ = false;
  std::map<std::string, std::string> fields_;
  std::shared_ptr<TempFile> file_;
  std::string file_type_;
  std::string file_name_;
  crypto::Sha256 hash_;
  crypto::Digest digest_{};
};

}  // namespace wac::sandbox
