#include "ctl/ledger_compare.h"

#include <algorithm>
#include <array>

namespace wac::ctl {
namespace {

constexpr std::size_t kKeyDigits = 32;
constexpr std::size_t kMaxFindings = 20;
constexpr std::array<std::string_view, 4> kSentStates{"sent", "delivered", "read", "played"};
constexpr std::array<std::string_view, 4> kOtherFinalStates{"failed", "expired", "cancelled", "dead"};

bool is_sent(std::string_view state) {
  return std::ranges::find(kSentStates, state) != kSentStates.end();
}
bool is_final(std::string_view state) {
  return is_sent(state) || std::ranges::find(kOtherFinalStates, state) != kOtherFinalStates.end();
}

/// What the sandbox accepted of one key.
struct Accepted {
  std::uint64_t messages = 0;
  bool failed = false;
};

class Comparison {
 public:
  explicit Comparison(LedgerReport& report) : report_(report) {}

  void add_records(const std::vector<LedgerRecord>& records) {
    for (const LedgerRecord& record : records) {
      const auto [at, fresh] = records_.try_emplace(record.key, &record);
      if (!fresh && record.updated_at > at->second->updated_at) at->second = &record;
    }
    report_.checked = records_.size();
    for (const auto& [key, record] : records_) {
      const bool final = is_final(record->state);
      ++(final ? report_.final_by_state : report_.open_by_state)[record->state];
      if (!final) ++report_.open;
    }
  }

  void count_known_duplicates() {
    for (const auto& [key, record] : records_) {
      report_.doubled += record->duplicates;
      if (record->duplicates != 0) find("sent more than once", record->intent_id, record->state);
    }
  }

  void compare(const SandboxLedger& sandbox) {
    report_.forgotten = sandbox.forgotten;
    for (const AcceptedMessage& message : sandbox.messages) {
      const auto key = key_of_opaque(message.opaque);
      if (!key) {
        ++report_.foreign;
        continue;
      }
      Accepted& accepted = accepted_[*key];
      ++accepted.messages;
      accepted.failed = accepted.failed || message.failed;
    }
    for (const auto& [key, accepted] : accepted_) check_accepted(key, accepted);
    check_sent(sandbox.mark_reads);
  }

 private:
  void check_accepted(std::string_view key, const Accepted& accepted) {
    const auto found = records_.find(key);
    const std::string_view id = found == records_.end() ? key : std::string_view{found->second->intent_id};
    const std::string_view state =
        found == records_.end() ? "no such intent" : std::string_view{found->second->state};
    if (accepted.messages > 1) {
      ++report_.doubled;
      find("accepted " + std::to_string(accepted.messages) + " times", id, state);
    }
    if (found == records_.end() ||
        (is_final(state) && !is_sent(state) && !(state == "failed" && accepted.failed))) {
      ++report_.lost;
      find("accepted by the sandbox, but here", id, state);
    }
  }

  void check_sent(std::uint64_t mark_reads) {
    for (const auto& [key, record] : records_) {
      if (!is_sent(record->state) || accepted_.contains(record->key)) continue;
      if (record->state == "sent" && mark_reads != 0) {
        --mark_reads;
        continue;
      }
      ++report_.lost;
      find("never accepted by the sandbox, but here", record->intent_id, record->state);
    }
  }

  void find(const std::string& what, std::string_view id, std::string_view state) {
    if (report_.findings.size() == kMaxFindings) return;
    report_.findings.push_back("intent " + std::string{id} + ": " + what + ' ' + std::string{state});
  }

  LedgerReport& report_;
  std::map<std::string_view, const LedgerRecord*> records_;
  std::map<std::string_view, Accepted> accepted_;
};

}  // namespace

std::optional<std::string_view> key_of_opaque(std::string_view opaque) {
  constexpr std::string_view kPrefix = "wac1.";
  if (!opaque.starts_with(kPrefix)) return std::nullopt;
  opaque.remove_prefix(kPrefix.size());
  const std::size_t end = opaque.find('.');
  if (end != kKeyDigits || end + 1 == opaque.size()) return std::nullopt;
  const std::string_view key = opaque.substr(0, end);
  const bool hex = key.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  const bool number = opaque.substr(end + 1).find_first_not_of("0123456789") == std::string_view::npos;
  return hex && number ? std::optional{key} : std::nullopt;
}

LedgerReport compare_ledgers(const std::vector<LedgerRecord>& records, const SandboxLedger* sandbox) {
  LedgerReport report;
  Comparison comparison{report};
  comparison.add_records(records);
  if (sandbox == nullptr) {
    comparison.count_known_duplicates();
  } else {
    comparison.compare(*sandbox);
  }
  return report;
}

}  // namespace wac::ctl
