#pragma once
// The table of contacts. Contract: store/contact_log.h.

#include "store/contact_log.h"
#include "store/sqlite/connection.h"

namespace wac::store::sqlite {

class ContactRows {
 public:
  explicit ContactRows(Connection& connection);

  void touch(Partition partition, const ContactTouch& touch, Millis retention);
  std::optional<WallTime> last_heard(Partition partition, const crypto::Fingerprint& contact);
  std::optional<crypto::Fingerprint> phone_of(Partition partition, const crypto::Fingerprint& user);
  /// Drops at most `limit` whose retention has passed; returns how many.
  std::size_t forget(WallTime now, std::size_t limit);

 private:
  /// `phone`: all zero when it is not known.
  void touch_one(Partition partition, const crypto::Fingerprint& id, OptionalPrint phone, WallTime at,
                 Millis retention);

  Statement touch_again_, touch_, heard_, phone_, forget_;
};

}  // namespace wac::store::sqlite
