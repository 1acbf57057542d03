#include "net/http_encode.h"

#include "net/http_syntax.h"

#include <charconv>
#include <cstdlib>

namespace wac::net {

namespace {

void append_number(std::size_t value, int base, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  if (!http_syntax::is_token(name) || breaks_line(value)) std::abort();
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void encode_head(const HttpResponse& response, AnswerForm form, std::string& out) {
  out.append("HTTP/1.1 ");
  append_number(static_cast<std::size_t>(response.status), 10, out);
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  if (!response.content_type.empty()) append_field("Content-Type", response.content_type, out);
  const bool body = may_have_body(response.status);
  if (body && form.framing == BodyFraming::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (body && form.framing == BodyFraming::kLength) {
    out.append("Content-Length: ");
    append_number(response.body.size(), 10, out);
    out.append("\r\n");
  }
  for (const auto& [name, value] : response.headers) append_field(name, value, out);
  if (form.persistence == Persistence::kClose) {
    out.append("Connection: close\r\n");
  } else if (form.version == HttpVersion::k10) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void encode_chunk(std::string_view bytes, std::string& out) {
  append_number(bytes.size(), 16, out);
  out.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace wac::net
