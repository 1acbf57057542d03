#pragma once
// The contact log in Redis: one sorted set of last times per partition, and a key for each user id whose
// phone number is known. Plain commands, so that many touches cost little. Contract: store/contact_log.h.

#include "store/contact_log.h"
#include "store/redis/session.h"

#include <array>

namespace wac::store::redis {

/// `session` outlives it.
class RedisContacts final : public ContactLog {
 public:
  explicit RedisContacts(Session& session) : session_(session) {}

  Task<Result<void>> touch(Partition partition, std::vector<ContactTouch> touches, Millis retention,
                           WallTime now) override;
  Task<Result<std::optional<WallTime>>> last_heard(Partition partition, crypto::Fingerprint contact) override;
  Task<Result<std::optional<crypto::Fingerprint>>> phone_of(Partition partition,
                                                            crypto::Fingerprint user) override;

 private:
  Session& session_;
  /// When old entries of a partition are dropped next.
  std::array<WallTime, Partition::kCount> next_trim_{};
};

}  // namespace wac::store::redis
