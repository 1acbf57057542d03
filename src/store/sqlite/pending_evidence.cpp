#include "store/sqlite/pending_evidence.h"

#include "store/rules.h"

namespace wac::store::sqlite {

PendingEvidence::PendingEvidence(Connection& connection)
    : connection_(connection),
      save_(connection, "sqlite: keep evidence",
            "INSERT OR REPLACE INTO pending_evidence(part, message, state, error_code, pricing, forget_at) "
            "VALUES(?,?,?,?,?,?)"),
      take_(connection, "sqlite: take evidence",
            "DELETE FROM pending_evidence WHERE part = ? AND message = ? "
            "RETURNING state, error_code, pricing, forget_at"),
      forget_(connection, "sqlite: forget evidence",
              "DELETE FROM pending_evidence WHERE forget_at IN "
              "(SELECT forget_at FROM pending_evidence WHERE forget_at <= ? ORDER BY forget_at LIMIT ?)") {}

void PendingEvidence::keep(Partition partition, const Evidence& evidence, WallTime forget_at, WallTime now) {
  Evidence kept = evidence;
  if (auto waiting = take(partition, evidence.message, now)) {
    merge(*waiting, evidence);
    kept = std::move(*waiting);
  }
  Query query{save_,
              partition.number,
              Bytes{kept.message.raw()},
              static_cast<std::uint32_t>(kept.state),
              kept.error_code,
              std::string_view{kept.pricing},
              forget_at};
  query.execute();
}

std::optional<Evidence> PendingEvidence::take(Partition partition, const crypto::Fingerprint& message,
                                              WallTime now) {
  Query query{take_, partition.number, Bytes{message.raw()}};
  if (!query.step()) return std::nullopt;
  const auto state = intent_state_from(static_cast<std::uint8_t>(query.integer(0)));
  Evidence evidence;
  evidence.error_code = static_cast<std::uint32_t>(query.integer(1));
  evidence.pricing = query.bytes(2);
  evidence.message = message;
  const bool waits = query.time(3) > now;
  while (query.step()) {
  }
  if (!state) {
    connection_.note_corrupt("sqlite: waiting evidence");
    return std::nullopt;
  }
  evidence.state = *state;
  return waits ? std::optional{std::move(evidence)} : std::nullopt;
}

std::size_t PendingEvidence::forget(WallTime now, std::size_t limit) {
  Query query{forget_, now, static_cast<std::int64_t>(limit)};
  return static_cast<std::size_t>(query.execute());
}

}  // namespace wac::store::sqlite
