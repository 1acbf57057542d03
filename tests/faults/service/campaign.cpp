#include "campaign.h"

#include <boost/json.hpp>

namespace wac::testing {
namespace {

namespace json = boost::json;

/// "wac1.<key>.<attempt>" → key.
std::string key_of(std::string_view opaque) {
  return std::string{opaque.substr(5, 32)};
}

/// Messages the sandbox took, by intent key.
std::map<std::string, std::size_t> sandbox_messages(const Sandbox& sandbox) {
  std::map<std::string, std::size_t> out;
  std::string after = "0";
  for (;;) {
    const auto page = json::parse(sandbox.get("/_sandbox/ledger?limit=5000&after=" + after).body);
    for (const auto& entry : page.at("entries").as_array()) {
      ++out[key_of(std::string_view{entry.at("opaque").as_string()})];
    }
    if (page.at("next_after").is_null()) return out;
    after = std::to_string(page.at("next_after").to_number<std::uint64_t>());
  }
}

/// (key, intent id, state) of every record.
struct Record {
  std::string key;
  std::string id;
  std::string state;
  std::int64_t duplicates = 0;
};

std::vector<Record> ledger(const Connector& connector) {
  std::vector<Record> out;
  const HttpReply summary = connector.get_admin("/admin/ledger");
  if (summary.status != 200) return out;
  for (const auto& partition : json::parse(summary.body).at("partitions").as_array()) {
    std::string cursor;
    do {
      const HttpReply reply = connector.get_admin(
          "/admin/ledger?partition=" + std::to_string(partition.at("partition").to_number<int>()) +
          "&cursor=" + cursor);
      if (reply.status != 200) return {};
      const auto page = json::parse(reply.body);
      for (const auto& record : page.at("records").as_array()) {
        out.push_back(
            {std::string{record.at("key").as_string()}, std::string{record.at("intentId").as_string()},
             std::string{record.at("state").as_string()}, record.at("duplicates").to_number<std::int64_t>()});
      }
      cursor = page.at("cursor").as_string();
    } while (!cursor.empty());
  }
  return out;
}

}  // namespace

Environment campaign_environment() {
  return {{"GRAPH_TIMEOUT_MS", "500"}, {"LEASE_MS", "1600"},     {"UNKNOWN_WINDOW_MS", "3000"},
          {"ON_UNKNOWN", "resend"},    {"RETRY_FIRST_MS", "50"}, {"REQUEST_BUDGET_MS", "3000"},
          {"SENDER_RATE", "0"},        {"LOG_LEVEL", "warning"}};
}

Campaign::Campaign(const Connector& connector, const Sandbox& sandbox, CampaignSize size)
    : connector_(connector), sandbox_(sandbox), size_(size), api_key_(connector.api_key()) {
  for (std::size_t i = 0; i < size_.intents; ++i) ids_.push_back(random_uuid());
}

void Campaign::start() {
  for (std::size_t i = 0; i < size_.threads; ++i) threads_.emplace_back([this, i] { work(i); });
}

void Campaign::join() {
  stop_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Campaign::work(std::size_t /*worker*/) {
  for (std::size_t index = next_++; index < total() && !stop_; index = next_++) {
    if (index % 2 == 0 && index / 2 < size_.intents) {
      post_intent(index / 2);
    } else {
      post_webhook(index / 2);
    }
    ++acknowledged_;
  }
}

void Campaign::post_intent(std::size_t index) {
  const std::string body = text_intent(ids_[index], "+165055" + std::to_string(10'000 + index));
  HttpHeaders headers{{"Authorization", "Bearer " + api_key_}, {"Content-Type", "application/json"}};
  if (index % 2 == 0) headers.emplace_back("Prefer", "respond-async");
  static_cast<void>(eventually(
      [&] {
        if (stop_) return true;
        const int status =
            http_request("POST", connector_.url("/v1/intents"), headers, body, {.timeout = Millis{5'000}})
                .status;
        return status == 200 || status == 202;
      },
      Millis{60'000}));
}

void Campaign::post_webhook(std::size_t index) {
  const std::string body = inbound_text("wamid.IN" + std::to_string(index));
  static_cast<void>(
      eventually([&] { return stop_ || connector_.post_webhook(body).status == 200; }, Millis{60'000}));
}

void Campaign::verify(Millis timeout) {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  ASSERT_EQ(acknowledged_, total());
  std::map<std::string, std::string> last;
  // Silence about an unknown intent means something only while its sender's other statuses arrive: a business
  // goes on sending, and so does this.
  auto next_extra = std::chrono::steady_clock::now();
  const bool settled = eventually(
      [&] {
        if (std::chrono::steady_clock::now() >= next_extra) {
          ids_.push_back(random_uuid());
          post_intent(ids_.size() - 1);
          next_extra = std::chrono::steady_clock::now() + Millis{300};
        }
        last = states();
        if (last.size() != ids_.size()) return false;
        return std::ranges::all_of(last, [](const auto& entry) { return entry.second == "read"; });
      },
      timeout);
  std::map<std::string, std::size_t> counts;
  for (const auto& [id, state] : last) ++counts[state];
  std::string summary;
  for (const auto& [state, count] : counts) summary += state + " " + std::to_string(count) + ", ";
  EXPECT_TRUE(settled) << "not every intent was read: " << summary;
  verify_intents(last);
  verify_events();
}

std::map<std::string, std::string> Campaign::states() const {
  std::map<std::string, std::string> out;
  for (const Record& record : ledger(connector_)) out[record.id] = record.state;
  return out;
}

void Campaign::verify_intents(const std::map<std::string, std::string>& states) const {
  std::size_t lost = 0;
  for (const std::string& id : ids_) lost += states.contains(id) ? 0 : 1;
  EXPECT_EQ(lost, 0U) << "accepted intents that the store does not know";
  const auto messages = sandbox_messages(sandbox_);
  std::size_t doubled = 0;
  std::size_t missing = 0;
  for (const Record& record : ledger(connector_)) {
    const auto found = messages.find(record.key);
    missing += found == messages.end() ? 1 : 0;
    doubled += found != messages.end() && found->second > 1 ? 1 : 0;
    EXPECT_EQ(record.duplicates, 0) << connector_.get("/v1/intents/" + record.id).body;
  }
  EXPECT_EQ(missing, 0U) << "intents that never reached Graph";
  EXPECT_EQ(doubled, 0U) << "intents that reached Graph twice";
  EXPECT_EQ(messages.size(), ids_.size());
}

void Campaign::verify_events() const {
  std::map<std::string, std::size_t> seen;
  std::string cursor;
  for (;;) {
    const auto page = json::parse(connector_.get("/v1/events?limit=500&cursor=" + cursor).body);
    if (page.at("events").as_array().empty()) break;
    cursor = page.at("cursor").as_string();
    for (const auto& event : page.at("events").as_array()) {
      if (event.at("type") == "whatsapp.message.received.text")
        ++seen[std::string{event.at("data").at("raw").at("id").as_string()}];
    }
  }
  std::size_t doubled = 0;
  for (const auto& [id, count] : seen) doubled += count > 1 ? 1 : 0;
  EXPECT_EQ(doubled, 0U) << "webhooks that became two events";
  EXPECT_EQ(seen.size(), size_.webhooks) << "acknowledged webhooks that are not in the log";
}

}  // namespace wac::testing
