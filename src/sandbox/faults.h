#pragma once
// Faults on demand. They strike only requests that pass every rule: a fault never hides a connector's bug.

#include "base/error.h"
#include "base/random.h"
#include "base/time.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wac::sandbox {

enum class FaultKind : std::uint8_t {
  kLatency,             ///< the answer comes `ms` later; combines with another fault
  kHttp5xx,             ///< `status` (500) with code 131000
  kThrottle,            ///< 400 with `code` (130429)
  kError,               ///< `code` (131000) with its documented status
  kAcceptThenNoAnswer,  ///< accepted; the connection is held, no byte comes
  kAcceptThenReset,     ///< accepted; then RST instead of an answer
  kReset,               ///< RST; nothing was accepted
  kHtml,                ///< a proxy's HTML page with `status` (502)
  kHalfBody,            ///< accepted; 200 whose body breaks off
  kFailedStatus,        ///< accepted; then the status `failed` with `code` (131026)
};

struct Fault {
  FaultKind kind = FaultKind::kLatency;
  /// Either this share of the matching requests …
  double percent = 0;
  /// … or that many of the next ones; then it is spent.
  std::uint64_t next = 0;
  int code = 0;
  int status = 0;
  Millis delay{0};
  /// http_5xx and html: the message was taken all the same.
  enum class Taken : std::uint8_t { kNo, kYes } taken = Taken::kNo;
  /// throttle: the value of `Retry-After` in seconds; 0 sends none.
  int retry_after = 0;
  /// Only messages of this type (`mark_read` too); empty: all.
  std::string type;
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
  /// `random` decides percentages and outlives this.
  explicit Faults(Random& random) : random_(random) {}

  /// A list, or an object with the list as `faults`. Replaces all, or (kInvalid) changes nothing.
  Result<void> replace(const boost::json::value& list);
  void clear() { faults_.clear(); }
  Strike strike(std::string_view type);
  /// The list with its hits.
  boost::json::array to_json() const;

 private:
  Random& random_;
  std::vector<Fault> faults_;
};

}  // namespace wac::sandbox
