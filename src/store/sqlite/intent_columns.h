#pragma once
// The columns of the table of intents, for the statements of intent_rows.cpp and intent_queues.cpp.

#include "store/sqlite/intent_rows.h"

namespace wac::store::sqlite {

/// "SELECT …" of what read_row() reads, and `rest`.
std::string select_progress(std::string_view rest);
/// Likewise for read_full(). Columns in `rest` begin at kAfterIdentity.
std::string select_full(std::string_view rest);
extern const int kAfterIdentity;

/// The current row. Nothing, and a failure is noted, when it contradicts itself.
std::optional<IntentRow> read_row(Connection& connection, const Query& query);
std::optional<FullIntentRow> read_full(Connection& connection, const Query& query);

}  // namespace wac::store::sqlite
