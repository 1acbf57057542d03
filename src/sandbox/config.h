#pragma once
// Everything that can be set about the sandbox. apps/graph-sandbox turns the command line into it.

#include "base/personal.h"
#include "base/time.h"
#include "sandbox/limits.h"
#include "sandbox/message_rules.h"

#include <cstdint>
#include <string>
#include <vector>

namespace wac::sandbox {

/// What happens to a free-form message outside the customer-service window.
enum class WindowRule : std::uint8_t {
  kOff,     ///< nothing: it is delivered
  kRefuse,  ///< the request is answered 131047
  kFail,    ///< it is accepted, then fails with 131047, as Meta mostly does
};

/// When the scripted user answers a text message.
enum class ReplyMode : std::uint8_t { kNever, kFirst, kAlways };

/// What may happen to webhooks on their way.
struct WebhookFaults {
  /// Of acknowledged POSTs this share is sent a second time, byte for byte.
  double duplicate_percent = 0;
  /// This share of updates is held back (by up to `held_back`), so that later ones overtake it.
  double reorder_percent = 0;
  Millis held_back{400};
  /// This share of updates is lost: nobody ever hears of it.
  double drop_percent = 0;
  /// This share of updates comes `delay` late.
  double delay_percent = 0;
  Millis delay{5'000};
  /// Updates per POST, 1–1000. Updates that wait together go together.
  std::size_t batch = 1;
};

struct WebhookConfig {
  WebhookFaults faults = {};
  /// POSTs in flight at most.
  std::size_t concurrency = 16;
  /// Waits after the first, second … failed POST; the last one repeats.
  std::vector<Millis> retry_after{Millis{1'000},  Millis{2'000},  Millis{4'000}, Millis{8'000},
                                  Millis{16'000}, Millis{32'000}, Millis{60'000}};
  /// An update not acknowledged for so long counts as failed. Meta: 7 days.
  Millis give_up_after = std::chrono::hours{7 * 24};
  /// Updates waiting; beyond it messages are refused with 130429, so that none is lost silently.
  std::size_t backlog = 1'000'000;
};

struct SandboxConfig {
  Secret token{"sandbox-token"};
  Secret app_secret{"sandbox-app-secret"};
  std::vector<std::string> phone_number_ids{"106540352242922"};
  std::string waba_id = "102290129340398";
  /// The only Graph version served (`v25.0`); empty: any.
  std::string version;
  PlusRule plus = PlusRule::kRequired;
  /// Ledger entries kept in memory (about 600 bytes each); beyond it the oldest are forgotten.
  std::size_t ledger_limit = 200'000;
  /// Statuses after acceptance: sent, delivered, read; played follows read by the same step.
  Millis sent_after{20};
  Millis delivered_after{60};
  Millis read_after{150};
  ReplyMode reply = ReplyMode::kFirst;
  std::string reply_text = "Thanks, got it.";
  /// After `read`.
  Millis reply_after{50};
  /// Before Graph v24.0 every `sent` carries a `conversation`.
  enum class Conversations : std::uint8_t { kOmitted, kIncluded } conversations = Conversations::kOmitted;
  WebhookConfig webhooks;
  LimitConfig limits;
  WindowRule window = WindowRule::kOff;
  /// Messages the phone page can show; beyond it the oldest are forgotten.
  std::size_t phone_messages = 5'000;
};

}  // namespace wac::sandbox
