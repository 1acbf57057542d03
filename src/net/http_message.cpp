#include "net/http_message.h"

#include "net/http_syntax.h"

namespace wac::net {

std::string_view HttpRequest::header(std::string_view name) const {
  const HeaderField* found = nullptr;
  for (const HeaderField& field : headers) {
    if (!http_syntax::same_name(field.name, name)) continue;
    if (found != nullptr) return {};
    found = &field;
  }
  return found == nullptr ? std::string_view{} : found->value;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 207:
      return "Multi-Status";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 425:
      return "Too Early";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const int high = i + 1 < text.size() ? http_syntax::hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? http_syntax::hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        out.clear();
        return false;
      }
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return true;
}

bool query_parameter(std::string_view query, std::string_view name, std::string& out) {
  out.clear();
  bool found = false;
  std::string key;
  std::string_view value;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == query.npos ? query.size() : end + 1);
    const std::size_t mark = pair.find('=');
    // A key that cannot be decoded is nobody's.
    if (!percent_decode(pair.substr(0, mark), key) || key != name) continue;
    if (found) return false;
    found = true;
    value = mark == pair.npos ? std::string_view{} : pair.substr(mark + 1);
  }
  return found && percent_decode(value, out);
}

}  // namespace wac::net
