#include "net/http2_request.h"

#include "base/personal.h"
#include "net/http_request_writer.h"
#include "net/http_syntax.h"

#include <algorithm>

namespace wac::net {

std::shared_ptr<const Http2Request> Http2Request::make(const ClientRequest& request) {
  return std::shared_ptr<const Http2Request>(new Http2Request(request));
}

Http2Request::Http2Request(const ClientRequest& request) : body_(request.body) {
  const std::string authority = authority_of(request.endpoint);
  const bool has_length = announces_length(request);
  const std::string length = has_length ? std::to_string(body_.size()) : std::string{};
  std::size_t size = request.method.size() + request.target.size() + authority.size() + length.size();
  for (const auto& [name, value] : request.headers) size += name.size() + value.size();
  // Views point into it: it must not grow.
  text_.reserve(size);
  fields_.reserve(request.headers.size() + 5);
  fields_.push_back({":method", keep(request.method)});
  fields_.push_back({":scheme", request.endpoint.tls ? "https" : "http"});
  fields_.push_back({":authority", keep(authority)});
  fields_.push_back({":path", keep(request.target)});
  for (const auto& [name, value] : request.headers) {
    const std::size_t from = text_.size();
    std::ranges::transform(name, std::back_inserter(text_), http_syntax::lower);
    const std::string_view lower = std::string_view(text_).substr(from);
    fields_.push_back({lower, keep(value), lower == "authorization" || lower == "cookie"});
  }
  if (has_length) fields_.push_back({"content-length", keep(length)});
}

Http2Request::~Http2Request() {
  wipe(text_);
  wipe(body_);
}

std::string_view Http2Request::keep(std::string_view text) {
  const std::size_t from = text_.size();
  text_ += text;
  return std::string_view(text_).substr(from);
}

}  // namespace wac::net
