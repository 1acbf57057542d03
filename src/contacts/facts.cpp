#include "contacts/facts.h"

#include "base/expose.h"

#include <boost/json.hpp>

namespace wac::contacts {
namespace {

namespace json = boost::json;

constexpr std::string_view kStopped = "stopped";
constexpr std::string_view kAt = "at";
constexpr std::string_view kMarketing = "marketing";
constexpr std::string_view kSameAs = "sameAs";

std::optional<MarketingWord> word_from(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  const json::value* stopped = object->if_contains(kStopped);
  const json::value* at = object->if_contains(kAt);
  if (stopped == nullptr || !stopped->is_bool() || at == nullptr || !at->is_int64()) return std::nullopt;
  return MarketingWord{stopped->get_bool(), from_millis(at->get_int64())};
}

}  // namespace

Window window_of(std::optional<WallTime> heard_at, WallTime now) {
  if (!heard_at) return Window::kUnknown;
  return now >= *heard_at + kWindow + kWindowEdge ? Window::kClosed : Window::kOpen;
}

bool hear(Facts& facts, const MarketingWord& word) {
  if (facts.marketing) {
    const MarketingWord& known = *facts.marketing;
    if (word.at < known.at || (word.at == known.at && (known.stopped || !word.stopped))) return false;
  }
  facts.marketing = word;
  return true;
}

std::string write_facts(const Facts& facts) {
  json::object out;
  if (facts.marketing) {
    out[kMarketing] =
        json::object{{kStopped, facts.marketing->stopped}, {kAt, to_millis(facts.marketing->at)}};
  }
  if (facts.same_as) out[kSameAs] = facts.same_as->hex();
  return json::serialize(out);
}

Result<Facts> read_facts(const PersonalText& text) {
  boost::system::error_code failed;
  const json::value value = json::parse(expose(text, Purpose::kValidate), failed);
  const json::object* object = failed ? nullptr : value.if_object();
  if (object == nullptr) return fail(ErrorCode::kCorrupt, "facts of a contact");
  Facts facts;
  if (const json::value* marketing = object->if_contains(kMarketing)) {
    facts.marketing = word_from(*marketing);
    if (!facts.marketing) return fail(ErrorCode::kCorrupt, "facts of a contact");
  }
  if (const json::value* same = object->if_contains(kSameAs)) {
    if (same->is_string()) facts.same_as = crypto::Fingerprint::from_hex(same->get_string());
    if (!facts.same_as) return fail(ErrorCode::kCorrupt, "facts of a contact");
  }
  return facts;
}

}  // namespace wac::contacts
