#pragma once
// Tables, their versions and the settings of a connection.

#include "store/sqlite/connection.h"

namespace wac::store::sqlite {

/// Before anything touches the file: kCorrupt (not a database, or damaged), kInvalid (another program's
/// database, or one of a newer version of ours). Files up to `check_bytes` are checked page by page.
Result<void> inspect(Connection& connection, std::uint64_t check_bytes);

/// WAL, synchronous=FULL, no automatic checkpoint. For every connection.
void configure(Connection& connection);

/// Brings an inspected file to our schema.
void migrate(Connection& connection);

}  // namespace wac::store::sqlite
