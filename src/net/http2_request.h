#pragma once
// A request as HTTP/2 carries it (RFC 9113, 8.3.1): pseudo fields, fields in lower case, a body. Pure. For
// net/ only.

#include "net/http_client.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wac::net {

/// Immutable, and wiped when nobody refers to it any more: it holds a token.
class Http2Request {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
    /// Never put into a compression table, neither ours nor that of anyone who forwards it (RFC 7541, 7.1.3):
    /// with tokens of many senders on one connection it would be of little use, and would outlive the
    /// request.
    bool secret = false;
  };

  /// `request` has passed check_request().
  static std::shared_ptr<const Http2Request> make(const ClientRequest& request);
  ~Http2Request();
  Http2Request(const Http2Request&) = delete;
  Http2Request& operator=(const Http2Request&) = delete;

  const std::vector<Field>& fields() const { return fields_; }
  const std::string& body() const { return body_; }

 private:
  explicit Http2Request(const ClientRequest& request);
  std::string_view keep(std::string_view text);

  std::string text_;
  std::vector<Field> fields_;
  std::string body_;
};

}  // namespace wac::net
