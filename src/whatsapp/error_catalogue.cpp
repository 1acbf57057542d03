#include "whatsapp/error_catalogue.h"

#include "whatsapp/error_table.h"
#include "whatsapp/local_errors.h"

#include <algorithm>

namespace wac::whatsapp {
namespace {

static_assert(std::ranges::adjacent_find(kErrorTable, std::ranges::greater_equal{}, &ErrorInfo::code) ==
                  kErrorTable.end(),
              "look-ups need the table sorted by code, each code once");

constexpr Millis kDefaultWait = std::chrono::seconds{30};

ErrorInfo by_default(ErrorClass error_class, ErrorScope scope, Millis wait, std::string_view meaning,
                     std::string_view advice) {
  return {0, error_class, scope, wait, meaning, advice, false};
}

ErrorInfo default_rule(int http_status, bool is_transient) {
  if (is_transient || http_status >= 500) {
    return by_default(ErrorClass::kAmbiguous, ErrorScope::kMessage, Millis{0}, "fault at Meta or before it",
                      "Wait for a status and look at metastatus.com.");
  }
  if (http_status == 429) {
    return by_default(ErrorClass::kThrottled, ErrorScope::kSender, kDefaultWait, "too many requests",
                      "Nothing to do: the pace adapts.");
  }
  if (http_status == 401) {
    return by_default(ErrorClass::kTenantFatal, ErrorScope::kToken, Millis{0}, "not authenticated",
                      "Check the access token, and any proxy on the way to Meta.");
  }
  if (http_status >= 400 || http_status == 0) {
    return by_default(ErrorClass::kPermanent, ErrorScope::kMessage, Millis{0},
                      "refused, reason not known here",
                      "Look the code up in Meta's reference and report it, so that the catalogue learns it.");
  }
  return by_default(ErrorClass::kAmbiguous, ErrorScope::kMessage, Millis{0}, "answer not understood",
                    "Wait for a status; if it keeps coming back look at what stands between us and Meta.");
}

}  // namespace

std::string_view name(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::kAmbiguous:
      return "ambiguous";
    case ErrorClass::kThrottled:
      return "throttled";
    case ErrorClass::kPermanent:
      return "permanent";
    case ErrorClass::kTenantFatal:
      return "tenant_fatal";
  }
  return "ambiguous";
}

std::string_view name(ErrorScope scope) {
  switch (scope) {
    case ErrorScope::kMessage:
      return "message";
    case ErrorScope::kRecipient:
      return "recipient";
    case ErrorScope::kTemplate:
      return "template";
    case ErrorScope::kSender:
      return "sender";
    case ErrorScope::kAccount:
      return "account";
    case ErrorScope::kToken:
      return "token";
  }
  return "message";
}

std::span<const ErrorInfo> error_catalogue() {
  return kErrorTable;
}

ErrorInfo explain(std::uint32_t code, int http_status, bool is_transient) {
  if (const LocalErrorInfo* local = find_local_error(code)) return local->info;
  const bool permissions = code >= kPermissionsFirst && code <= kPermissionsLast;
  const std::uint32_t key = permissions ? kPermissionsFirst : code;
  const auto* found = std::ranges::lower_bound(kErrorTable, key, {}, &ErrorInfo::code);
  const bool known = found != kErrorTable.end() && found->code == key;
  ErrorInfo info = known ? *found : default_rule(http_status, is_transient);
  info.code = code;
  return info;
}

ErrorInfo explain_status(int http_status) {
  return default_rule(http_status, false);
}

}  // namespace wac::whatsapp
