#include "base/error.h"

namespace wac {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kDnsFailed:
      return "dns_failed";
    case ErrorCode::kConnectFailed:
      return "connect_failed";
    case ErrorCode::kTlsFailed:
      return "tls_failed";
    case ErrorCode::kConnectionLost:
      return "connection_lost";
    case ErrorCode::kProtocol:
      return "protocol_error";
    case ErrorCode::kUnauthorized:
      return "unauthorized";
    case ErrorCode::kForbidden:
      return "forbidden";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kUnknownOutcome:
      return "unknown_outcome";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kOverloaded:
      return "overloaded";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace wac
