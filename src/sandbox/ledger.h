#pragma once
// What the sandbox accepted, and which of its statuses reached the connector: the other half of every "lost
// 0, doubled 0" proof.
//
// With a file, each event is appended as a JSON line as it happens, with one write(2) and no fsync: killing
// the sandbox loses nothing, a power cut may. Phones are kept as fingerprints only, but a wamid holds one by
// nature (facts §2.2), so the ledger is test data, not something to publish.

#include "base/error.h"
#include "base/time.h"
#include "sandbox/append_file.h"

#include <boost/json.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace wac::sandbox {

enum class Status : std::uint8_t { kSent, kDelivered, kRead, kPlayed, kFailed };
std::string_view name(Status status);

/// Numbered from 1 in order of acceptance.
using Sequence = std::uint64_t;

struct LedgerEntry {
  Sequence sequence = 0;
  std::string wamid;
  std::string phone_number_id;
  /// First 8 bytes of HMAC-SHA256(app secret, wa_id), in hex.
  std::string to_fingerprint;
  /// A literal, or (read back from a file) a view into the ledger.
  std::string_view type;
  std::string opaque;
  WallTime accepted_at;
  /// Bits by Status: posted at least once, and acknowledged with 200.
  std::uint8_t delivered = 0;
  std::uint8_t acknowledged = 0;
};

class Ledger {
 public:
  /// Keeps `limit` entries; older ones are forgotten, the totals are not.
  explicit Ledger(std::size_t limit);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Reads what the file holds, then appends to it. A torn last line is dropped. Blocking; at start only.
  Result<void> open_file(const std::string& path);

  Sequence add(LedgerEntry entry);
  void mark_delivered(Sequence sequence, Status status);
  void mark_acknowledged(Sequence sequence, Status status);
  void count_mark_read() { ++mark_reads_; }

  /// Null when unknown or forgotten. Valid until the next add() or reset().
  const LedgerEntry* find(std::string_view wamid) const;
  std::uint64_t accepted() const { return accepted_; }
  /// What is kept, oldest first.
  const std::deque<LedgerEntry>& entries() const { return entries_; }

  /// `{"accepted":n,"distinct_opaque":n,"doubled":[{"opaque":…,"count":n}],…,"entries":[…],"next_after":n}`:
  /// up to `limit` entries with a sequence above `after`; `next_after` is null on the last page.
  boost::json::object page(Sequence after, std::size_t limit) const;

  /// Forgets everything; the file is emptied.
  void reset();

 private:
  LedgerEntry* at(Sequence sequence);
  void insert(LedgerEntry entry);
  void forget_oldest();
  /// False: the line contradicts the earlier ones.
  bool replay(const boost::json::object& line);

  std::size_t limit_;
  Sequence last_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t mark_reads_ = 0;
  std::deque<LedgerEntry> entries_;
  /// Views into entries_, whose elements never move.
  std::unordered_map<std::string_view, Sequence> by_wamid_;
  /// How often each opaque id was accepted. One that came once is forgotten with its entry; one that came
  /// twice never is.
  std::unordered_map<std::string, std::uint32_t> opaque_counts_;
  std::uint64_t distinct_opaque_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> by_type_;
  std::optional<AppendFile> file_;
  std::uint64_t write_errors_ = 0;
};

}  // namespace wac::sandbox
