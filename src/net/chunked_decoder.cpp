#include "net/chunked_decoder.h"

#include "net/http_syntax.h"

#include <algorithm>

namespace wac::net {

void ChunkedDecoder::start(std::size_t limit) {
  *this = ChunkedDecoder{};
  limit_ = limit;
}

ChunkedDecoder::Step ChunkedDecoder::refuse(int status, const char* why) {
  status_ = status;
  why_ = why;
  return Step::kRefused;
}

ChunkedDecoder::Step ChunkedDecoder::feed(std::string_view& bytes, std::string& body) {
  while (!bytes.empty()) {
    if (state_ == State::kData) {
      const std::size_t n = std::min<std::size_t>(size_, bytes.size());
      body.append(bytes.substr(0, n));
      bytes.remove_prefix(n);
      size_ -= n;
      limit_ -= n;
      if (size_ == 0) state_ = State::kDataCr;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (const Step step = take(c); step != Step::kNeedMore) return step;
  }
  return Step::kNeedMore;
}

ChunkedDecoder::Step ChunkedDecoder::take(char c) {
  switch (state_) {
    case State::kSize:
      return take_size(c);
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeLf;
        return Step::kNeedMore;
      }
      if (!http_syntax::is_value_char(c)) return refuse(400, "control character in a chunk extension");
      if (++extension_ > kExtensionBytes) return refuse(431, "chunk extensions too long");
      return Step::kNeedMore;
    case State::kSizeLf:
      return c == '\n' ? end_of_size_line() : refuse(400, "carriage return without line feed");
    case State::kDataCr:
      return expect('\r', c, State::kDataLf);
    case State::kDataLf:
      digits_ = 0;
      return expect('\n', c, State::kSize);
    case State::kEndLf:
      return c == '\n' ? Step::kDone : refuse(400, "carriage return without line feed");
    case State::kData:
      break;
    case State::kTrailerStart:
    case State::kTrailerName:
    case State::kTrailerValue:
    case State::kTrailerLf:
      return take_trailer(c);
  }
  return refuse(400, "chunk malformed");
}

ChunkedDecoder::Step ChunkedDecoder::expect(char wanted, char c, State next) {
  if (c != wanted) return refuse(400, "chunk data does not end where its size says");
  state_ = next;
  return Step::kNeedMore;
}

ChunkedDecoder::Step ChunkedDecoder::take_size(char c) {
  // Fifteen digits cannot overflow, and no honest peer pads a size beyond that.
  constexpr int kMaxDigits = 15;
  if (const int value = http_syntax::hex_value(c); value >= 0) {
    if (++digits_ > kMaxDigits) return refuse(400, "chunk size too long");
    size_ = size_ * 16 + static_cast<std::uint64_t>(value);
    return Step::kNeedMore;
  }
  if (digits_ == 0) return refuse(400, "chunk size is not a number");
  if (c == '\r') {
    state_ = State::kSizeLf;
  } else if (c == ';') {
    state_ = State::kExtension;
  } else {
    return refuse(400, "chunk size is not a number");
  }
  return Step::kNeedMore;
}

ChunkedDecoder::Step ChunkedDecoder::end_of_size_line() {
  if (size_ > limit_) return refuse(413, "body too large");
  state_ = size_ == 0 ? State::kTrailerStart : State::kData;
  return Step::kNeedMore;
}

ChunkedDecoder::Step ChunkedDecoder::take_trailer(char c) {
  if (++trailer_ > kTrailerBytes) return refuse(431, "trailers too long");
  switch (state_) {
    case State::kTrailerStart:
      if (c == '\r') {
        state_ = State::kEndLf;
        return Step::kNeedMore;
      }
      state_ = State::kTrailerName;
      return http_syntax::is_token_char(c) ? Step::kNeedMore : refuse(400, "trailer malformed");
    case State::kTrailerName:
      if (c == ':') {
        state_ = State::kTrailerValue;
        return Step::kNeedMore;
      }
      return http_syntax::is_token_char(c) ? Step::kNeedMore : refuse(400, "trailer malformed");
    case State::kTrailerValue:
      if (c == '\r') {
        state_ = State::kTrailerLf;
        return Step::kNeedMore;
      }
      return !http_syntax::is_value_char(c) ? refuse(400, "control character in a trailer") : Step::kNeedMore;
    default:
      state_ = State::kTrailerStart;
      return c == '\n' ? Step::kNeedMore : refuse(400, "carriage return without line feed");
  }
}

}  // namespace wac::net
