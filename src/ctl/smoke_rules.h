#pragma once
// What the smoke test sends and when it is content. Pure.

#include "ctl/arguments.h"

#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::ctl {

/// The seven principal types, in the order they are sent: a reaction needs a message, mark_read an answer.
inline constexpr std::array<std::string_view, 7> kSmokeTypes{"text",     "audio",    "document", "contacts",
                                                             "template", "reaction", "mark_read"};

/// `target`: the message that reaction and mark_read are about.
boost::json::object smoke_payload(std::string_view type, const SmokeArguments& arguments,
                                  std::string_view target);

enum class Progress : std::uint8_t { kWaiting, kDone, kFailed };

/// Delivered or read is the goal; of reactions and mark_read Meta only ever says that it took them: sent.
Progress smoke_progress(std::string_view type, std::string_view state);

/// From acceptance until the goal was reached, by the timeline of GET /v1/intents/{id}; nothing before.
std::optional<Millis> time_to_goal(std::string_view type, const boost::json::value& intent);

/// wamids of the messages users sent, in a page of GET /v1/events.
std::vector<std::string> received_messages(const boost::json::value& page);

struct SmokeRow {
  std::string type;
  std::string intent_id;
  std::string state;
  std::optional<Millis> time;
  std::string wamid;
  Progress progress = Progress::kWaiting;
  std::string note;  ///< why it failed
};

std::string smoke_table(const std::vector<SmokeRow>& rows);
/// "7/7 types delivered, 1 reply received"
std::string smoke_summary(const std::vector<SmokeRow>& rows, std::size_t replies);
boost::json::object smoke_json(const std::vector<SmokeRow>& rows, std::size_t replies);
bool all_done(const std::vector<SmokeRow>& rows);

}  // namespace wac::ctl
