#pragma once
// The contact log in Redis: one sorted set of last times per partition, and a key for each user id whose
// phone number is known. Written by ingest.lua. Contract: store/contact_log.h.

#include "store/contact_log.h"
#include "store/redis/session.h"

namespace wac::store::redis {

/// `session` outlives it.
class RedisContacts final : public ContactLog {
 public:
  explicit RedisContacts(Session& session) : session_(session) {}

  Task<Result<std::optional<WallTime>>> last_heard(Partition partition, crypto::Fingerprint contact) override;
  Task<Result<std::optional<crypto::Fingerprint>>> phone_of(Partition partition,
                                                            crypto::Fingerprint user) override;

 private:
  Session& session_;
};

}  // namespace wac::store::redis
