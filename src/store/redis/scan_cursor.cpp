#include "store/redis/scan_cursor.h"

#include <algorithm>
#include <charconv>

namespace wac::store::redis {
namespace {

constexpr std::size_t kHexKey = 32;

bool read(std::string_view text, std::uint64_t& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size();
}

bool is_server(std::string_view text) {
  return text.size() <= 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<ScanCursor> ScanCursor::parse(std::string_view text) {
  ScanCursor cursor;
  if (text.empty()) return cursor;
  cursor.started = true;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(ErrorCode::kInvalid, "not a scan cursor");
  const std::string_view place = text.substr(0, colon);
  const auto dot = std::min(place.find('.'), place.size());
  cursor.server = place.substr(std::min(dot + 1, place.size()));
  if (!read(place.substr(0, dot), cursor.next) || !is_server(cursor.server)) {
    return fail(ErrorCode::kInvalid, "not a scan cursor");
  }
  for (text.remove_prefix(colon + 1); !text.empty(); text.remove_prefix(kHexKey)) {
    const auto key = IntentKey::from_hex(text.substr(0, kHexKey));
    if (!key) return fail(ErrorCode::kInvalid, "not a scan cursor");
    cursor.keys.push_back(*key);
  }
  return cursor;
}

std::string ScanCursor::text() const {
  if (at_end() && keys.empty()) return {};
  std::string text = std::to_string(next) + "." + server + ":";
  for (const IntentKey& key : keys) text += key.hex();
  return text;
}

bool ScanCursor::add(const net::RedisReply& answer, std::size_t skip) {
  using Kind = net::RedisReply::Kind;
  if (answer.kind() != Kind::kArray || answer.size() != 3 || answer[2].kind() != Kind::kArray) return false;
  if (!is_server(answer[0].text()) || !read(answer[1].text(), next)) return false;
  server = answer[0].text();
  started = true;
  const net::RedisReply found = answer[2];
  for (std::size_t at = 0; at < found.size(); ++at) {
    const std::string_view name = found[at].text();
    if (name.size() < skip) return false;
    const auto key = IntentKey::from_raw(name.substr(skip));
    if (!key) return false;
    keys.push_back(*key);
  }
  return true;
}

std::vector<IntentKey> ScanCursor::take(std::size_t count) {
  const auto end = keys.begin() + static_cast<std::ptrdiff_t>(std::min(count, keys.size()));
  std::vector<IntentKey> taken{keys.begin(), end};
  keys.erase(keys.begin(), end);
  return taken;
}

}  // namespace wac::store::redis
