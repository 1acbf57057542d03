#include "sandbox/ledger.h"

#include <algorithm>
#include <array>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kStatusNames = {"sent", "delivered", "read", "played", "failed"};
constexpr std::size_t kMaxDoubledShown = 1'000;

std::uint8_t bit(Status status) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(status));
}

json::array status_list(std::uint8_t bits) {
  json::array list;
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    if ((bits & (1U << i)) != 0) list.emplace_back(kStatusNames[i]);
  }
  return list;
}

json::object to_json(const LedgerEntry& entry) {
  return {{"sequence", entry.sequence},
          {"wamid", entry.wamid},
          {"phone_number_id", entry.phone_number_id},
          {"to", entry.to_fingerprint},
          {"type", entry.type},
          {"opaque", entry.opaque},
          {"accepted_at", to_millis(entry.accepted_at)}};
}

std::string line_of(std::string_view event, json::object content) {
  json::object line{{"event", event}};
  for (auto& field : content) line.emplace(field.key(), std::move(field.value()));
  return json::serialize(line) + '\n';
}

std::string status_line(std::string_view event, Sequence sequence, Status status) {
  return line_of(event, {{"sequence", sequence}, {"status", name(status)}});
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

std::string_view name(Status status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}

Ledger::Ledger(std::size_t limit) : limit_(std::max<std::size_t>(limit, 1)) {}

Result<void> Ledger::open_file(const std::string& path) {
  auto file = AppendFile::open(path);
  if (!file) return std::unexpected(file.error());
  const std::string content = file->take_content();
  std::size_t at = 0;
  for (std::size_t end = content.find('\n'); end != std::string::npos; end = content.find('\n', at)) {
    json::error_code error;
    const json::value line = json::parse(std::string_view(content).substr(at, end - at), error);
    if (error || !line.is_object()) return fail(ErrorCode::kCorrupt, "a line of the ledger file");
    if (!replay(line.get_object())) return fail(ErrorCode::kCorrupt, "a sequence of the ledger file");
    at = end + 1;
  }
  // A line without an end was being written when the last sandbox died; nobody was answered after it.
  file->truncate(at);
  file_.emplace(std::move(*file));
  return {};
}

bool Ledger::replay(const json::object& line) {
  const std::string_view event = text_of(line, "event");
  const auto sequence = static_cast<Sequence>(number_of(line, "sequence"));
  if (event == "accepted") {
    LedgerEntry entry;
    entry.sequence = sequence;
    entry.wamid = text_of(line, "wamid");
    entry.phone_number_id = text_of(line, "phone_number_id");
    entry.to_fingerprint = text_of(line, "to");
    entry.type = by_type_.try_emplace(std::string(text_of(line, "type"))).first->first;
    entry.opaque = text_of(line, "opaque");
    entry.accepted_at = from_millis(number_of(line, "accepted_at"));
    // The index of an entry follows from its sequence.
    if (sequence < 1 || (!entries_.empty() && sequence != last_ + 1)) return false;
    insert(std::move(entry));
    return true;
  }
  LedgerEntry* const entry = at(sequence);
  const auto* const status = std::ranges::find(kStatusNames, text_of(line, "status"));
  if (entry == nullptr || status == kStatusNames.end()) return true;
  const std::uint8_t mask = bit(static_cast<Status>(status - kStatusNames.begin()));
  (event == "acknowledged" ? entry->acknowledged : entry->delivered) |= mask;
  return true;
}

Sequence Ledger::add(LedgerEntry entry) {
  entry.sequence = last_ + 1;
  if (file_ && !file_->append(line_of("accepted", to_json(entry)))) ++write_errors_;
  insert(std::move(entry));
  return last_;
}

void Ledger::insert(LedgerEntry entry) {
  last_ = entry.sequence;
  ++accepted_;
  const auto type = by_type_.find(entry.type);
  ++(type == by_type_.end() ? by_type_[std::string(entry.type)] : type->second);
  if (!entry.opaque.empty() && ++opaque_counts_[entry.opaque] == 1) ++distinct_opaque_;
  entries_.push_back(std::move(entry));
  by_wamid_.emplace(entries_.back().wamid, last_);
  if (entries_.size() > limit_) forget_oldest();
}

void Ledger::forget_oldest() {
  const LedgerEntry& oldest = entries_.front();
  by_wamid_.erase(oldest.wamid);
  const auto count = opaque_counts_.find(oldest.opaque);
  if (count != opaque_counts_.end() && count->second == 1) opaque_counts_.erase(count);
  entries_.pop_front();
}

LedgerEntry* Ledger::at(Sequence sequence) {
  if (entries_.empty() || sequence < entries_.front().sequence || sequence > last_) return nullptr;
  return &entries_[sequence - entries_.front().sequence];
}

void Ledger::mark_delivered(Sequence sequence, Status status) {
  LedgerEntry* const entry = at(sequence);
  if (entry == nullptr || (entry->delivered & bit(status)) != 0) return;
  entry->delivered |= bit(status);
  if (file_ && !file_->append(status_line("delivered", sequence, status))) ++write_errors_;
}

void Ledger::mark_acknowledged(Sequence sequence, Status status) {
  LedgerEntry* const entry = at(sequence);
  if (entry == nullptr || (entry->acknowledged & bit(status)) != 0) return;
  entry->acknowledged |= bit(status);
  if (file_ && !file_->append(status_line("acknowledged", sequence, status))) ++write_errors_;
}

const LedgerEntry* Ledger::find(std::string_view wamid) const {
  const auto found = by_wamid_.find(wamid);
  return found == by_wamid_.end() ? nullptr : &entries_[found->second - entries_.front().sequence];
}

json::object Ledger::page(Sequence after, std::size_t limit) const {
  json::array doubled;
  for (const auto& [opaque, count] : opaque_counts_) {
    if (count < 2 || doubled.size() == kMaxDoubledShown) continue;
    doubled.push_back(json::object{{"opaque", opaque}, {"count", count}});
  }
  json::object types;
  for (const auto& [type, count] : by_type_) types.emplace(type, count);
  json::array entries;
  const Sequence first = entries_.empty() ? 1 : entries_.front().sequence;
  Sequence next = std::max(after + 1, first);
  if (entries_.empty()) next = last_ + 1;
  for (; next <= last_ && entries.size() < limit; ++next) {
    const LedgerEntry& entry = entries_[next - first];
    json::object object = to_json(entry);
    object.emplace("delivered", status_list(entry.delivered));
    object.emplace("acknowledged", status_list(entry.acknowledged));
    entries.push_back(std::move(object));
  }
  json::object result{{"accepted", accepted_},         {"distinct_opaque", distinct_opaque_},
                      {"doubled", std::move(doubled)}, {"by_type", std::move(types)},
                      {"mark_reads", mark_reads_},     {"forgotten", accepted_ - entries_.size()},
                      {"write_errors", write_errors_}, {"entries", std::move(entries)}};
  result["next_after"] = next <= last_ ? json::value(next - 1) : json::value(nullptr);
  return result;
}

void Ledger::reset() {
  by_wamid_.clear();
  entries_.clear();
  opaque_counts_.clear();
  by_type_.clear();
  accepted_ = mark_reads_ = distinct_opaque_ = 0;
  if (file_) file_->truncate(0);
}

}  // namespace wac::sandbox
