#pragma once
// Meta's error language as data (facts §5.2).

#include "base/time.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace wac::whatsapp {

enum class ErrorClass : std::uint8_t {
  kAmbiguous,    ///< the message may have been taken: unknown (RN ⚠)
  kThrottled,    ///< not taken, wait: safe to retry (RL)
  kPermanent,    ///< never, for this message (P)
  kTenantFatal,  ///< nothing of this sender or token works until a person acts (TF)
};
std::string_view name(ErrorClass error_class);

/// How far the error reaches. A kTenantFatal of kMessage switches off one feature (groups, calls, payments),
/// not the sender.
enum class ErrorScope : std::uint8_t { kMessage, kRecipient, kTemplate, kSender, kAccount, kToken };
std::string_view name(ErrorScope scope);

/// "Outbound media upload failed", as an answer or, after the send was accepted, as a status.
inline constexpr std::uint32_t kMediaUploadFailed = 131'053;
/// The customer-service window is closed: only a template can be sent.
inline constexpr std::uint32_t kWindowIsClosed = 131'047;

struct ErrorInfo {
  std::uint32_t code = 0;
  ErrorClass error_class = ErrorClass::kPermanent;
  ErrorScope scope = ErrorScope::kMessage;
  Millis wait{0};            ///< before the next attempt, for kThrottled
  std::string_view meaning;  ///< in a few words
  std::string_view advice;   ///< one sentence to the operator
  bool known = true;         ///< false: made by the default rules
};

/// The catalogue's entry, or by the default rules for unknown codes: HTTP 5xx or transient → ambiguous,
/// 429 → throttled, 401 → tenant-fatal, other 4xx → permanent. Status 0 is a webhook's "failed", Meta's last
/// word: permanent. Statuses below 400 → ambiguous. Errors of our own (whatsapp/local_errors.h) are known
/// too.
ErrorInfo explain(std::uint32_t code, int http_status, bool is_transient);

/// The default rules alone, for an answer without a code of Meta's (a proxy's): `code` 0, `known` false.
ErrorInfo explain_status(int http_status);

/// Every entry, sorted by code; 201 stands for 201 to 299.
std::span<const ErrorInfo> error_catalogue();

}  // namespace wac::whatsapp
