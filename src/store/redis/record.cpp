#include "store/redis/record.h"

#include <algorithm>
#include <charconv>

namespace wac::store::redis {
namespace {

template <class Number>
bool read(std::string_view text, Number& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size();
}

bool read(std::string_view text, WallTime& out) {
  std::int64_t ms = 0;
  if (!read(text, ms)) return false;
  out = from_millis(ms);
  return true;
}

bool read(std::string_view text, IntentState& out) {
  std::uint8_t number = 0;
  if (!read(text, number)) return false;
  const auto state = intent_state_from(number);
  if (state) out = *state;
  return state.has_value();
}

template <class Id>
bool read_id(std::string_view text, Id& out) {
  auto id = Id::parse(text);
  if (id) out = std::move(*id);
  return id.has_value();
}

bool read(std::string_view text, std::optional<WallTime>& out) {
  WallTime time;
  if (!read(text, time)) return false;
  out = time;
  return true;
}

bool read(std::string_view text, OnUnknown& out) {
  if (text != "0" && text != "1") return false;
  out = text == "1" ? OnUnknown::kResend : OnUnknown::kHold;
  return true;
}

bool read(std::string_view text, Hold& out) {
  std::uint8_t number = 0;
  if (!read(text, number)) return false;
  const auto hold = hold_from(number);
  if (hold) out = *hold;
  return hold.has_value();
}

bool read(std::string_view text, Preparation& out) {
  std::uint8_t number = 0;
  if (!read(text, number)) return false;
  const auto preparation = preparation_from(number);
  if (preparation) out = *preparation;
  return preparation.has_value();
}

bool read(std::string_view text, crypto::Fingerprint& out) {
  const auto fingerprint = crypto::Fingerprint::from_raw(text);
  if (fingerprint) out = *fingerprint;
  return fingerprint.has_value();
}

/// In format 1, the error code of an intent that did not fail: its alternative had been sent.
constexpr std::uint32_t kAlternativeOfFormat1 = 4'000'000'100;

/// What a record cannot do without, to be ticked off.
constexpr std::string_view kRequired = "sakdbn";

/// Reads hash fields into a record, one after the other.
class RecordReader {
 public:
  explicit RecordReader(IntentRecord& record) : record_(record) {}

  bool field(std::string_view name, std::string_view value) {
    if (name.empty()) return false;
    if (name.front() >= '0' && name.front() <= '9') return timeline(name, value);
    if (name.size() != 1) return true;
    const auto required = kRequired.find(name.front());
    if (required != std::string_view::npos) seen_ |= 1U << required;
    return letter(name.front(), value);
  }

  bool finish() {
    if (seen_ != (1U << kRequired.size()) - 1) return false;
    if (!correlation_.empty() && !read_id(correlation_, record_.correlation)) return false;
    if (record_.error_code == kAlternativeOfFormat1) {
      record_.error_code = 0;
      record_.alternative = true;
    }
    return true;
  }

 private:
  bool letter(char name, std::string_view value) {
    switch (name) {
      case 's':
        return read(value, record_.state);
      case 'a':
        return read(value, record_.attempt);
      case 'k':
        return read(value, record_.token);
      case 'd':
        return read(value, record_.due);
      case 'b':
        return read(value, record_.body);
      case 't':
        return read_id(value, record_.tenant);
      case 'i':
        return read_id(value, record_.id);
      case 'f':
        return read_id(value, record_.sender);
      case 'c':
        return correlation_.insert(0, value), true;
      case 'C':
        return correlation_.append(value), true;
      case 'o':
        return read(value, record_.on_unknown);
      case 'n':
        return read(value, record_.created);
      case 'g':
        return read(value, record_.age_from);
      case 'x':
        return read(value, record_.expires_at);
      case 'u':
        return read(value, record_.updated);
      case 'e':
        return read(value, record_.error_code);
      case 'h':
        return read(value, record_.upstream_status);
      case 'p':
        return read(value, record_.duplicates);
      case 'r':
        return read(value, record_.recipient);
      case 'y':
        record_.priority = Priority::kHigh;
        return value == "1";
      case 'v':
        return read(value, record_.hold);
      case 'j':
        return read(value, record_.uncounted);
      case 'l':
        record_.alternative = true;
        return value == "1";
      case 'P':
        return read(value, record_.preparation);
      case 'z':
        return record_.pricing.assign(value), true;
      default:
        return true;
    }
  }

  bool timeline(std::string_view name, std::string_view value) {
    std::pair<IntentState, WallTime> entry;
    if (!read(name, entry.first) || !read(value, entry.second)) return false;
    // In order of time; at equal times in the hash's order, which is that of insertion.
    auto& timeline = record_.timeline;
    timeline.insert(
        std::ranges::upper_bound(timeline, entry.second, {}, &std::pair<IntentState, WallTime>::second),
        entry);
    return true;
  }

  IntentRecord& record_;
  std::string correlation_;
  unsigned seen_ = 0;
};

}  // namespace

void put_fields(net::RedisWords& out, const IntentRecord& record, const NewIntent& intent) {
  const auto text = [&out](std::string_view name, std::string_view value) {
    if (!value.empty()) out.arg(name).arg(value);
  };
  const auto number = [&out](std::string_view name, auto value) {
    out.arg(name).arg(static_cast<std::int64_t>(value));
  };
  number("s", record.state);
  number("a", record.attempt);
  number("k", record.token);
  number("d", to_millis(record.due));
  text("b", record.body.raw());
  text("q", intent.id_fingerprint.raw());
  text("t", record.tenant.str());
  text("i", record.id.str());
  text("f", record.sender.str());
  if (intent.recipient != crypto::Fingerprint{}) text("r", intent.recipient.raw());
  if (intent.priority == Priority::kHigh) text("y", "1");
  text("c", record.correlation.str().substr(0, kFieldBytes));
  if (record.correlation.str().size() > kFieldBytes) text("C", record.correlation.str().substr(kFieldBytes));
  if (record.on_unknown == OnUnknown::kResend) text("o", "1");
  if (intent.prepares) number("P", Preparation::kPending);
  number("n", to_millis(record.created));
  if (record.expires_at) number("x", to_millis(*record.expires_at));
  // A scheduled intent ages from its time on.
  if (intent.due > intent.created) number("g", to_millis(intent.due));
  number("u", to_millis(record.updated));
  for (const auto& [state, entered] : record.timeline) {
    out.arg(static_cast<std::int64_t>(state)).arg(to_millis(entered));
  }
}

Result<IntentRecord> record_from(const IntentKey& key, const net::RedisReply& fields) {
  if (fields.kind() != net::RedisReply::Kind::kArray || fields.size() == 0 || fields.size() % 2 != 0) {
    return fail(ErrorCode::kCorrupt, "redis: an intent is no hash");
  }
  IntentRecord record;
  record.key = key;
  RecordReader reader{record};
  for (std::size_t at = 0; at < fields.size(); at += 2) {
    if (!reader.field(fields[at].text(), fields[at + 1].text())) {
      return fail(ErrorCode::kCorrupt, "redis: field of an intent");
    }
  }
  if (!reader.finish()) return fail(ErrorCode::kCorrupt, "redis: fields of an intent are missing");
  record.age_from = std::max(record.age_from, record.created);
  return record;
}

bool holds_wamid(const net::RedisReply& fields) {
  for (std::size_t at = 0; at + 1 < fields.size(); at += 2) {
    if (fields[at].text() == "w") return true;
  }
  return false;
}

}  // namespace wac::store::redis
