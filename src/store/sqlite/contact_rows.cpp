#include "store/sqlite/contact_rows.h"

namespace wac::store::sqlite {
namespace {

/// A contact is kept longer by this part of its retention, so that its end, which has an index, does not move
/// with every message.
constexpr int kSlack = 32;

}  // namespace

ContactRows::ContactRows(Connection& connection)
    : touch_again_(connection, "sqlite: touch contact",
                   "UPDATE contacts SET heard_at = max(heard_at, ?3) WHERE part = ?1 AND id = ?2 "
                   "AND (?4 IS NULL OR phone IS ?4) AND forget_at >= ?5"),
      touch_(connection, "sqlite: touch contact",
             "INSERT INTO contacts(part, id, heard_at, phone, forget_at) VALUES(?1,?2,?3,?4,?5) "
             "ON CONFLICT(part, id) DO UPDATE SET heard_at = max(heard_at, ?3), "
             "phone = coalesce(?4, phone), forget_at = max(forget_at, ?5)"),
      heard_(connection, "sqlite: contact", "SELECT heard_at FROM contacts WHERE part = ? AND id = ?"),
      phone_(connection, "sqlite: contact", "SELECT phone FROM contacts WHERE part = ? AND id = ?"),
      forget_(connection, "sqlite: forget contacts",
              "DELETE FROM contacts WHERE forget_at IN (SELECT forget_at FROM contacts WHERE forget_at <= ? "
              "ORDER BY forget_at LIMIT ?)") {}

void ContactRows::touch(Partition partition, const ContactTouch& touch, Millis retention) {
  if (touch.phone) touch_one(partition, *touch.phone, OptionalPrint{}, touch.at, retention);
  if (!touch.user) return;
  const OptionalPrint phone{touch.phone ? touch.phone->raw() : std::string_view{}};
  touch_one(partition, *touch.user, phone, touch.at, retention);
}

void ContactRows::touch_one(Partition partition, const crypto::Fingerprint& id, OptionalPrint phone,
                            WallTime at, Millis retention) {
  const WallTime forget_at = at + retention;
  {
    Query query{touch_again_, partition.number, Bytes{id.raw()}, at, phone, forget_at};
    if (query.execute() == 1) return;
  }
  Query query{touch_, partition.number, Bytes{id.raw()}, at, phone, forget_at + retention / kSlack};
  query.execute();
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
