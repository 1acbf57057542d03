#include "net/http_request_writer.h"

#include "net/http_syntax.h"

#include <algorithm>
#include <array>

namespace wac::net {
namespace {

using namespace http_syntax;

/// Fields that are ours to write.
bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 9> kReserved{"host",       "content-length",   "transfer-encoding",
                                                      "connection", "expect",           "upgrade",
                                                      "keep-alive", "proxy-connection", "te"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [name](std::string_view own) { return same_name(own, name); });
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':';
  });
}

void append_authority(std::string& out, const Endpoint& endpoint) {
  const bool bracketed = endpoint.host.find(':') != std::string::npos;
  if (bracketed) out += '[';
  out += endpoint.host;
  if (bracketed) out += ']';
  if (endpoint.port == (endpoint.tls ? 443 : 80)) return;
  out += ':';
  out += std::to_string(endpoint.port);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

/// Request line and fields up to the framing; reserves room for everything.
std::string begin_head(const ClientRequest& request, std::size_t body_size) {
  std::size_t size =
      96 + request.method.size() + request.target.size() + request.endpoint.host.size() + body_size;
  for (const auto& [name, value] : request.headers) size += name.size() + value.size() + 4;
  std::string out;
  out.reserve(size);
  out += request.method;
  out += ' ';
  out += request.target;
  out += " HTTP/1.1\r\nHost: ";
  append_authority(out, request.endpoint);
  out += "\r\n";
  return out;
}

void end_head(std::string& out, const ClientRequest& request) {
  for (const auto& [name, value] : request.headers) append_field(out, name, value);
  out += "\r\n";
}

bool may_omit_length(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "DELETE" || method == "OPTIONS";
}

}  // namespace

Result<void> check_request(const ClientRequest& request) {
  if (!is_token(request.method)) return fail(ErrorCode::kInvalid, "http_client: method");
  if (!request.target.starts_with('/') || !is_target(request.target)) {
    return fail(ErrorCode::kInvalid, "http_client: target");
  }
  if (!is_host(request.endpoint.host) || request.endpoint.port == 0) {
    return fail(ErrorCode::kInvalid, "http_client: host or port");
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || is_reserved(name)) return fail(ErrorCode::kInvalid, "http_client: header name");
    if (!is_value(value)) return fail(ErrorCode::kInvalid, "http_client: header value");
  }
  return {};
}

std::string authority_of(const Endpoint& endpoint) {
  std::string out;
  append_authority(out, endpoint);
  return out;
}

bool announces_length(const ClientRequest& request) {
  return !request.body.empty() || !may_omit_length(request.method);
}

std::string format_request(const ClientRequest& request) {
  std::string out = begin_head(request, request.body.size());
  if (announces_length(request)) append_field(out, "Content-Length", std::to_string(request.body.size()));
  end_head(out, request);
  out += request.body;
  return out;
}

Result<std::string> write_request(const ClientRequest& request) {
  if (const auto checked = check_request(request); !checked) return std::unexpected(checked.error());
  return format_request(request);
}

Result<std::string> write_request_head(const ClientRequest& request, std::optional<std::uint64_t> length) {
  if (const auto checked = check_request(request); !checked) return std::unexpected(checked.error());
  std::string out = begin_head(request, 0);
  if (length) {
    append_field(out, "Content-Length", std::to_string(*length));
  } else {
    append_field(out, "Transfer-Encoding", "chunked");
  }
  end_head(out, request);
  return out;
}

}  // namespace wac::net
