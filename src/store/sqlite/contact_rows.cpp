#include "store/sqlite/contact_rows.h"

namespace wac::store::sqlite {

ContactRows::ContactRows(Connection& connection)
    : touch_(connection, "sqlite: touch contact",
             "INSERT INTO contacts(part, id, heard_at, phone, forget_at) VALUES(?1,?2,?3,?4,?5) "
             "ON CONFLICT(part, id) DO UPDATE SET heard_at = max(heard_at, ?3), "
             "phone = coalesce(?4, phone), forget_at = max(forget_at, ?5)"),
      heard_(connection, "sqlite: contact", "SELECT heard_at FROM contacts WHERE part = ? AND id = ?"),
      phone_(connection, "sqlite: contact", "SELECT phone FROM contacts WHERE part = ? AND id = ?"),
      forget_(connection, "sqlite: forget contacts",
              "DELETE FROM contacts WHERE (part, id) IN (SELECT part, id FROM contacts WHERE forget_at <= ? "
              "ORDER BY forget_at LIMIT ?)") {}

void ContactRows::touch(Partition partition, const ContactTouch& touch, Millis retention) {
  const WallTime forget_at = touch.at + retention;
  if (touch.phone) {
    Query query{touch_, partition.number, Bytes{touch.phone->raw()}, touch.at, nullptr, forget_at};
    query.execute();
  }
  if (!touch.user) return;
  if (touch.phone) {
    Query query{touch_,   partition.number,          Bytes{touch.user->raw()},
                touch.at, Bytes{touch.phone->raw()}, forget_at};
    query.execute();
  } else {
    Query query{touch_, partition.number, Bytes{touch.user->raw()}, touch.at, nullptr, forget_at};
    query.execute();
  }
}

std::optional<WallTime> ContactRows::last_heard(Partition partition, const crypto::Fingerprint& contact) {
  Query query{heard_, partition.number, Bytes{contact.raw()}};
  if (!query.step()) return std::nullopt;
  return query.time(0);
}

std::optional<crypto::Fingerprint> ContactRows::phone_of(Partition partition,
                                                         const crypto::Fingerprint& user) {
  Query query{phone_, partition.number, Bytes{user.raw()}};
  if (!query.step()) return std::nullopt;
  return crypto::Fingerprint::from_raw(query.bytes(0));
}

std::size_t ContactRows::forget(WallTime now, std::size_t limit) {
  Query query{forget_, now, static_cast<std::int64_t>(limit)};
  return static_cast<std::size_t>(query.execute());
}

}  // namespace wac::store::sqlite
