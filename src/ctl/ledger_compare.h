#pragma once
// Two ledgers side by side: what the connector says of its intents, and what the other end accepted. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::ctl {

/// An intent as GET /admin/ledger shows it.
struct LedgerRecord {
  std::string key = {};  ///< 32 hex digits
  std::string intent_id = {};
  std::string state = {};
  std::string updated_at = {};
  std::uint64_t duplicates = 0;
};

/// A message the sandbox accepted.
struct AcceptedMessage {
  std::string opaque = {};  ///< biz_opaque_callback_data: "wac1.<key>.<attempt>" when it is ours
  bool failed = false;      ///< its `failed` status went out
};

struct SandboxLedger {
  std::vector<AcceptedMessage> messages = {};
  std::uint64_t mark_reads = 0;  ///< requests to mark a message as read; they carry no opaque id
  std::uint64_t forgotten = 0;   ///< messages no longer listed: nothing can be proved about them
};

struct LedgerReport {
  std::size_t checked = 0;  ///< intents
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t open = 0;
  std::map<std::string, std::uint64_t> open_by_state;
  std::map<std::string, std::uint64_t> final_by_state;
  std::uint64_t foreign = 0;    ///< accepted messages without an opaque id of ours
  std::uint64_t forgotten = 0;  ///< as SandboxLedger
  /// Up to 20 findings in words, for a person.
  std::vector<std::string> findings;

  /// Nothing lost, doubled or open, and nothing beyond what could be checked.
  bool clean() const { return lost == 0 && doubled == 0 && open == 0 && forgotten == 0; }
};

/// The key of an opaque id of ours.
std::optional<std::string_view> key_of_opaque(std::string_view opaque);

/// An intent is lost when it is `sent` or beyond and was never accepted, or was accepted and is final in
/// another state (but `failed`, when Meta said so later). An accepted message of an unknown key is lost too.
/// Intents that only mark a message as read leave no message: as many `sent` ones without a message are
/// taken for such as the sandbox counted mark-as-read requests. Open intents are `open`, not lost. A key with
/// more than one accepted message is doubled. A record that comes twice counts once, as last updated.
/// Without a sandbox `lost` stays 0 and doubled counts the further messages the connector knows of.
LedgerReport compare_ledgers(const std::vector<LedgerRecord>& records, const SandboxLedger* sandbox);

}  // namespace wac::ctl
