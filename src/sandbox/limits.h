#pragma once
// Meta's limits (facts §4): messages per number and second, messages to one user, management calls per hour,
// and the usage headers that tell of the latter.

#include "base/time.h"
#include "sandbox/graph_error.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wac::sandbox {

/// Zeros switch a limit off. Meta's own values are those of `as_meta()`.
struct LimitConfig {
  /// Messages of one number in any second, sent and received together; beyond it: 130429.
  std::uint32_t per_second = 0;
  /// One message to one user per interval, after a burst borrowed from later; beyond it: 131056.
  Millis pair_interval{0};
  std::uint32_t pair_burst = 45;
  /// Calls other than sends in any hour; beyond it: 80007.
  std::uint32_t management_per_hour = 0;

  static LimitConfig as_meta() {
    return {.per_second = 80, .pair_interval = Millis{6'000}, .pair_burst = 45, .management_per_hour = 5'000};
  }
};

/// What the usage headers say; set by hand it replaces what was counted.
struct Usage {
  /// 0–100 and above.
  std::uint32_t percent = 0;
  /// Minutes until calls are taken again; 0 when they are.
  std::uint32_t regain_minutes = 0;
};

class Limits {
 public:
  explicit Limits(LimitConfig config) : config_(config) {}

  /// Replaces the limits and forgets what was counted.
  void configure(LimitConfig config);
  /// Nothing when a message may pass, which is then counted; or why not, and nothing is counted.
  std::optional<GraphError> take_message(const std::string& sender, const std::string& user, MonoTime now);
  /// A user's message takes from the same throughput, but is never refused.
  void count_inbound(const std::string& sender, MonoTime now);
  std::optional<GraphError> take_management(MonoTime now);

  void set_usage(std::optional<Usage> usage) { set_usage_ = usage; }
  /// `x-app-usage` and `x-business-use-case-usage`.
  std::vector<std::pair<std::string_view, std::string>> headers(std::string_view waba_id, MonoTime now);

 private:
  using Window = std::deque<MonoTime>;

  LimitConfig config_;
  std::map<std::string, Window> seconds_;
  /// Per sender and user: when the last message borrowed until (GCRA's theoretical arrival time).
  std::unordered_map<std::string, MonoTime> pairs_;
  Window management_;
  std::optional<Usage> set_usage_;
};

}  // namespace wac::sandbox
