#pragma once
// What a phone shows: conversations and their messages, as somebody at the phone page sees them. Bounded; the
// oldest messages are forgotten first.
//
// Every change gives what it touches a new revision, so that a reader asks for what changed since it last
// looked.

#include "base/task.h"
#include "base/time.h"
#include "sandbox/ledger.h"
#include "sandbox/webhook_json.h"

#include <boost/json.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace wac::sandbox {

class Transcript {
 public:
  /// Keeps `limit` messages, and at most 32 MB of their bodies.
  explicit Transcript(std::size_t limit) : limit_(limit) {}

  /// `conversation`: Users::conversation. `body`: the request, or the item of `messages[]`; JSON.
  void add_outgoing(const std::string& conversation, const Party& party, std::string wamid, WallTime at,
                    std::string body);
  void add_incoming(const std::string& conversation, const Party& party, std::string wamid, WallTime at,
                    std::string body);
  /// Never regresses: what was read stays read.
  void set_status(const std::string& wamid, Status status, int error_code);
  /// The business has read this message and what came before it; `typing`: and shows that it writes.
  void mark_read(const std::string& wamid, bool typing, WallTime now);
  /// Something else of the conversation changed (a preference).
  void touch(const std::string& conversation);
  void reset();

  struct Conversation {
    Party party;
    WallTime typing_until;
    std::uint64_t revision = 0;
  };
  const std::map<std::string, Conversation>& conversations() const { return conversations_; }
  /// Null when unknown.
  const Conversation* find(const std::string& conversation) const;

  std::uint64_t revision() const { return revision_; }
  /// Grows with reset(): a reader who has seen another one starts anew.
  std::uint64_t generation() const { return generation_; }
  /// The messages changed after that revision, oldest first.
  boost::json::array messages_after(std::uint64_t revision) const;

  /// Set with true at the next change, with false at stop(). A waiter may set it itself to give up.
  OneShot<bool> next_change();
  void stop();
  bool stopped() const { return stopped_; }

 private:
  struct Message {
    std::string wamid;
    std::string conversation;
    WallTime at;
    std::string body;
    bool outgoing = false;
    /// Outgoing: the highest status so far. Incoming: whether the business has read it.
    std::optional<Status> status;
    int error_code = 0;
    std::uint64_t revision = 0;
  };

  void add(const Party& party, Message message);
  Message* at(const std::string& wamid);
  void forget_oldest();
  void notify();
  static boost::json::object to_json(const Message& message);

  std::size_t limit_;
  std::size_t bytes_ = 0;
  std::deque<Message> messages_;
  /// Numbers of messages from the very first on; forgotten_ of them are gone.
  std::unordered_map<std::string, std::uint64_t> by_wamid_;
  std::uint64_t forgotten_ = 0;
  std::map<std::string, Conversation> conversations_;
  std::uint64_t revision_ = 0;
  std::uint64_t generation_ = 1;
  std::vector<OneShot<bool>> waiters_;
  bool stopped_ = false;
};

}  // namespace wac::sandbox
