#pragma once
// The names of Google Pub/Sub.

#include "config/consumer.h"

#include <optional>
#include <string_view>

namespace wac::config {

/// Lower-case letters, digits and hyphens, from a letter on; with the domain in front where it has one
/// ("example.com:project").
bool is_project_id(std::string_view text);
/// 3 to 255 letters, digits and -_.~+%, from a letter on, not from "goog" on.
bool is_topic_id(std::string_view text);
/// "projects/P/topics/T"; nothing when it is another thing.
std::optional<PubSubTopic> parse_topic(std::string_view name);
/// `https://host[:port]`, and http:// where `plain` allows it or the host is this one.
bool is_google_endpoint(std::string_view url, bool plain);

}  // namespace wac::config
