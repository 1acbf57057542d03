#pragma once
// Groups of readers against the real program.

#include "engines.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>

namespace wac::testing {

/// What a reader got, and what it acknowledges it by.
struct GroupPage {
  int status = 0;
  std::vector<std::string> wamids;
  std::vector<std::string> acks;
  std::vector<std::int64_t> attempts;
  std::string ack;
  std::size_t unknown = 0;
};

inline GroupPage group_page(const HttpReply& reply) {
  GroupPage page;
  page.status = reply.status;
  if (reply.status != 200) return page;
  const auto json = boost::json::parse(reply.body);
  for (const auto& event : json.at("events").as_array())
    page.wamids.emplace_back(event.at("data").at("raw").at("id").as_string());
  for (const auto& delivery : json.at("deliveries").as_array()) {
    page.acks.emplace_back(delivery.at("ack").as_string());
    page.attempts.push_back(delivery.at("attempt").to_number<std::int64_t>());
  }
  page.ack = json.at("ack").as_string();
  if (const auto* unknown = json.as_object().if_contains("unknown"))
    page.unknown = unknown->as_array().size();
  return page;
}

inline GroupPage poll(const Connector& connector, const std::string& more, const std::string& group = "g") {
  return group_page(connector.get("/v1/events?group=" + group + more));
}

inline HttpReply post_tokens(const Connector& connector, const std::string& what,
                             const std::vector<std::string>& tokens, const std::string& more = "") {
  boost::json::array list;
  for (const std::string& token : tokens) list.emplace_back(token);
  return connector.post("/v1/event-groups/g/" + what,
                        R"({"acks":)" + boost::json::serialize(list) + more + "}");
}

inline boost::json::object group_report(const Connector& connector) {
  return boost::json::parse(connector.get("/v1/event-groups/g").body).as_object();
}

/// A message of one of some people, numbered: wamid.<person>.<number>.
inline std::string numbered(int person, int number) {
  return "wamid." + std::to_string(person) + "." + std::to_string(number);
}
inline bool receive(const Connector& connector, int person, int number) {
  return connector
             .post_webhook(
                 inbound_text(numbered(person, number), "hello", "1650555" + std::to_string(1'000 + person)))
             .status == 200;
}

/// What several readers got together.
class Harvest {
 public:
  void add(const std::vector<std::string>& wamids) {
    const std::scoped_lock lock(mutex_);
    all_.insert(all_.end(), wamids.begin(), wamids.end());
  }
  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return all_.size();
  }
  std::vector<std::string> all() const {
    const std::scoped_lock lock(mutex_);
    return all_;
  }
  /// The numbers of each person's messages, in the order in which readers got them.
  std::map<int, std::vector<int>> by_person() const {
    std::map<int, std::vector<int>> people;
    for (const std::string& wamid : all()) {
      const std::size_t dot = wamid.find('.', 6);
      people[std::stoi(wamid.substr(6, dot - 6))].push_back(std::stoi(wamid.substr(dot + 1)));
    }
    return people;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

/// Polls and acknowledges with the next poll until `done`. Outcomes other than 200 and 503 end it.
inline void read_group(const Connector& connector, std::size_t limit, Harvest& harvest,
                       const std::function<bool()>& done) {
  std::string ack;
  while (!done()) {
    const GroupPage page =
        poll(connector, "&wait=1&limit=" + std::to_string(limit) + (ack.empty() ? "" : "&ack=" + ack));
    if (page.status == 503 || page.status == 0) continue;
    if (page.status != 200) return;
    harvest.add(page.wamids);
    ack = page.ack;
  }
  if (!ack.empty()) post_tokens(connector, "ack", {ack});
}

/// A reader of server-sent events.
class StreamReader {
 public:
  explicit StreamReader(const Connector& connector)
      : curl_(ProcessOptions{.argv = {"curl", "-sN", "-H", "Accept: text/event-stream", "-H",
                                      "Authorization: Bearer " + connector.api_key(),
                                      connector.url("/v1/events?group=g")}}) {}
  /// The tokens so far.
  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    const std::string text = curl_.standard_output();
    for (std::size_t at = text.find("id: "); at != std::string::npos; at = text.find("\nid: ", at)) {
      at = text.find("id: ", at) + 4;
      ids.push_back(text.substr(at, text.find('\n', at) - at));
    }
    return ids;
  }
  std::string text() const { return curl_.standard_output(); }
  void kill() { curl_.kill(); }

 private:
  Process curl_;
};

}  // namespace wac::testing
