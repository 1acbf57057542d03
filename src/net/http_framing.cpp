#include "net/http_framing.h"

#include "net/http_syntax.h"

#include <boost/beast/http/basic_parser.hpp>

#include <charconv>

namespace wac::net {

namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

std::string_view to_std(string_view text) {
  return {text.data(), text.size()};
}

Method to_method(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::put:
      return Method::kPut;
    case http::verb::patch:
      return Method::kPatch;
    case http::verb::delete_:
      return Method::kDelete;
    case http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

/// Why Beast refused a header section, as a literal of ours.
const char* describe(const error_code& ec) {
  if (ec == http::error::bad_method) return "method malformed";
  if (ec == http::error::bad_target) return "target malformed";
  if (ec == http::error::bad_version) return "request line malformed, or version not 1.0 or 1.1";
  if (ec == http::error::bad_field) return "field name malformed";
  if (ec == http::error::bad_line_ending) return "carriage return without line feed";
  if (ec == http::error::bad_value) return "field value malformed";
  if (ec == http::error::multiple_content_length) return "more than one content-length";
  if (ec == http::error::bad_content_length) return "content-length malformed, or with transfer-encoding";
  if (ec == http::error::bad_transfer_encoding) return "transfer-encoding repeated, or with content-length";
  return "header section malformed";
}

const char* target_fault(std::string_view target) {
  if (!target.starts_with('/')) return "target is not in origin form";
  const bool fine = http_syntax::is_target(target) && !target.contains('#');
  return fine ? nullptr : "target holds a character no URL path may hold";
}

/// Lets Beast take a header section apart and adds the checks it leaves out (B1, B2 of the style guide). It
/// never sees a body: where a request ends is decided by RequestReader alone.
class HeadParser final : public http::basic_parser<true> {
 public:
  explicit HeadParser(RequestHead& head) : head_(head) {}

  /// Returns the literal reason to refuse, or null.
  const char* parse(std::string_view text) {
    header_limit(static_cast<std::uint32_t>(text.size()));
    body_limit(boost::none);
    error_code ec;
    put(boost::asio::buffer(text), ec);
    if (fault_ != nullptr) return fault_;
    if (ec) return describe(ec);
    if (!is_header_done()) return "header section malformed";
    return judge();
  }

  bool chunked() const { return transfer_encodings_ == 1; }
  std::uint64_t length() const { return length_; }
  bool bad_expectation() const { return expectations_ > 1 || (expectations_ == 1 && !expects_continue_); }
  bool expects_continue() const { return expects_continue_; }

 private:
  const char* judge() {
    const bool modern = head_.version == HttpVersion::k11;
    if (hosts_ > 1) return "more than one host";
    if (hosts_ == 0 && modern) return "no host";
    if (lengths_ > 1) return "more than one content-length";
    if (transfer_encodings_ > 1) return "more than one transfer-encoding";
    if (transfer_encodings_ == 1 && !modern) return "transfer-encoding on HTTP/1.0";
    if (transfer_encodings_ == 1 && lengths_ == 1) return "content-length and transfer-encoding together";
    head_.keep_alive = keep_alive();
    return nullptr;
  }

  const char* check(http::field name, std::string_view value) {
    if (!http_syntax::is_value(value)) return "control character in a field value";
    switch (name) {
      case http::field::host:
        ++hosts_;
        return value.find_first_of(" \t,/?#@\\") == value.npos ? nullptr : "host malformed";
      case http::field::content_length:
        ++lengths_;
        return parse_length(value) ? nullptr : "content-length is not a number";
      case http::field::transfer_encoding:
        ++transfer_encodings_;
        return http_syntax::same_name(value, "chunked") ? nullptr
                                                        : "transfer-encoding is not exactly chunked";
      case http::field::expect:
        ++expectations_;
        expects_continue_ = http_syntax::same_name(value, "100-continue");
        return nullptr;
      default:
        return nullptr;
    }
  }

  bool parse_length(std::string_view value) {
    if (value.empty() || value.size() > 18 || !std::ranges::all_of(value, http_syntax::is_digit))
      return false;
    std::from_chars(value.data(), value.data() + value.size(), length_);
    return true;
  }

  void stop(const char* why, error_code& ec) {
    fault_ = why;
    ec = http::error::bad_value;
  }

  void on_request_impl(http::verb verb, string_view, string_view target, int version,
                       error_code& ec) override {
    const std::string_view text = to_std(target);
    if (const char* why = target_fault(text)) return stop(why, ec);
    const std::size_t mark = text.find('?');
    head_.method = to_method(verb);
    head_.version = version == 11 ? HttpVersion::k11 : HttpVersion::k10;
    head_.path = text.substr(0, mark);
    head_.query = mark == text.npos ? std::string_view{} : text.substr(mark + 1);
  }

  void on_field_impl(http::field name, string_view text, string_view value, error_code& ec) override {
    if (const char* why = check(name, to_std(value))) return stop(why, ec);
    head_.fields.push_back({to_std(text), to_std(value)});
  }

  void on_header_impl(error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  RequestHead& head_;
  const char* fault_ = nullptr;
  int hosts_ = 0;
  int lengths_ = 0;
  int transfer_encodings_ = 0;
  int expectations_ = 0;
  bool expects_continue_ = false;
  std::uint64_t length_ = 0;
};

}  // namespace

ReadStep RequestReader::refuse(int status, const char* why) {
  status_ = status;
  why_ = why;
  return ReadStep::kRefused;
}

ReadStep RequestReader::feed(std::string_view& bytes) {
  switch (state_) {
    case State::kHead:
      return feed_head(bytes);
    case State::kLength:
      return feed_length(bytes);
    case State::kChunked:
      return feed_chunked(bytes);
    case State::kHeadDone:
      break;
  }
  return ReadStep::kHead;
}

ReadStep RequestReader::feed_head(std::string_view& bytes) {
  const std::size_t before = text_.size();
  text_.append(bytes.substr(0, header_bytes_ - before));
  for (std::size_t lf; (lf = text_.find('\n', scanned_)) != text_.npos;) {
    if (lf == 0 || text_[lf - 1] != '\r') return refuse(400, "line feed without carriage return");
    if (text_[line_] == ' ' || text_[line_] == '\t') return refuse(400, "folded or indented header line");
    const bool blank = lf - 1 == line_;
    line_ = scanned_ = lf + 1;
    if (!blank) continue;
    bytes.remove_prefix(line_ - before);
    text_.resize(line_);
    return parse_head();
  }
  bytes.remove_prefix(text_.size() - before);
  scanned_ = text_.size();
  if (text_.size() == header_bytes_) return refuse(431, "header section too long");
  return ReadStep::kNeedMore;
}

ReadStep RequestReader::parse_head() {
  HeadParser parser(head_);
  if (const char* why = parser.parse(text_)) return refuse(400, why);
  // RFC 9110 §10.1.1: expectations of HTTP/1.0 are ignored.
  if (head_.version == HttpVersion::k11) {
    if (parser.bad_expectation()) return refuse(417, "expectation other than 100-continue");
    head_.expects_continue = parser.expects_continue();
  }
  chunked_ = parser.chunked();
  remaining_ = parser.length();
  state_ = State::kHeadDone;
  return ReadStep::kHead;
}

ReadStep RequestReader::accept_body(std::size_t limit) {
  if (chunked_) {
    decoder_.start(limit);
    state_ = State::kChunked;
    return ReadStep::kNeedMore;
  }
  if (remaining_ > limit) return refuse(413, "body too large");
  if (remaining_ == 0) return ReadStep::kComplete;
  state_ = State::kLength;
  return ReadStep::kNeedMore;
}

ReadStep RequestReader::feed_length(std::string_view& bytes) {
  const std::size_t n = std::min(remaining_, bytes.size());
  body_.append(bytes.substr(0, n));
  bytes.remove_prefix(n);
  remaining_ -= n;
  return remaining_ == 0 ? ReadStep::kComplete : ReadStep::kNeedMore;
}

ReadStep RequestReader::feed_chunked(std::string_view& bytes) {
  switch (decoder_.feed(bytes, body_)) {
    case ChunkedDecoder::Step::kDone:
      return ReadStep::kComplete;
    case ChunkedDecoder::Step::kRefused:
      return refuse(decoder_.refused_status(), decoder_.refused_why());
    case ChunkedDecoder::Step::kNeedMore:
      break;
  }
  return ReadStep::kNeedMore;
}

void RequestReader::next() {
  constexpr std::size_t kKeep = 8'192;
  if (text_.capacity() > kKeep) text_ = {};
  if (body_.capacity() > kKeep) body_ = {};
  text_.clear();
  body_.clear();
  head_.fields.clear();
  head_.path = head_.query = {};
  head_.keep_alive = head_.expects_continue = false;
  state_ = State::kHead;
  line_ = scanned_ = remaining_ = 0;
  chunked_ = false;
}

}  // namespace wac::net
