#pragma once
// What is known of a business's contacts: learned from webhooks and Meta's answers, asked before a send. Kept
// under fingerprints of (sender, phone number or user id); the facts themselves are sealed.

#include "base/task.h"
#include "contacts/facts.h"
#include "crypto/fingerprint.h"
#include "crypto/keyring.h"
#include "store/contact_log.h"
#include "store/keyed_records.h"
#include "whatsapp/contact_news.h"
#include "whatsapp/recipient.h"

#include <set>
#include <vector>

namespace wac::contacts {

/// What everything works with; all outlive it and belong to its loop.
struct ContactsParts {
  store::ContactLog& log;
  store::KeyedRecords& records;
  crypto::Fingerprinter& fingerprints;
  crypto::Sealer& sealer;
  /// How long a contact that is silent is remembered. A stop of marketing is kept until it is taken back.
  Millis retention;
};

/// ContactNews without the person. That it wrote is noted with the event that tells it; the rest is learned.
struct Lesson {
  Partition partition;
  std::optional<crypto::Fingerprint> phone;
  std::optional<crypto::Fingerprint> user;
  std::optional<crypto::Fingerprint> former_phone;
  std::optional<crypto::Fingerprint> former_user;
  bool wrote = false;
  std::optional<bool> stopped;
  WallTime at;

  bool is_rare() const { return stopped || former_phone || former_user; }
};

/// One per loop.
class Contacts {
 public:
  explicit Contacts(ContactsParts parts) : parts_(parts) {}
  Contacts(const Contacts&) = delete;
  Contacts& operator=(const Contacts&) = delete;

  crypto::Fingerprint id_of(const SenderId& sender, const Phone& phone);
  crypto::Fingerprint id_of(const SenderId& sender, const UserId& user);
  crypto::Fingerprint id_of(const SenderId& sender, const whatsapp::Recipient& recipient);
  /// Whether the recipient is this very number, whichever way it is written.
  static bool is_same(const whatsapp::Recipient& recipient, const Phone& number);

  /// Prepares learn(). `now`: the time of news that bring none; none is later than it.
  Lesson lesson(const SenderId& sender, Partition partition, const whatsapp::ContactNews& news, WallTime now);

  /// What is to be noted with the event (store/event_log.h); nothing when the contact did not write, or long
  /// ago.
  std::optional<store::ContactTouch> touch(const Lesson& lesson, WallTime now) const;
  /// Writes down what is rare; repeating it is harmless.
  Task<Result<void>> learn(std::vector<Lesson> lessons, WallTime now);

  /// One round trip, begun at once; a second one only for a contact that is known under another identity.
  /// What cannot be read is unknown.
  Task<Known> look_up(Partition partition, crypto::Fingerprint id, WallTime now);

  /// The user's word on marketing.
  Task<Result<void>> hear_word(Partition partition, crypto::Fingerprint id, MarketingWord word, WallTime now);
  /// Who is addressed as `id` writes as `same`.
  Task<Result<void>> link(Partition partition, crypto::Fingerprint id, crypto::Fingerprint same,
                          WallTime now);

 private:
  struct Stored {
    Facts facts;
    std::uint64_t version = 0;
  };
  Task<Result<void>> learn_rare(Lesson lesson, WallTime now);
  Task<Result<void>> update(Partition partition, crypto::Fingerprint id, std::optional<MarketingWord> word,
                            std::optional<crypto::Fingerprint> same, WallTime now);
  Task<Result<Stored>> load(Partition partition, crypto::Fingerprint id, WallTime now);
  /// Without what is known under another identity of the same person.
  Task<Known> look_up_alone(Partition partition, crypto::Fingerprint id, WallTime now);
  Task<void> heard_into(Partition partition, crypto::Fingerprint id, std::optional<WallTime>* out);
  crypto::Fingerprint id_of(const SenderId& sender, std::string_view text);

  ContactsParts parts_;
  /// Links written lately, so that each is not looked at with every message.
  std::set<std::pair<crypto::Fingerprint, crypto::Fingerprint>> linked_;
};

}  // namespace wac::contacts
