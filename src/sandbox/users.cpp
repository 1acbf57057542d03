#include "sandbox/users.h"

namespace wac::sandbox {
namespace {

/// Far more users than any test has; then the oldest knowledge is not worth keeping.
constexpr std::size_t kMaxUsers = 1'000'000;

}  // namespace

std::string Users::key(const Party& party) const {
  if (!party.group_id.empty()) return party.group_id;
  if (!party.wa_id.empty()) return party.wa_id;
  const auto known = phones_.find(party.user_id);
  return known == phones_.end() ? party.user_id : known->second;
}

void Users::meet(const Party& party) {
  if (party.wa_id.empty() || party.user_id.empty()) return;
  if (phones_.size() >= kMaxUsers) phones_.clear();
  phones_.insert_or_assign(party.user_id, party.wa_id);
}

void Users::wrote(const Party& party, WallTime now) {
  if (last_message_.size() >= kMaxUsers) last_message_.clear();
  last_message_.insert_or_assign(conversation(party), now);
}

WallTime Users::window_end(const Party& party) const {
  const auto last = last_message_.find(conversation(party));
  return last == last_message_.end() ? WallTime{} : last->second + kServiceWindow;
}

void Users::prefer(const Party& party, bool stopped) {
  if (stopped) {
    stopped_.insert(key(party));
  } else {
    stopped_.erase(key(party));
  }
}

std::vector<std::string> Users::blocked_by(const std::string& phone_number_id) const {
  std::vector<std::string> users;
  const std::string prefix = phone_number_id + '/';
  for (auto at = blocked_.lower_bound(prefix); at != blocked_.end() && at->starts_with(prefix); ++at) {
    users.push_back(at->substr(prefix.size()));
  }
  return users;
}

void Users::reset() {
  phones_.clear();
  last_message_.clear();
  stopped_.clear();
  blocked_.clear();
}

}  // namespace wac::sandbox
