#pragma once
// Names of keys. All of a partition begin with `wac:{pNN}:`; what follows is a fingerprint (raw bytes) or an
// identifier that may be logged, so no key carries personal data. common.lua lists the kinds.

#include "store/intent.h"

#include <string>
#include <string_view>
#include <vector>

namespace wac::store::redis {

/// "wac:{p07}:"
std::string partition_prefix(Partition partition);
/// The key of a name in every partition.
std::vector<std::string> key_of_each_partition(std::string_view name);

std::string intent_key(std::string_view prefix, const IntentKey& key);
std::string sealed_key(std::string_view prefix, const IntentKey& key);
std::string id_key(std::string_view prefix, const crypto::Fingerprint& id);
/// The queue of an open state.
std::string queue_key(std::string_view prefix, IntentState state);
/// What is known of a sender's pace.
std::string sender_key(std::string_view prefix, std::string_view sender);
/// `id`: raw; empty for what the names of all records of the kind begin with.
std::string record_key(std::string_view prefix, std::string_view kind, std::string_view id);
/// The ids of a listed kind.
std::string record_index_key(std::string_view prefix, std::string_view kind);
/// When each contact last wrote.
std::string heard_key(std::string_view prefix);
/// The phone number of a user id.
std::string phone_key(std::string_view prefix, const crypto::Fingerprint& user);
std::string stream_key(std::string_view prefix, const TenantId& tenant);

}  // namespace wac::store::redis
