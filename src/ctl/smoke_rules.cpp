#include "ctl/smoke_rules.h"

#include "base/rfc3339.h"
#include "ctl/json_view.h"
#include "ctl/payload.h"
#include "ctl/table.h"

#include <algorithm>

namespace wac::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t kWamidWidth = 24;

bool only_accepted(std::string_view type) {
  return type == "reaction" || type == "mark_read";
}

MessageFlags flags_for(std::string_view type, const SmokeArguments& arguments, std::string_view target) {
  MessageFlags flags;
  flags.type = type == "mark_read" ? "mark-read" : type;
  flags.message_id = target;
  if (type == "text") flags.body = "connectorctl smoke: please answer this message.";
  if (type == "audio") flags.link = arguments.audio_link;
  if (type == "document") {
    flags.link = arguments.document_link;
    flags.filename = "smoke.pdf";
  }
  if (type == "contacts") {
    flags.name = "Smoke Test";
    flags.phones = {"+15550100"};
  }
  if (type == "reaction") flags.emoji = "👍";
  if (type == "template") {
    flags.name = arguments.template_name;
    flags.language = arguments.language;
  }
  return flags;
}

}  // namespace

json::object smoke_payload(std::string_view type, const SmokeArguments& arguments, std::string_view target) {
  // Only flags that name files or contradict each other can fail.
  return make_payload(flags_for(type, arguments, target)).value();
}

Progress smoke_progress(std::string_view type, std::string_view state) {
  if (state == "delivered" || state == "read" || state == "played") return Progress::kDone;
  if (state == "sent") return only_accepted(type) ? Progress::kDone : Progress::kWaiting;
  constexpr std::array<std::string_view, 5> kFailed{"failed", "expired", "cancelled", "dead", "unconfirmed"};
  return std::ranges::find(kFailed, state) != kFailed.end() ? Progress::kFailed : Progress::kWaiting;
}

std::optional<Millis> time_to_goal(std::string_view type, const json::value& intent) {
  const auto from = parse_time(text_at(intent, "createdAt"));
  if (!from) return std::nullopt;
  for (const auto& step : array_at(intent, "timeline")) {
    if (smoke_progress(type, text_at(step, "state")) != Progress::kDone) continue;
    const auto at = parse_time(text_at(step, "at"));
    if (at) return std::max(*at - *from, Millis{0});
  }
  return std::nullopt;
}

std::vector<std::string> received_messages(const json::value& page) {
  std::vector<std::string> found;
  for (const auto& event : array_at(page, "events")) {
    if (!text_at(event, "type").starts_with("whatsapp.message.received.")) continue;
    const auto* data = member(event, "data");
    const auto* raw = data == nullptr ? nullptr : member(*data, "raw");
    const std::string_view id = raw == nullptr ? std::string_view{} : text_at(*raw, "id");
    if (!id.empty()) found.emplace_back(id);
  }
  return found;
}

std::string smoke_table(const std::vector<SmokeRow>& rows) {
  std::vector<std::vector<std::string>> cells;
  cells.reserve(rows.size());
  for (const SmokeRow& row : rows) {
    cells.push_back({row.type, row.state.empty() ? "not sent" : row.state,
                     row.time ? std::to_string(row.time->count()) : "-", shorten(row.wamid, kWamidWidth),
                     row.note});
  }
  return render_table({{"type"}, {"state"}, {"time ms", Align::kRight}, {"wamid"}, {""}}, cells);
}

std::string smoke_summary(const std::vector<SmokeRow>& rows, std::size_t replies) {
  const auto done = std::ranges::count(rows, Progress::kDone, &SmokeRow::progress);
  return std::to_string(done) + '/' + std::to_string(rows.size()) + " types delivered, " +
         std::to_string(replies) + (replies == 1 ? " reply received" : " replies received");
}

json::object smoke_json(const std::vector<SmokeRow>& rows, std::size_t replies) {
  json::array list;
  for (const SmokeRow& row : rows) {
    json::object item{{"type", row.type},
                      {"intentId", row.intent_id},
                      {"state", row.state},
                      {"delivered", row.progress == Progress::kDone}};
    if (row.time) item["timeMs"] = row.time->count();
    if (!row.wamid.empty()) item["wamid"] = row.wamid;
    if (!row.note.empty()) item["note"] = row.note;
    list.push_back(std::move(item));
  }
  return {{"types", std::move(list)}, {"replies", replies}, {"ok", all_done(rows)}};
}

bool all_done(const std::vector<SmokeRow>& rows) {
  return std::ranges::all_of(rows, [](const SmokeRow& row) { return row.progress == Progress::kDone; });
}

}  // namespace wac::ctl
