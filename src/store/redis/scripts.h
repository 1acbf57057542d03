#pragma once
// The Lua scripts: the .lua files of this folder, embedded at build time, each behind the constants made from
// the C++ functions of store/intent.h and behind common.lua, pace.lua and turns.lua,
// where an intent is settled behind evidence.lua too.

#include "net/redis.h"

#include <string>
#include <string_view>

namespace wac::store::redis {

/// The text of the .lua files; embed_lua.cmake writes the definitions into the build tree.
namespace lua {
extern const std::string_view kCommon;
extern const std::string_view kPace;
extern const std::string_view kTurns;
extern const std::string_view kEvidence;
extern const std::string_view kClaim;
extern const std::string_view kSettle;
extern const std::string_view kTakeDue;
extern const std::string_view kIngest;
extern const std::string_view kCommand;
extern const std::string_view kResume;
extern const std::string_view kStartSending;
extern const std::string_view kAdoptCredential;
extern const std::string_view kPutRecord;
extern const std::string_view kListRecords;
extern const std::string_view kScan;
}  // namespace lua

/// The Lua constants ACCEPTED …, OPEN and MAY_MOVE, from name(), is_open() and evidence_may_move().
std::string lua_constants();

struct Scripts {
  Scripts();
  net::RedisScript claim;
  net::RedisScript settle;
  net::RedisScript take_due;
  net::RedisScript ingest;
  net::RedisScript command;
  net::RedisScript resume;
  net::RedisScript start_sending;
  net::RedisScript adopt_credential;
  net::RedisScript put_record;
  net::RedisScript list_records;
  net::RedisScript scan;
};

}  // namespace wac::store::redis
