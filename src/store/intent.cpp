#include "store/intent.h"

#include "base/encoding.h"
#include "store/event_log.h"

namespace wac::store {
namespace {

/// Order of what Meta reports of a message it took; 0: not such a state.
constexpr int rank(IntentState state) {
  switch (state) {
    case IntentState::kSent:
      return 1;
    case IntentState::kDelivered:
      return 2;
    case IntentState::kRead:
      return 3;
    case IntentState::kPlayed:
      return 4;
    default:
      return 0;
  }
}

constexpr bool may_move(IntentState from, IntentState to) {
  if (from == to) return false;
  if (to == IntentState::kFailed) return rank(from) <= rank(IntentState::kSent);
  if (rank(to) == 0) return false;
  if (from == IntentState::kFailed) return rank(to) >= rank(IntentState::kDelivered);
  return rank(to) > rank(from);
}

static_assert(may_move(IntentState::kSending, IntentState::kSent));
static_assert(may_move(IntentState::kSent, IntentState::kFailed));
static_assert(!may_move(IntentState::kRead, IntentState::kSent));
static_assert(!may_move(IntentState::kFailed, IntentState::kSent));

}  // namespace

std::string_view name(IntentState state) {
  switch (state) {
    case IntentState::kAccepted:
      return "accepted";
    case IntentState::kRetryWait:
      return "retry_wait";
    case IntentState::kSending:
      return "sending";
    case IntentState::kUnknown:
      return "unknown";
    case IntentState::kUnconfirmed:
      return "unconfirmed";
    case IntentState::kSent:
      return "sent";
    case IntentState::kDelivered:
      return "delivered";
    case IntentState::kRead:
      return "read";
    case IntentState::kPlayed:
      return "played";
    case IntentState::kFailed:
      return "failed";
    case IntentState::kExpired:
      return "expired";
    case IntentState::kCancelled:
      return "cancelled";
    case IntentState::kDead:
      return "dead";
  }
  return "unknown";
}

std::optional<IntentState> intent_state_from(std::uint8_t number) {
  if (number <= 4 || (number >= 10 && number <= 13) || (number >= 20 && number <= 23)) {
    return static_cast<IntentState>(number);
  }
  return std::nullopt;
}

std::optional<Preparation> preparation_from(std::uint8_t number) {
  if (number > static_cast<std::uint8_t>(Preparation::kDone)) return std::nullopt;
  return static_cast<Preparation>(number);
}

bool is_open(IntentState state) {
  return state <= IntentState::kUnknown;
}

bool evidence_may_move(IntentState from, IntentState to) {
  return may_move(from, to);
}

namespace {

std::string context(std::string_view kind, const crypto::Fingerprint& of) {
  std::string text;
  text.reserve(kind.size() + 2 * of.bytes.size());
  text += kind;
  append_hex(text, of.bytes);
  return text;
}

}  // namespace

std::string payload_context(const IntentKey& key) {
  return context("intent|", key);
}

std::string outcome_context(const IntentKey& key) {
  return context("outcome|", key);
}

std::string event_context(const crypto::Fingerprint& dedupe) {
  return context("event|", dedupe);
}

}  // namespace wac::store
