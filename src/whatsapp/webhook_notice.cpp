#include "whatsapp/webhook_notice.h"

#include "whatsapp/json_view.h"
#include "whatsapp/notice_table.h"
#include "whatsapp/webhook_writer.h"

#include <algorithm>

namespace wac::whatsapp {
namespace {

using notices::Kind;
using notices::kNotices;
using notices::Member;

static_assert(std::ranges::is_sorted(kNotices, {}, [](const auto& entry) { return entry.first; }));

std::span<const Member> members_of(std::string_view field) {
  const auto name = [](const auto& entry) { return entry.first; };
  const auto found = std::ranges::lower_bound(kNotices, field, {}, name);
  return found != kNotices.end() && found->first == field ? found->second : std::span<const Member>{};
}

/// The value a consumer may rely on, or null.
const JsonValue* find_member(const JsonObject& item, const Member& member) {
  const JsonObject* holder = &item;
  std::string_view name = member.path;
  if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
    holder = find_object(item, name.substr(0, dot));
    name.remove_prefix(dot + 1);
  }
  const JsonValue* value = holder == nullptr ? nullptr : holder->if_contains(name);
  if (value == nullptr || value->is_null()) return nullptr;
  return member.kind == Kind::kJson || is_textual(*value) ? value : nullptr;
}

bool has_earlier_spelling(std::span<const Member> earlier, const Member& member, const JsonObject& item) {
  return std::ranges::any_of(earlier, [&](const Member& other) {
    return other.name == member.name && find_member(item, other) != nullptr;
  });
}

}  // namespace

void append_notice(std::string& out, std::string_view field, const JsonObject& item) {
  ObjectWriter writer(out);
  const std::span<const Member> members = members_of(field);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& member = members[i];
    const JsonValue* value = find_member(item, member);
    if (value == nullptr || has_earlier_spelling(members.first(i), member, item)) continue;
    std::string& text = writer.name(member.name);
    if (member.kind == Kind::kText) {
      append_as_text(text, *value);
    } else {
      append_json(text, *value);
    }
  }
  writer.end();
}

}  // namespace wac::whatsapp
