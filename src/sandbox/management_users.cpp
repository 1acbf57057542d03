// The parts of the management API that deal with messages and users: history and blocks.

#include "sandbox/fields.h"
#include "sandbox/listing.h"
#include "sandbox/management_api.h"

#include <algorithm>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::Method;

json::object history_entry(const LedgerEntry& entry) {
  json::array events;
  const std::string at = std::to_string(to_millis(entry.accepted_at) / 1'000);
  for (const Status status :
       {Status::kSent, Status::kDelivered, Status::kRead, Status::kPlayed, Status::kFailed}) {
    const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(status));
    if ((entry.delivered & bit) == 0) continue;
    std::string name(sandbox::name(status));
    std::ranges::transform(name, name.begin(), [](char c) { return c - 'a' + 'A'; });
    events.push_back(
        json::object{{"id", std::to_string(entry.sequence) + std::to_string(events.size())},
                     {"delivery_status", std::move(name)},
                     {"webhook_update_state", (entry.acknowledged & bit) != 0 ? "SUCCESS" : "FAILED"},
                     {"timestamp", at}});
  }
  return {{"id", std::to_string(entry.sequence)},
          {"message_id", entry.wamid},
          {"events", json::object{{"data", std::move(events)}}}};
}

/// Who `{"user":"+1…"}` or `{"user_id":"…"}` names; its key stays empty when it is malformed.
Party blocked_party(Check& check, const json::value& value, std::string_view phone_number_id) {
  Party party;
  party.phone_number_id = phone_number_id;
  Fields fields(check, value, "block_users");
  if (const auto user = fields.text("user", Need::kOptional)) {
    std::ranges::copy_if(*user, std::back_inserter(party.wa_id), [](char c) { return c >= '0' && c <= '9'; });
  }
  if (const auto user = fields.text("user_id", Need::kOptional)) party.user_id = *user;
  fields.done();
  if (party.wa_id.empty() && party.user_id.empty())
    check.refuse(131008, "Parameter user or user_id is required.");
  return party;
}

}  // namespace

ManagementApi::Answer ManagementApi::history(const HttpRequest& request,
                                             std::string_view phone_number_id) const {
  json::array entries;
  std::string wamid;
  if (net::query_parameter(request.query, "message_id", wamid)) {
    const LedgerEntry* const entry = parts_.ledger.find(wamid);
    if (entry != nullptr && entry->phone_number_id == phone_number_id)
      entries.push_back(history_entry(*entry));
  } else {
    for (const LedgerEntry& entry : parts_.ledger.entries()) {
      if (entry.phone_number_id == phone_number_id) entries.push_back(history_entry(entry));
    }
    // Newest first, as Graph lists.
    std::ranges::reverse(entries);
  }
  return page(entries, request.path, request.query);
}

ManagementApi::Answer ManagementApi::blocked(const HttpRequest& request, std::string_view phone_number_id) {
  json::array users;
  for (const std::string& user : parts_.users.blocked_by(std::string(phone_number_id))) {
    users.push_back(json::object{{"messaging_product", "whatsapp"}, {"wa_id", user}});
  }
  return page(users, request.path, request.query);
}

ManagementApi::Answer ManagementApi::change_blocks(const HttpRequest& request,
                                                   std::string_view phone_number_id) {
  json::error_code failure;
  const json::value body = json::parse(request.body, failure);
  if (failure) return std::unexpected(graph_error(100, "The body is not valid JSON."));
  const bool block = request.method == Method::kPost;
  Check check;
  Fields fields(check, body, "");
  fields.one_of("messaging_product", Need::kRequired, {"whatsapp"});
  const json::array* const list = fields.array("block_users", Need::kRequired);
  fields.done();
  std::vector<std::pair<Party, json::value>> parties;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const json::value& one = (*list)[i];
    Party party = blocked_party(check, one, phone_number_id);
    json::value input(party.wa_id.empty() ? party.user_id : "+" + party.wa_id);
    parties.emplace_back(std::move(party), std::move(input));
  }
  if (!check.ok()) return std::unexpected(*check.refusal());
  json::array done;
  for (const auto& [party, input] : parties) {
    // Only users who wrote within the last 24 hours can be blocked.
    if (block && parts_.users.window_end(party) <= parts_.scheduler.wall_now()) {
      return std::unexpected(
          graph_error(139100, "Failed to block some users: they did not write within 24 hours."));
    }
    if (block) {
      parts_.users.block(party);
    } else {
      parts_.users.unblock(party);
    }
    done.push_back(json::object{{"input", input}, {"wa_id", parts_.users.key(party)}});
  }
  return json::object{
      {"messaging_product", "whatsapp"},
      {"block_users", json::object{{block ? "added_users" : "removed_users", std::move(done)}}}};
}

}  // namespace wac::sandbox
