#include "sandbox/limits.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxPairs = 200'000;

void forget_before(std::deque<MonoTime>& window, MonoTime start) {
  while (!window.empty() && window.front() <= start) window.pop_front();
}

}  // namespace

void Limits::configure(LimitConfig config) {
  config_ = config;
  seconds_.clear();
  pairs_.clear();
  management_.clear();
}

std::optional<GraphError> Limits::take_message(const std::string& sender, const std::string& user,
                                               MonoTime now) {
  Window* second = nullptr;
  if (config_.per_second > 0) {
    second = &seconds_[sender];
    forget_before(*second, now - Millis{1'000});
    if (second->size() >= config_.per_second) {
      return graph_error(130429, "Cloud API message throughput has been reached.");
    }
  }
  if (config_.pair_interval > Millis{0}) {
    if (pairs_.size() >= kMaxPairs) {
      std::erase_if(pairs_, [now](const auto& entry) { return entry.second <= now; });
    }
    MonoTime& until = pairs_[sender + '/' + user];
    const MonoTime start = std::max(until, now);
    const auto burst = static_cast<std::int64_t>(std::max<std::uint32_t>(config_.pair_burst, 1));
    if (start - now > config_.pair_interval * (burst - 1)) {
      return graph_error(131056,
                         "Message failed to send because there were too many messages sent from this phone "
                         "number to the same phone number in a short period of time.");
    }
    until = start + config_.pair_interval;
  }
  if (second != nullptr) second->push_back(now);
  return std::nullopt;
}

void Limits::count_inbound(const std::string& sender, MonoTime now) {
  if (config_.per_second == 0) return;
  Window& second = seconds_[sender];
  forget_before(second, now - Millis{1'000});
  if (second.size() < config_.per_second) second.push_back(now);
}

std::optional<GraphError> Limits::take_management(MonoTime now) {
  if (config_.management_per_hour == 0) return std::nullopt;
  forget_before(management_, now - std::chrono::hours{1});
  if (management_.size() >= config_.management_per_hour) {
    return graph_error(80007, "There have been too many calls from this WhatsApp Business Account.");
  }
  management_.push_back(now);
  return std::nullopt;
}

std::vector<std::pair<std::string_view, std::string>> Limits::headers(std::string_view waba_id,
                                                                      MonoTime now) {
  Usage usage;
  if (set_usage_) {
    usage = *set_usage_;
  } else if (config_.management_per_hour > 0) {
    forget_before(management_, now - std::chrono::hours{1});
    usage.percent = static_cast<std::uint32_t>(management_.size() * 100 / config_.management_per_hour);
    if (usage.percent >= 100) {
      const auto left = management_.front() + std::chrono::hours{1} - now;
      usage.regain_minutes =
          static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::minutes>(left).count());
    }
  }
  const json::object app{
      {"call_count", usage.percent}, {"total_time", usage.percent / 2}, {"total_cputime", usage.percent / 2}};
  json::object business = app;
  business["type"] = "whatsapp_business_management";
  business["estimated_time_to_regain_access"] = usage.regain_minutes;
  json::array list;
  list.push_back(std::move(business));
  return {{"x-app-usage", json::serialize(app)},
          {"x-business-use-case-usage", json::serialize(json::object{{waba_id, std::move(list)}})}};
}

}  // namespace wac::sandbox
