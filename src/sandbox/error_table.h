#pragma once
// Every error code Meta documents (facts §5.2), with the HTTP status and title it comes with.

#include <span>
#include <string_view>

namespace wac::sandbox {

struct KnownError {
  int code;
  /// 400 where Meta gives none.
  int http_status;
  std::string_view title;
};

std::span<const KnownError> known_errors();
/// Null for codes Meta does not document.
const KnownError* find_error(int code);

/// Codes of Graph itself (token, permission, call limits): their answers carry no `error_data`.
bool is_platform_error(int code);
/// Codes that come with `is_transient`: the same request may pass a moment later.
bool is_transient_error(int code);

}  // namespace wac::sandbox
