#include "net/http_response_parser.h"

#include "net/http_syntax.h"

#include <algorithm>
#include <charconv>

namespace wac::net {
namespace {

using namespace http_syntax;

/// 1xx responses before the real one; a peer that sends more is not serious.
constexpr int kMostInterim = 8;

/// A header section seldom has more.
constexpr std::size_t kUsualFields = 16;

/// What a peer's word alone makes us allocate.
constexpr std::uint64_t kReserveAtMost = 64ULL * 1024;

std::unexpected<Error> broken(const char* where) {
  return fail(ErrorCode::kProtocol, where);
}
std::unexpected<Error> too_large(const char* where) {
  return fail(ErrorCode::kTooLarge, where);
}

/// Decimal digits alone: no sign, no space.
template <class Number>
bool read_number(std::string_view text, Number& out) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{};
}

}  // namespace

Result<std::size_t> ResponseParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (state_ != State::kDone && used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    const Result<std::size_t> took = state_ == State::kHead ? feed_head(rest) : feed_body(rest);
    if (!took) return took;
    used += *took;
  }
  return used;
}

Result<void> ResponseParser::end() {
  if (state_ == State::kUntilEnd) state_ = State::kDone;
  if (state_ == State::kDone) return {};
  return fail(ErrorCode::kConnectionLost, "http_client: the response ends early");
}

Result<std::size_t> ResponseParser::feed_head(std::string_view bytes) {
  // Usually the whole head is in one slice and is read where it lies.
  const std::size_t before = head_.size();
  std::string_view text = bytes;
  if (before != 0) {
    head_.append(bytes.substr(0, header_limit_ + 4 - std::min(header_limit_, before)));
    text = head_;
  }
  const std::size_t end = text.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  const std::size_t size = end == std::string_view::npos ? text.size() : end + 4;
  if (header_seen_ + size > header_limit_) return too_large("http_client: response header");
  if (end == std::string_view::npos) {
    if (before == 0) head_.assign(bytes);
    return bytes.size();
  }
  header_seen_ += size;
  const Result<void> taken = take_head(text.substr(0, end + 2));
  if (!taken) return std::unexpected(taken.error());
  head_.clear();
  return size - before;
}

Result<void> ResponseParser::take_head(std::string_view head) {
  response_.headers.clear();
  response_.headers.reserve(kUsualFields);
  minor_version_ = 1;
  has_encoding_ = has_length_ = close_ = keep_ = false;
  left_ = 0;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    const Result<void> taken = first ? take_status_line(line) : take_field(line);
    if (!taken) return taken;
    first = false;
    head.remove_prefix(end + 2);
  }
  if (response_.status == 101) return broken("http_client: 101 without an upgrade");
  if (response_.status >= 200) return choose_framing();
  if (++interim_ > kMostInterim) return broken("http_client: too many interim responses");
  return {};
}

Result<void> ResponseParser::take_status_line(std::string_view line) {
  // "HTTP/1.1 200 OK"; some servers leave out the space before an empty reason.
  const bool shaped = line.size() >= 12 && line.starts_with("HTTP/1.") &&
                      (line[7] == '0' || line[7] == '1') && line[8] == ' ' &&
                      (line.size() == 12 || line[12] == ' ') && is_value(line);
  if (!shaped || !read_number(line.substr(9, 3), response_.status) || response_.status < 100) {
    return broken("http_client: status line");
  }
  minor_version_ = line[7] - '0';
  return {};
}

Result<void> ResponseParser::take_field(std::string_view line) {
  // A folded line starts with a space, which no name does (RFC 9112, 5.2).
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return broken("http_client: header field");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_value(value)) return broken("http_client: header field");
  if (same_name(name, "content-length")) {
    if (has_length_ || !read_number(value, left_)) return broken("http_client: content-length");
    has_length_ = true;
  } else if (same_name(name, "transfer-encoding")) {
    if (has_encoding_ || !same_name(value, "chunked")) return broken("http_client: transfer-encoding");
    has_encoding_ = true;
  } else if (same_name(name, "connection")) {
    close_ = close_ || has_token(value, "close");
    keep_ = keep_ || has_token(value, "keep-alive");
  }
  response_.headers.emplace_back(name, value);
  return {};
}

Result<void> ResponseParser::choose_framing() {
  if (has_encoding_ && (has_length_ || minor_version_ == 0)) {
    return broken("http_client: transfer-encoding with content-length or HTTP/1.0");
  }
  keep_alive_ = !close_ && (minor_version_ == 1 || keep_);
  if (rule_ == BodyRule::kNever || response_.status == 204 || response_.status == 304) {
    state_ = State::kDone;
  } else if (has_encoding_) {
    chunks_.start(body_limit_);
    state_ = State::kChunked;
  } else if (!has_length_) {
    keep_alive_ = false;
    state_ = State::kUntilEnd;
  } else {
    if (left_ > body_limit_) return too_large("http_client: response body");
    announced_ = left_;
    response_.body.reserve(std::min<std::uint64_t>(left_, kReserveAtMost));
    state_ = left_ == 0 ? State::kDone : State::kLength;
  }
  return {};
}

Result<std::size_t> ResponseParser::feed_body(std::string_view bytes) {
  if (state_ == State::kChunked) {
    std::string_view rest = bytes;
    const ChunkedDecoder::Step step = chunks_.feed(rest, response_.body);
    if (step == ChunkedDecoder::Step::kRefused) {
      return chunks_.refused_status() == 400 ? broken(chunks_.refused_why())
                                             : too_large(chunks_.refused_why());
    }
    if (step == ChunkedDecoder::Step::kDone) state_ = State::kDone;
    return bytes.size() - rest.size();
  }
  std::size_t used = bytes.size();
  if (state_ == State::kLength) {
    used = static_cast<std::size_t>(std::min<std::uint64_t>(left_, used));
    left_ -= used;
    if (left_ == 0) state_ = State::kDone;
  } else if (used > body_limit_ - body_seen_) {
    return too_large("http_client: response body");
  }
  body_seen_ += used;
  response_.body.append(bytes.substr(0, used));
  return used;
}

}  // namespace wac::net
