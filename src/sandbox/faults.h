#pragma once
// Faults on demand. They strike only requests that pass every rule: a fault never hides a connector's bug.
//
// Each rule has a random sequence of its own, made from the seed and its place in the list: whether it
// strikes depends on how many requests matched it before, and on nothing else. The same seed and the same
// requests give the same faults.

#include "base/error.h"
#include "base/random.h"
#include "base/time.h"
#include "sandbox/seeded_random.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wac::sandbox {

enum class FaultKind : std::uint8_t {
  kLatency,             ///< the answer comes `ms` (and up to `jitter_ms`) later; combines with another fault
  kHttp5xx,             ///< `status` (500) with code 131000
  kThrottle,            ///< 400 with `code` (130429)
  kError,               ///< `code` (131000) and `subcode` with its documented status
  kAcceptThenNoAnswer,  ///< accepted; the connection is held, no byte comes
  kAcceptThenReset,     ///< accepted; then RST instead of an answer
  kReset,               ///< RST; nothing was accepted
  kHtml,                ///< a proxy's HTML page with `status` (502)
  kHalfBody,            ///< accepted; 200 whose body breaks off
  kFailedStatus,        ///< accepted; then the status `failed` with `code` (131026)
};

/// One request, as rules match it.
struct FaultTarget {
  /// As OutgoingMessage::type.
  std::string_view type;
  /// Phone number id.
  std::string_view sender;
  /// The phone's digits, or the user or group id.
  std::string_view recipient;
};

struct Fault {
  FaultKind kind = FaultKind::kLatency;
  /// Either this share of the matching requests …
  double percent = 0;
  /// … or that many of the next ones; then it is spent.
  std::uint64_t next = 0;
  /// With `percent`: strikes at most so often; 0: no end.
  std::uint64_t count = 0;
  /// In force from so long after the list was set, for so long; 0: without end.
  Millis after{0};
  Millis lasts{0};
  int code = 0;
  int subcode = 0;
  int status = 0;
  Millis delay{0};
  Millis jitter{0};
  /// http_5xx and html: the message was taken all the same.
  enum class Taken : std::uint8_t { kNo, kYes } taken = Taken::kNo;
  /// throttle: the value of `Retry-After` in seconds; 0 sends none.
  int retry_after = 0;
  /// Only requests of this type (`mark_read` too), sender and recipient; empty: all.
  std::string type;
  std::string sender;
  std::string recipient;
  std::uint64_t hits = 0;
};

/// What strikes one request.
struct Strike {
  Millis delay{0};
  /// The first fault in the list's order that is not a latency.
  std::optional<Fault> fault;
};

class Faults {
 public:
  /// `random` gives the seed, once. `clock` outlives this.
  Faults(Random& random, const Clock& clock) : seed_(random.next_u64()), clock_(clock) {}

  /// A list, or an object with the list as `faults`. Replaces all, or (kInvalid) changes nothing. Time
  /// windows start now, and every sequence from its beginning.
  Result<void> replace(const boost::json::value& list);
  void clear() { rules_.clear(); }
  Strike strike(const FaultTarget& target);
  /// The list with its hits.
  boost::json::array to_json() const;

 private:
  struct Rule {
    Fault fault;
    SeededRandom random;
  };
  bool hits(Rule& rule, const FaultTarget& target) const;

  std::uint64_t seed_;
  const Clock& clock_;
  MonoTime start_;
  std::vector<Rule> rules_;
};

}  // namespace wac::sandbox
