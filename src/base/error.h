#pragma once
// Errors as values. An Error carries no run-time text, so it can never carry a phone number, a body or a
// URL, and is safe to log anywhere.

#include <cstdint>
#include <expected>
#include <string_view>

namespace wac {

/// What went wrong, in words stable enough for logs, metrics and API answers (see name()).
enum class ErrorCode : std::uint8_t {
  kInvalid,         ///< input breaks a documented rule
  kNotFound,        ///< no such thing
  kConflict,        ///< state does not allow it
  kTooLarge,        ///< a configured limit was exceeded
  kTimeout,         ///< our own deadline fired
  kCancelled,       ///< we are shutting down
  kDnsFailed,       ///< name resolution failed; nothing was sent
  kConnectFailed,   ///< no connection; nothing was sent
  kTlsFailed,       ///< handshake or certificate verification failed; nothing was sent
  kConnectionLost,  ///< an established connection broke
  kProtocol,        ///< the peer's bytes break its protocol
  kUnauthorized,    ///< credentials missing or wrong
  kForbidden,       ///< a policy of ours does not allow it; nothing was sent
  kUnavailable,     ///< a dependency is out; nothing was done
  kUnknownOutcome,  ///< the command may or may not have been carried out
  kCorrupt,         ///< stored data fails its integrity check
  kOverloaded,      ///< a bound on concurrent work was reached; nothing was done
  kInternal,        ///< a bug of ours
};

std::string_view name(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  /// HTTP status, errno, Graph code or 0: a number that helps, never a secret.
  std::int64_t detail = 0;
  /// A string literal naming the place or the rule.
  const char* where = "";

  consteval static const char* literal(const char* text) { return text; }
  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, const char* where, std::int64_t detail = 0) {
  return std::unexpected(Error{code, detail, where});
}

}  // namespace wac
