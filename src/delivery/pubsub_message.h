#pragma once
// An event as a message of Google Pub/Sub: the body of topics.publish, and what its answer means. Plain
// rules. Sources: the REST reference of Pub/Sub v1, its quotas page, and Google's Pub/Sub binding for
// CloudEvents (structured content mode, with the attributes of the binary one beside it).

#include "delivery/transport.h"

namespace wac::delivery {

/// Largest message: 10 MB of data, and 10 MB of the whole request as it counts there (nothing in base64).
inline constexpr std::size_t kPubSubBytesMax = 10'000'000;

/// {"messages":[{data, attributes, orderingKey}]}. Attributes: `content-type`, `ce-*` of the event's
/// envelope, which holds nothing personal, and `replay` ("true") of one that is replayed. The ordering key is
/// the fingerprint of the conversation. kTooLarge: above the limit. kInvalid: no event.
Result<std::string> publish_body(const Outgoing& event);

/// "/v1/projects/P/topics/T:publish"
std::string publish_target(const config::PubSubTopic& topic);

/// Taken only when the answer names the message. Never kGone: a topic that is missing may be made again.
/// Reasons: "topic_not_found" (404), "permission_denied" (403), "unauthorized" (401), else as judge().
Answer judge_publish(const net::ClientResult& result, WallTime now);

}  // namespace wac::delivery
