#include "store/evidence_flow.h"

#include <algorithm>

namespace wac::store {
namespace {

/// Interruptions that are less than this apart are one outage.
constexpr Millis kOneOutage{60'000};

}  // namespace

EvidenceFlow::EvidenceFlow(WallTime started) : first_(started), last_(started) {}

void EvidenceFlow::interrupted(WallTime since, WallTime now) {
  const std::lock_guard lock{mutex_};
  if (since > last_ + kOneOutage) first_ = since;
  first_ = std::min(first_, since);
  last_ = std::max(last_, now);
}

WallTime EvidenceFlow::silence_from() const {
  const std::lock_guard lock{mutex_};
  return last_ + (last_ - first_);
}

}  // namespace wac::store
