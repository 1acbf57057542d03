#pragma once
// Our answers as bytes. For net/ only.

#include "net/http_framing.h"
#include "net/http_message.h"

#include <string>

namespace wac::net {

enum class BodyFraming : std::uint8_t {
  kLength,      ///< Content-Length: the size of the body
  kChunked,     ///< Transfer-Encoding: chunked
  kUntilClose,  ///< neither: the end of the connection ends the body
};

enum class Persistence : std::uint8_t { kKeepAlive, kClose };

/// How the connection frames one answer.
struct AnswerForm {
  HttpVersion version = HttpVersion::k11;
  Persistence persistence = Persistence::kKeepAlive;
  BodyFraming framing = BodyFraming::kLength;
};

/// False for the status codes that never have a body, nor a length (RFC 9110 §8.6, §15.3.5, §15.4.5).
bool may_have_body(int status);

/// Appends status line and fields, with the blank line. Ends the process when a field of ours could end its
/// line: that is an injection, and no answer is better.
void encode_head(const HttpResponse& response, AnswerForm form, std::string& out);

/// Appends one chunk; `bytes` is not empty.
void encode_chunk(std::string_view bytes, std::string& out);

inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace wac::net
