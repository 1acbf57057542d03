#pragma once
// The chunked transfer coding (RFC 9112 §7.1), decoded one byte at a time so that slicing cannot matter. Ours
// instead of Beast 1.81's, which merges trailers into the header, bounds neither them nor chunk headers, and
// fails an assertion when a last chunk arrives in pieces. For net/ only.

#include <cstdint>
#include <string>
#include <string_view>

namespace wac::net {

class ChunkedDecoder {
 public:
  /// Bytes of chunk extensions a body may carry in all; more: 431. None of them means anything to us.
  static constexpr std::size_t kExtensionBytes = 1024;
  /// Bytes of trailer section; more: 431. Trailers are checked for form and dropped.
  static constexpr std::size_t kTrailerBytes = 4096;

  enum class Step : std::uint8_t { kNeedMore, kDone, kRefused };

  /// `limit`: decoded bytes of one body; more: 413.
  void start(std::size_t limit);

  /// Consumes a prefix of `bytes` and appends the decoded data to `body`.
  Step feed(std::string_view& bytes, std::string& body);

  int refused_status() const { return status_; }
  /// A string literal.
  const char* refused_why() const { return why_; }

 private:
  enum class State : std::uint8_t {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailerName,
    kTrailerValue,
    kTrailerLf,
    kEndLf,
  };

  Step take(char c);
  Step take_size(char c);
  Step take_trailer(char c);
  Step end_of_size_line();
  Step expect(char wanted, char c, State next);
  Step refuse(int status, const char* why);

  State state_ = State::kSize;
  std::size_t limit_ = 0;
  std::uint64_t size_ = 0;
  int digits_ = 0;
  std::size_t extension_ = 0;
  std::size_t trailer_ = 0;
  int status_ = 0;
  const char* why_ = "";
};

}  // namespace wac::net
