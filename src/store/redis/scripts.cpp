#include "store/redis/scripts.h"

#include "store/intent.h"

namespace wac::store::redis {
namespace {

/// States are below this number, so that a pair of them has a place in a table of its square.
constexpr std::uint8_t kStates = 32;

std::string whole(std::string_view script) {
  std::string text = lua_constants();
  text += lua::kCommon;
  text += lua::kPace;
  text += lua::kTurns;
  text += script;
  return text;
}

std::string with_evidence(std::string_view script) {
  std::string text{lua::kEvidence};
  text += script;
  return whole(text);
}

std::string state_constants() {
  std::string text;
  for (std::uint8_t number = 0; number < kStates; ++number) {
    const auto state = intent_state_from(number);
    if (!state) continue;
    text += "local ";
    for (const char c : name(*state)) text += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
    text += " = '" + std::to_string(number) + "'\n";
  }
  return text;
}

}  // namespace

// Strings of flags rather than tables: Lua interns a literal once per script, but would build a table anew
// with every call.
std::string lua_constants() {
  std::string open;
  std::string may_move;
  for (std::uint8_t from = 0; from < kStates; ++from) {
    const auto state = intent_state_from(from);
    open += state && is_open(*state) ? '1' : '0';
    for (std::uint8_t to = 0; to < kStates; ++to) {
      const auto next = intent_state_from(to);
      may_move += state && next && evidence_may_move(*state, *next) ? '1' : '0';
    }
  }
  return state_constants() + "local OPEN = '" + open + "'\nlocal MAY_MOVE = '" + may_move + "'\n";
}

Scripts::Scripts()
    : claim(whole(lua::kClaim)),
      settle(with_evidence(lua::kSettle)),
      take_due(whole(lua::kTakeDue)),
      ingest(with_evidence(lua::kIngest)),
      command(whole(lua::kCommand)),
      resume(whole(lua::kResume)),
      start_sending(whole(lua::kStartSending)),
      adopt_credential(whole(lua::kAdoptCredential)),
      put_record(whole(lua::kPutRecord)),
      list_records(whole(lua::kListRecords)),
      scan(whole(lua::kScan)) {}

}  // namespace wac::store::redis
