#pragma once
// What a RequestReader makes of a byte stream, as text, so that whole tables of cases can be compared.

#include <string>
#include <string_view>

namespace wac::net::testing {

struct ReaderLimits {
  std::size_t header_bytes = 1024;
  std::size_t body_bytes = 64;
};

/// Feeds `bytes` in pieces of `slice`. One line a request: `POST /path?query 1.1 keep [Name: value]… {body}`;
/// a refusal ends it: `400 why`; an unfinished request: `…`.
std::string transcript(std::string_view bytes, std::size_t slice, ReaderLimits limits = {});

}  // namespace wac::net::testing
