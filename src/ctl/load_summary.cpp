#include "ctl/load_summary.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace wac::ctl {
namespace {

double millis(Micros value) {
  return static_cast<double>(value.count()) / 1'000;
}

}  // namespace

void LoadSummary::add(std::string_view outcome, Micros latency) {
  const auto found = outcomes_.find(outcome);
  ++(found == outcomes_.end() ? outcomes_[std::string{outcome}] : found->second);
  latencies_.push_back(latency);
}

bool LoadSummary::all_good(std::uint64_t wanted, bool respond_async) const {
  std::uint64_t good = 0;
  for (const auto& [outcome, count] : outcomes_) {
    if (outcome == "sent" || (respond_async && outcome == "pending")) good += count;
  }
  return good == wanted;
}

Micros LoadSummary::percentile(double share) const {
  if (latencies_.empty()) return Micros{0};
  std::vector<Micros> sorted = latencies_;
  std::ranges::sort(sorted);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

double LoadSummary::per_second(Micros took) const {
  return took.count() == 0 ? 0
                           : static_cast<double>(latencies_.size()) * 1e6 / static_cast<double>(took.count());
}

std::string LoadSummary::text(Micros took) const {
  std::string out = fmt::format("{} intents in {:.2f} s, {:.0f}/s\n", latencies_.size(), millis(took) / 1'000,
                                per_second(took));
  for (const auto& [outcome, count] : outcomes_) out += fmt::format("  {} {}\n", outcome, count);
  out += fmt::format("  latency p50 {:.1f} ms, p95 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms\n",
                     millis(percentile(0.5)), millis(percentile(0.95)), millis(percentile(0.99)),
                     millis(percentile(1)));
  return out;
}

boost::json::object LoadSummary::json(Micros took) const {
  boost::json::object outcomes;
  for (const auto& [outcome, count] : outcomes_) outcomes[outcome] = count;
  return {{"intents", latencies_.size()},
          {"tookMs", millis(took)},
          {"perSecond", per_second(took)},
          {"outcomes", std::move(outcomes)},
          {"latencyMs", boost::json::object{{"p50", millis(percentile(0.5))},
                                            {"p95", millis(percentile(0.95))},
                                            {"p99", millis(percentile(0.99))},
                                            {"max", millis(percentile(1))}}}};
}

}  // namespace wac::ctl
