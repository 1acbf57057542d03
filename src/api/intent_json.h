#pragma once
// The body of POST /v1/intents, checked field by field (design §3.1, §3.4). Plain functions.

#include "api/problem.h"
#include "config/directory.h"
#include "outbound/intent.h"
#include "store/intent_store.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wac::api {

struct IntentDefaults {
  /// The caller's tenant; empty where the body may name any configured one (staging endpoint).
  TenantId tenant;
  /// Where the tenant's policies do not say.
  store::OnUnknown on_unknown = store::OnUnknown::kHold;
  /// Of the request: for intents that bring none of their own.
  CorrelationId correlation;
  WallTime now;
};

/// An intent whose form is right but whose recipient is not: fails alone, the others go on.
struct RejectedIntent {
  IntentId id;
  PersonalText dedupe_key;
  CorrelationId correlation;
  std::string_view code;   ///< stable, "invalid_recipient"
  std::string_view field;  ///< "to" or "recipient"
  std::string_view message;
};

using ParsedIntent = std::variant<outbound::Intent, RejectedIntent>;

struct ParsedRequest {
  std::vector<ParsedIntent> intents;
  std::vector<FieldError> errors;  ///< not empty: nothing may be sent
};

/// At most `kMaxIntents` intents. Errors name every broken rule by JSON pointer.
inline constexpr std::size_t kMaxIntents = 100;
inline constexpr std::size_t kMaxDedupeKey = 512;
ParsedRequest parse_intents(std::string_view body, const IntentDefaults& defaults,
                            const config::Directory& directory);

/// {"as":"sent"|"failed"|"resend"}; nothing for anything else.
std::optional<store::Command> parse_resolution(std::string_view body);

}  // namespace wac::api
