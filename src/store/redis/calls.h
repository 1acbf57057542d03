#pragma once
// Keys and arguments of the scripts; what each one takes stands at the head of its .lua file.

#include "store/intent_store.h"
#include "store/redis/session.h"

namespace wac::store::redis {

/// The record that a claim makes of an unknown key when nothing holds it.
IntentRecord record_when_free(const NewIntent& intent, ClaimMode mode, Millis lease, WallTime now);

/// For ScriptGroups::run().
struct GroupedCall {
  std::string key;
  net::RedisWords common;
  net::RedisWords item;
};

/// `record`: of record_when_free().
GroupedCall claim_call(const NewIntent& intent, const IntentRecord& record, ClaimMode mode, Millis lease,
                       Millis retention, WallTime now);
GroupedCall settle_call(const Settlement& settlement, Millis retention, WallTime now);
Session::Call take_due_call(Partition partition, std::size_t limit, const DueRules& rules, WallTime now);
Session::Call command_call(Partition partition, const IntentKey& key, Command command, Millis retention,
                           WallTime now);

}  // namespace wac::store::redis
