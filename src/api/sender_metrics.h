#pragma once
// What /metrics says about senders and queues. It is read from the store at each scrape, so that every
// instance tells the same.

#include "store/intent_store.h"

#include <string>
#include <vector>

namespace wac::api {

/// So many senders are shown: those in trouble first, then those with most in their queues.
inline constexpr std::size_t kSendersShown = 200;

/// Prometheus text of whatsapp_sender_rate, _breaker (0 closed, 1 half open, 2 open), _stopped and _queued by
/// sender, of whatsapp_queue_depth by state and of whatsapp_queue_oldest_due_seconds.
std::string sender_metrics_text(std::vector<store::SenderPace> senders, store::StateCounts counts,
                                WallTime now);

/// The same, read from the store; empty while it does not answer.
Task<std::string> read_sender_metrics(store::IntentStore& intents, std::vector<Partition> partitions,
                                      WallTime now);

}  // namespace wac::api
