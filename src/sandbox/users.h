#pragma once
// What the sandbox knows of each user: the customer-service window, opt-outs and blocks (facts §2.1, §1.3).

#include "base/time.h"
#include "sandbox/webhook_json.h"

#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace wac::sandbox {

/// From a user's last message on, free-form messages are allowed for so long.
inline constexpr std::chrono::hours kServiceWindow{24};

class Users {
 public:
  /// The one name of a user, whatever the party knows: the phone's digits, or the user id of somebody whose
  /// phone was never seen; a group's id for a group.
  std::string key(const Party& party) const;
  /// `<phone number id>/<key>`.
  std::string conversation(const Party& party) const { return party.phone_number_id + '/' + key(party); }

  /// Remembers which phone a user id belongs to.
  void meet(const Party& party);
  void wrote(const Party& party, WallTime now);
  /// The end of the customer-service window; the epoch when the user never wrote.
  WallTime window_end(const Party& party) const;

  /// Marketing messages stopped, or resumed.
  void prefer(const Party& party, bool stopped);
  bool stopped(const Party& party) const { return stopped_.contains(key(party)); }

  /// By conversation: a number blocks a user.
  void block(const Party& party) { blocked_.insert(conversation(party)); }
  void unblock(const Party& party) { blocked_.erase(conversation(party)); }
  bool blocked(const Party& party) const { return blocked_.contains(conversation(party)); }
  /// The keys of the users a number has blocked.
  std::vector<std::string> blocked_by(const std::string& phone_number_id) const;

  void reset();

 private:
  std::unordered_map<std::string, std::string> phones_;
  std::unordered_map<std::string, WallTime> last_message_;
  std::unordered_set<std::string> stopped_;
  std::set<std::string> blocked_;
};

}  // namespace wac::sandbox
