#include "api/sender_metrics.h"

#include <algorithm>
#include <sstream>
#include <tuple>

namespace wac::api {
namespace {

using store::BreakerState;
using store::SenderPace;
using store::StateCounts;

int breaker_value(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed:
      return 0;
    case BreakerState::kHalfOpen:
      return 1;
    case BreakerState::kOpen:
      return 2;
  }
  return 0;
}

/// Larger: more worth a look.
auto urgency(const SenderPace& sender) {
  return std::tuple{sender.stopped_since.has_value(), breaker_value(sender.breaker), sender.queued,
                    sender.sender.str()};
}

void add_header(std::ostringstream& out, std::string_view name, std::string_view help) {
  out << "# HELP " << name << ' ' << help << "\n# TYPE " << name << " gauge\n";
}

/// One family with a sample for each sender.
template <class Value>
void add_family(std::ostringstream& out, std::string_view name, std::string_view help,
                const std::vector<SenderPace>& senders, Value value) {
  if (senders.empty()) return;
  add_header(out, name, help);
  for (const SenderPace& sender : senders) {
    out << name << "{sender=\"" << sender.sender.str() << "\"} " << value(sender) << '\n';
  }
}

void add_queues(std::ostringstream& out, StateCounts& counts, WallTime now) {
  add_header(out, "whatsapp_queue_depth", "Open intents by state.");
  for (std::size_t i = 0; i < counts.by_state.size(); ++i) {
    const auto state = store::intent_state_from(static_cast<std::uint8_t>(i));
    if (!state || !store::is_open(*state)) continue;
    out << "whatsapp_queue_depth{state=\"" << store::name(*state) << "\"} " << counts.by_state[i] << '\n';
  }
  add_header(out, "whatsapp_queue_oldest_due_seconds", "For how long the oldest due intent has waited.");
  const Millis age = counts.oldest_due ? std::max(now - *counts.oldest_due, Millis{0}) : Millis{0};
  out << "whatsapp_queue_oldest_due_seconds " << static_cast<double>(age.count()) / 1000.0 << '\n';
}

void add_counts(StateCounts& sum, const StateCounts& part) {
  for (std::size_t i = 0; i < sum.by_state.size(); ++i) sum.by_state[i] += part.by_state[i];
  sum.due_now += part.due_now;
  if (part.oldest_due && (!sum.oldest_due || *part.oldest_due < *sum.oldest_due))
    sum.oldest_due = part.oldest_due;
}

}  // namespace

std::string sender_metrics_text(std::vector<SenderPace> senders, StateCounts counts, WallTime now) {
  std::ranges::sort(senders, std::ranges::greater{}, urgency);
  if (senders.size() > kSendersShown) senders.resize(kSendersShown);
  std::ostringstream out;
  add_family(out, "whatsapp_sender_rate", "Messages a second that a sender may send now; 0: no limit.",
             senders, [](const SenderPace& sender) { return sender.rate; });
  add_family(out, "whatsapp_sender_breaker", "A sender's breaker: 0 closed, 1 half open, 2 open.", senders,
             [](const SenderPace& sender) { return breaker_value(sender.breaker); });
  add_family(out, "whatsapp_sender_stopped", "1 while a sender waits for a person to resume it.", senders,
             [](const SenderPace& sender) { return sender.stopped_since ? 1 : 0; });
  add_family(out, "whatsapp_sender_queued", "A sender's intents that wait.", senders,
             [](const SenderPace& sender) { return sender.queued; });
  add_queues(out, counts, now);
  return std::move(out).str();
}

Task<std::string> read_sender_metrics(store::IntentStore& intents, std::vector<Partition> partitions,
                                      WallTime now) {
  std::vector<SenderPace> senders;
  StateCounts counts;
  for (const Partition partition : partitions) {
    auto there = co_await intents.senders(partition, now);
    if (!there) co_return std::string{};
    std::ranges::move(*there, std::back_inserter(senders));
    const auto open = co_await intents.count(partition, now);
    if (!open) co_return std::string{};
    add_counts(counts, *open);
  }
  co_return sender_metrics_text(std::move(senders), counts, now);
}

}  // namespace wac::api
