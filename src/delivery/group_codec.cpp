// The form of a group's state in the store. Events read together share the cursor before them, so it is
// written once for a run of them.

#include "delivery/group_state.h"

#include <boost/json.hpp>

namespace wac::delivery {
namespace {

namespace json = boost::json;

json::array to_json(const GroupItem& item) {
  return {item.id.hex(), item.conversation.hex(), to_millis(item.time), item.attempts, item.holder,
          item.leased,   to_millis(item.until)};
}

json::array to_json(const GroupDeadLetter& letter) {
  return {letter.id.hex(),        letter.conversation.hex(), letter.before,
          to_millis(letter.time), letter.attempts,           to_millis(letter.at)};
}

/// One line of ours. What does not fit is noted, and has a default.
class Row {
 public:
  Row(const json::value& value, std::size_t size, bool& corrupt) : corrupt_(corrupt) {
    row_ = value.if_array();
    if (row_ == nullptr || row_->size() < size) corrupt_ = true;
  }
  std::string text(std::size_t at) {
    const json::value* value = find(at);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr) corrupt_ = true;
    return text == nullptr ? std::string{} : std::string{*text};
  }
  crypto::Fingerprint fingerprint(std::size_t at) {
    const auto known = crypto::Fingerprint::from_hex(text(at));
    if (!known) corrupt_ = true;
    return known.value_or(crypto::Fingerprint{});
  }
  std::int64_t number(std::size_t at) {
    const json::value* value = find(at);
    boost::system::error_code failed;
    const auto number = value == nullptr ? 0 : value->to_number<std::int64_t>(failed);
    if (value == nullptr || failed) corrupt_ = true;
    return failed ? 0 : number;
  }
  bool flag(std::size_t at) {
    const json::value* value = find(at);
    if (value == nullptr || !value->is_bool()) corrupt_ = true;
    return value != nullptr && value->is_bool() && value->get_bool();
  }

 private:
  const json::value* find(std::size_t at) const {
    return row_ == nullptr || at >= row_->size() ? nullptr : &(*row_)[at];
  }
  const json::array* row_ = nullptr;
  bool& corrupt_;
};

GroupItem item_from(const json::value& value, const std::string& before, bool& corrupt) {
  Row row{value, 7, corrupt};
  GroupItem item;
  item.id = row.fingerprint(0);
  item.conversation = row.fingerprint(1);
  item.before = before;
  item.time = from_millis(row.number(2));
  item.attempts = static_cast<std::uint32_t>(row.number(3));
  item.holder = row.text(4);
  item.leased = row.flag(5);
  item.until = from_millis(row.number(6));
  return item;
}

GroupDeadLetter letter_from(const json::value& value, bool& corrupt) {
  Row row{value, 6, corrupt};
  GroupDeadLetter letter;
  letter.id = row.fingerprint(0);
  letter.conversation = row.fingerprint(1);
  letter.before = row.text(2);
  letter.time = from_millis(row.number(3));
  letter.attempts = static_cast<std::uint32_t>(row.number(4));
  letter.at = from_millis(row.number(5));
  return letter;
}

const json::array& list_of(const json::object& object, std::string_view name) {
  static const json::array nothing;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : nothing;
}

}  // namespace

std::string encode(const GroupState& state) {
  json::array runs;
  const std::string* before = nullptr;
  for (const GroupItem& item : state.items) {
    if (before == nullptr || *before != item.before) runs.push_back(json::array{item.before});
    before = &item.before;
    runs.back().as_array().push_back(to_json(item));
  }
  json::array dead;
  for (const GroupDeadLetter& letter : state.dead) dead.push_back(to_json(letter));
  json::array types;
  for (const std::string& type : state.filter.types) types.emplace_back(type);
  json::array senders;
  for (const SenderId& sender : state.filter.senders) senders.emplace_back(json::string_view{sender.str()});
  return json::serialize(json::object{{"cursor", state.cursor},
                                      {"acknowledged", state.acknowledged},
                                      {"types", std::move(types)},
                                      {"senders", std::move(senders)},
                                      {"runs", std::move(runs)},
                                      {"dead", std::move(dead)}});
}

Result<GroupState> decode_group(std::string_view text) {
  const auto failure = fail(ErrorCode::kCorrupt, "group record");
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  const json::object* object = failed ? nullptr : value.if_object();
  const json::value* cursor = object == nullptr ? nullptr : object->if_contains("cursor");
  if (cursor == nullptr || !cursor->is_string()) return failure;
  GroupState state;
  state.cursor = std::string{cursor->get_string()};
  bool corrupt = false;
  if (const json::value* count = object->if_contains("acknowledged")) {
    state.acknowledged = count->to_number<std::uint64_t>(failed);
    corrupt = failed.failed();
  }
  for (const json::value& type : list_of(*object, "types")) {
    if (!type.is_string()) return failure;
    state.filter.types.emplace_back(type.get_string());
  }
  for (const json::value& name : list_of(*object, "senders")) {
    const auto sender = name.is_string() ? SenderId::parse(name.get_string()) : std::nullopt;
    if (!sender) return failure;
    state.filter.senders.push_back(*sender);
  }
  for (const json::value& run : list_of(*object, "runs")) {
    const std::string before = Row{run, 1, corrupt}.text(0);
    if (corrupt) return failure;
    const json::array& rows = run.get_array();
    for (std::size_t i = 1; i < rows.size(); ++i) state.items.push_back(item_from(rows[i], before, corrupt));
  }
  for (const json::value& row : list_of(*object, "dead")) state.dead.push_back(letter_from(row, corrupt));
  if (corrupt) return failure;
  return state;
}

}  // namespace wac::delivery
