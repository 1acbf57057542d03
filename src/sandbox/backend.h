#pragma once
// What happens behind the API: accepted messages get an id, an entry in the ledger and their statuses; users
// write, of their own accord or in answer. Sending is in backend.cpp, what users do in backend_inbound.cpp.

#include "base/random.h"
#include "base/scheduler.h"
#include "crypto/digest.h"
#include "sandbox/config.h"
#include "sandbox/graph_error.h"
#include "sandbox/ledger.h"
#include "sandbox/limits.h"
#include "sandbox/message.h"
#include "sandbox/transcript.h"
#include "sandbox/users.h"
#include "sandbox/webhook_json.h"
#include "sandbox/webhook_queue.h"

#include <boost/json.hpp>

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace wac::sandbox {

/// Belongs to one loop; what it is given outlives it.
class Backend {
 public:
  /// `ids` makes message ids: never a seeded generator.
  struct Parts {
    Scheduler& scheduler;
    Random& ids;
    Ledger& ledger;
    WebhookQueue& queue;
    Limits& limits;
    Users& users;
    Transcript& transcript;
  };
  Backend(const SandboxConfig& config, Parts parts);

  bool knows_number(std::string_view phone_number_id) const {
    return display_numbers_.contains(std::string(phone_number_id));
  }
  /// Digits of the number's own phone; it must be known.
  const std::string& display_number(std::string_view phone_number_id) const;

  /// Rules that need to know what exists: unknown message to mark as read, sender equals recipient, backlog,
  /// blocked users, the customer-service window, and last the limits, which count what passes.
  std::optional<GraphError> refuse(std::string_view phone_number_id, const OutgoingMessage& message);

  /// How a message ends that was accepted.
  struct Fate {
    /// Not 0: its only status is `failed` with this code.
    int failed_code = 0;
  };
  /// Takes a message nothing speaks against, and returns the body of the 200 answer. `body`: the request's.
  std::string accept(std::string_view phone_number_id, const OutgoingMessage& message, Fate fate,
                     std::string_view body);
  /// Lets the held messages of a template go, or drops them (132015). Returns how many there were.
  std::size_t release(const std::string& template_key, Fate fate);

  /// A message from a user, in Meta's own shape without `id` and `timestamp`: `{"from":…,"type":…,…}`.
  /// Optional and not passed on: `phone_number_id`, `name`, `user_id`, `count`. Answers what was made, or the
  /// reason not to (a sentence).
  std::expected<boost::json::object, std::string> receive(const boost::json::object& request);
  /// A webhook of any field: `{"field":…,"value":…}`.
  std::expected<boost::json::object, std::string> announce(const boost::json::object& request);
  void announce(std::string field, const boost::json::value& value);
  /// A user stops or resumes marketing messages: `{"from":…,"value":"stop"|"resume"}`, with `user_id` and
  /// `phone_number_id` as in receive().
  std::expected<boost::json::object, std::string> prefer(const boost::json::object& request);

  /// To be called when an update goes out for the first time: the scripted user answers what it has read.
  void on_sent(const Update& update);
  void reset();

 private:
  std::shared_ptr<const SentMessage> record(std::string_view phone_number_id, const OutgoingMessage& message);
  void schedule_statuses(std::shared_ptr<const SentMessage> message, const OutgoingMessage& request,
                         Fate fate);
  void schedule_status(const std::shared_ptr<const SentMessage>& message, Status status, Millis delay,
                       int code);
  /// A reaction to a reaction, or to a message that does not exist, fails later, not at once (facts §2.3).
  bool reaction_fails(const std::string& target) const;
  Fate fate_of(const Party& party, const OutgoingMessage& message, Fate fate) const;
  std::string schedule_inbound(std::shared_ptr<const Party> from, boost::json::object message, Millis delay);
  void remember_inbound(const std::string& wamid);
  /// Who writes, from a control request.
  std::expected<std::shared_ptr<Party>, std::string> sender_of(const boost::json::object& request) const;
  Party party(std::string_view phone_number_id, const OutgoingMessage& message) const;
  std::string fingerprint(std::string_view user);
  void answer(const SentMessage& message);

  struct Held {
    std::string template_key;
    std::shared_ptr<const SentMessage> message;
    OutgoingMessage request;
  };

  const SandboxConfig& config_;
  Scheduler& scheduler_;
  Random& ids_;
  Ledger& ledger_;
  WebhookQueue& queue_;
  Limits& limits_;
  Users& users_;
  Transcript& transcript_;
  std::vector<Held> held_;
  crypto::HmacSha256 fingerprints_;
  std::unordered_map<std::string, std::string> display_numbers_;
  /// The latest messages of users, for mark_read and reactions.
  std::unordered_set<std::string> inbound_;
  std::deque<std::string> inbound_order_;
  /// Conversations the scripted user has answered in.
  std::unordered_set<std::string> answered_;
};

}  // namespace wac::sandbox
