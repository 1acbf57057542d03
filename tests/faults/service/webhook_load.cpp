#include "webhook_load.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::testing {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRepeatAfter{200};

void wait_until(Clock::time_point due) {
  static_cast<void>(eventually([due] { return Clock::now() >= due; }, Millis{60'000}));
}

std::string wamid_of(const std::string& phone, std::size_t sequence) {
  return "wamid." + phone + "." + std::to_string(sequence);
}

/// `wamid.<phone>.<sequence>`.
std::pair<std::string, std::size_t> parts_of(const std::string& wamid) {
  const std::size_t dot = wamid.rfind('.');
  return {wamid.substr(6, dot - 6), std::stoul(wamid.substr(dot + 1))};
}

Sighting sighting_of(const json::value& event) {
  return {std::string{event.at("id").as_string()},
          std::string{event.at("data").at("raw").at("id").as_string()}};
}

}  // namespace

void Sightings::add(Sighting sighting) {
  const std::scoped_lock lock(mutex_);
  all_.push_back(std::move(sighting));
}

void Sightings::add_event(const std::string& event) {
  add(sighting_of(json::parse(event)));
}

std::size_t Sightings::count() const {
  const std::scoped_lock lock(mutex_);
  return all_.size();
}

std::vector<Sighting> Sightings::all() const {
  const std::scoped_lock lock(mutex_);
  return all_;
}

WebhookLoad::WebhookLoad(const Connector& connector, Rate rate) : connector_(connector), rate_(rate) {
  for (std::size_t i = 0; i < rate_.conversations; ++i) {
    conversations_.push_back({.phone = "1650555" + std::to_string(1'000 + i)});
  }
}

void WebhookLoad::start() {
  for (Conversation& one : conversations_) one.due = Clock::now();
  for (std::size_t i = 0; i < rate_.threads; ++i) threads_.emplace_back([this, i] { work(i); });
}

void WebhookLoad::end() {
  ending_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void WebhookLoad::work(std::size_t worker) {
  while (Conversation* conversation = next(worker)) {
    wait_until(conversation->due);
    post(*conversation);
  }
}

/// The one of its conversations that is due first; at the end only those with something under way.
WebhookLoad::Conversation* WebhookLoad::next(std::size_t worker) {
  Conversation* first = nullptr;
  for (std::size_t i = worker; i < conversations_.size(); i += rate_.threads) {
    Conversation& one = conversations_[i];
    if (ending_ && !one.under_way) continue;
    if (first == nullptr || one.due < first->due) first = &one;
  }
  return first;
}

void WebhookLoad::post(Conversation& conversation) {
  conversation.under_way = true;
  const auto interval = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(static_cast<double>(rate_.conversations) / rate_.per_second));
  const std::string wamid = wamid_of(conversation.phone, conversation.acknowledged);
  const int status = connector_.post_webhook(inbound_text(wamid, "hello", conversation.phone)).status;
  const auto now = Clock::now();
  if (status != 200) {
    ++refused_;
    conversation.due = now + kRepeatAfter;
    return;
  }
  ++conversation.acknowledged;
  ++acknowledged_;
  conversation.under_way = false;
  conversation.due = std::max(conversation.due + interval, now - interval);
}

Accounts WebhookLoad::settle(const std::vector<Sighting>& seen) const {
  Accounts accounts;
  std::map<std::string, std::size_t> next;  // by conversation: the one not seen yet
  std::map<std::string, std::string> ids;   // by message
  for (const Sighting& one : seen) {
    const auto [phone, sequence] = parts_of(one.wamid);
    const auto [known, fresh] = ids.emplace(one.wamid, one.id);
    if (known->second != one.id) ++accounts.renamed;
    if (!fresh) {
      ++accounts.repeated;
      continue;
    }
    std::size_t& expected = next[phone];
    if (sequence != expected) ++accounts.disordered;
    expected = std::max(expected, sequence + 1);
  }
  for (const Conversation& one : conversations_) {
    for (std::size_t i = 0; i < one.acknowledged; ++i) {
      accounts.missing += ids.contains(wamid_of(one.phone, i)) ? 0 : 1;
    }
  }
  return accounts;
}

EventPoller::EventPoller(const Connector& connector) : connector_(connector), thread_([this] { poll(); }) {}

EventPoller::~EventPoller() {
  ending_ = true;
  thread_.join();
}

void EventPoller::poll() {
  std::string cursor;
  while (!ending_) {
    const HttpReply reply = connector_.get("/v1/events?limit=500&wait=1&cursor=" + cursor);
    if (reply.status != 200) {
      wait_until(Clock::now() + kRepeatAfter);
      continue;
    }
    const auto page = json::parse(reply.body);
    for (const auto& event : page.at("events").as_array()) seen_.add(sighting_of(event));
    cursor = page.at("cursor").as_string();
  }
}

}  // namespace wac::testing
