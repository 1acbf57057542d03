#include "contacts/contacts.h"

#include "base/expose.h"

#include <algorithm>

namespace wac::contacts {
namespace {

constexpr store::RecordKind kContact{"contact", false};
/// How often a change is tried when others change the same facts.
constexpr int kTries = 5;
constexpr std::size_t kLinksRemembered = 10'000;

// Callers write numbers with a +, Meta without.
std::string_view digits_of(const Phone& phone) {
  std::string_view digits = expose(phone, Purpose::kFingerprint);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  return digits;
}

std::string context_of(const crypto::Fingerprint& id) {
  return "contact|" + id.hex();
}

}  // namespace

crypto::Fingerprint Contacts::id_of(const SenderId& sender, std::string_view text) {
  return parts_.fingerprints.of(crypto::Domain::kContact, {sender.str(), text});
}

crypto::Fingerprint Contacts::id_of(const SenderId& sender, const Phone& phone) {
  return id_of(sender, digits_of(phone));
}

crypto::Fingerprint Contacts::id_of(const SenderId& sender, const UserId& user) {
  return id_of(sender, expose(user, Purpose::kFingerprint));
}

crypto::Fingerprint Contacts::id_of(const SenderId& sender, const whatsapp::Recipient& recipient) {
  if (const auto* phone = std::get_if<Phone>(&recipient.who)) return id_of(sender, *phone);
  return id_of(sender,
               std::visit([](const auto& who) { return expose(who, Purpose::kFingerprint); }, recipient.who));
}

bool Contacts::is_same(const whatsapp::Recipient& recipient, const Phone& number) {
  const auto* phone = std::get_if<Phone>(&recipient.who);
  return phone != nullptr && digits_of(*phone) == digits_of(number);
}

Lesson Contacts::lesson(const SenderId& sender, Partition partition, const whatsapp::ContactNews& news,
                        WallTime now) {
  const auto id = [&](const auto& who) {
    return who.empty() ? std::nullopt : std::optional<crypto::Fingerprint>{id_of(sender, who)};
  };
  Lesson lesson{
      partition, id(news.phone), id(news.user), id(news.former_phone), id(news.former_user), news.wrote, {},
      {}};
  if (news.marketing) lesson.stopped = *news.marketing == whatsapp::MarketingChoice::kStop;
  lesson.at = std::min(news.at.value_or(now), now);
  return lesson;
}

std::optional<store::ContactTouch> Contacts::touch(const Lesson& lesson, WallTime now) const {
  if (!lesson.wrote || lesson.at + parts_.retention <= now) return std::nullopt;
  return store::ContactTouch{lesson.phone, lesson.user, lesson.at};
}

Task<Result<void>> Contacts::learn(std::vector<Lesson> lessons, WallTime now) {
  for (Lesson& lesson : lessons) {
    if (!lesson.is_rare()) continue;
    auto learned = co_await learn_rare(std::move(lesson), now);
    if (!learned) co_return learned;
  }
  co_return Result<void>{};
}

// A word that names the user id alone holds for the number the user is known to have; a former identity's
// word goes over to the new one.
Task<Result<void>> Contacts::learn_rare(Lesson lesson, WallTime now) {
  if (lesson.stopped && lesson.user && !lesson.phone) {
    const auto phone = co_await parts_.log.phone_of(lesson.partition, *lesson.user);
    if (!phone) co_return std::unexpected(phone.error());
    lesson.phone = *phone;
  }
  std::optional<MarketingWord> word;
  if (lesson.stopped) word = MarketingWord{*lesson.stopped, lesson.at};
  for (const auto& former : {lesson.former_phone, lesson.former_user}) {
    if (!former) continue;
    const auto known = co_await load(lesson.partition, *former, now);
    if (!known) co_return std::unexpected(known.error());
    if (known->facts.marketing && (!word || word->at < known->facts.marketing->at)) {
      word = known->facts.marketing;
    }
  }
  if (word) {
    for (const auto& id : {lesson.phone, lesson.user}) {
      if (!id) continue;
      const auto heard = co_await hear_word(lesson.partition, *id, *word, now);
      if (!heard) co_return heard;
    }
  }
  // A number may go to another person, a replaced user id does not.
  if (!lesson.former_user || !lesson.user) co_return Result<void>{};
  co_return co_await link(lesson.partition, *lesson.former_user, *lesson.user, now);
}

Task<Known> Contacts::look_up(Partition partition, crypto::Fingerprint id, WallTime now) {
  Known known = co_await look_up_alone(partition, id, now);
  if (!known.facts.same_as) co_return known;
  const Known other = co_await look_up_alone(partition, *known.facts.same_as, now);
  if (other.heard_at && (!known.heard_at || *known.heard_at < *other.heard_at)) {
    known.heard_at = other.heard_at;
  }
  if (other.facts.marketing) hear(known.facts, *other.facts.marketing);
  co_return known;
}

Task<Known> Contacts::look_up_alone(Partition partition, crypto::Fingerprint id, WallTime now) {
  Known known;
  TaskScope beside;
  beside.spawn(heard_into(partition, id, &known.heard_at));
  auto stored = co_await load(partition, id, now);
  if (stored) known.facts = stored->facts;
  co_await beside.join();
  co_return known;
}

Task<void> Contacts::heard_into(Partition partition, crypto::Fingerprint id, std::optional<WallTime>* out) {
  const auto heard = co_await parts_.log.last_heard(partition, id);
  if (heard) *out = *heard;
}

Task<Result<Contacts::Stored>> Contacts::load(Partition partition, crypto::Fingerprint id, WallTime now) {
  std::vector<store::RecordKey> keys{{partition, kContact, id}};
  const auto found = co_await parts_.records.get(std::move(keys), now);
  if (!found) co_return std::unexpected(found.error());
  const auto& record = found->front();
  if (!record) co_return Stored{};
  // What cannot be read any more (its key left the ring) is as if it were not there, and may be replaced.
  const auto opened = parts_.sealer.open(record->value, context_of(id));
  const auto facts = opened ? read_facts(*opened) : std::unexpected(opened.error());
  co_return Stored{facts ? *facts : Facts{}, record->version};
}

Task<Result<void>> Contacts::hear_word(Partition partition, crypto::Fingerprint id, MarketingWord word,
                                       WallTime now) {
  return update(partition, id, word, std::nullopt, now);
}

Task<Result<void>> Contacts::link(Partition partition, crypto::Fingerprint id, crypto::Fingerprint same,
                                  WallTime now) {
  const std::pair pair{id, same};
  if (id == same || linked_.contains(pair)) co_return Result<void>{};
  auto written = co_await update(partition, id, std::nullopt, same, now);
  if (!written) co_return written;
  if (linked_.size() >= kLinksRemembered) linked_.clear();
  linked_.insert(pair);
  co_return Result<void>{};
}

Task<Result<void>> Contacts::update(Partition partition, crypto::Fingerprint id,
                                    std::optional<MarketingWord> word,
                                    std::optional<crypto::Fingerprint> same, WallTime now) {
  for (int left = kTries; left > 0; --left) {
    auto stored = co_await load(partition, id, now);
    if (!stored) co_return std::unexpected(stored.error());
    Facts facts = stored->facts;
    if (word) hear(facts, *word);
    if (same) facts.same_as = same;
    if (facts == stored->facts) co_return Result<void>{};
    const auto lifetime = facts.stopped() ? std::nullopt : std::optional<Millis>{parts_.retention};
    crypto::SealedBlob sealed = parts_.sealer.seal(write_facts(facts), context_of(id));
    const store::RecordKey key{partition, kContact, id};
    const auto written = co_await parts_.records.put(key, std::move(sealed), stored->version, lifetime, now);
    if (written) co_return Result<void>{};
    if (written.error().code != ErrorCode::kConflict) co_return std::unexpected(written.error());
  }
  co_return fail(ErrorCode::kConflict, "facts of a contact");
}

}  // namespace wac::contacts
