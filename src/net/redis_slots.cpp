#include "net/redis_slots.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace wac::net {
namespace {

using Kind = RedisRedirect::Kind;

constexpr std::array<std::uint16_t, 256> crc_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned crc = byte << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
    table.at(byte) = static_cast<std::uint16_t>(crc);
  }
  return table;
}

std::uint16_t crc16(std::string_view text) {
  static constexpr auto kTable = crc_table();
  unsigned crc = 0;
  for (const char c : text) {
    const unsigned at = ((crc >> 8U) ^ static_cast<unsigned char>(c)) & 0xffU;
    crc = ((crc << 8U) ^ kTable[at]) & 0xffffU;
  }
  return static_cast<std::uint16_t>(crc);
}

/// Where the tag's closing brace stands; npos: there is no tag. An empty pair of braces is none.
std::size_t tag_end(std::string_view key, std::size_t open) {
  if (open == std::string_view::npos) return open;
  const std::size_t close = key.find('}', open);
  return close == open + 1 ? std::string_view::npos : close;
}

template <class Number>
bool read(std::string_view text, Number& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size();
}

/// "3999 127.0.0.1:6381"; an IPv6 address stands there without brackets.
std::optional<RedisEndpoint> endpoint_from(std::string_view text, std::string_view asked) {
  const std::size_t space = text.find(' ');
  const std::size_t colon = text.rfind(':');
  std::uint16_t slot = 0;
  RedisEndpoint endpoint;
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space)
    return std::nullopt;
  if (!read(text.substr(0, space), slot) || slot >= kRedisSlots) return std::nullopt;
  if (!read(text.substr(colon + 1), endpoint.port) || endpoint.port == 0) return std::nullopt;
  endpoint.host = text.substr(space + 1, colon - space - 1);
  if (endpoint.host.empty()) endpoint.host = asked;
  return endpoint;
}

}  // namespace

std::uint16_t redis_slot(std::string_view key) {
  const std::size_t open = key.find('{');
  const std::size_t close = tag_end(key, open);
  if (close != std::string_view::npos) key = key.substr(open + 1, close - open - 1);
  return crc16(key) % kRedisSlots;
}

std::string_view slot_guard(std::string_view key) {
  const std::size_t close = tag_end(key, key.find('{'));
  return close == std::string_view::npos ? std::string_view{} : key.substr(0, close + 1);
}

Result<RedisSlots> RedisSlots::parse(const RedisReply& answer, std::string_view asked) {
  const auto refused = [] { return fail(ErrorCode::kProtocol, "redis: answer of CLUSTER SLOTS"); };
  if (answer.kind() != RedisReply::Kind::kArray) return refused();
  RedisSlots slots;
  // [first, last, [host, port, id, …] of the master, of a replica, …]
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const std::int64_t first = answer[i][0].integer();
    const std::int64_t last = answer[i][1].integer();
    const RedisReply master = answer[i][2];
    const std::int64_t port = master[1].integer();
    if (answer[i].size() < 3 || first < 0 || first > last || last >= kRedisSlots) return refused();
    if (master.size() < 2 || port <= 0 || port > 0xffff) return refused();
    const std::string_view host = master[0].text();
    // It shall be named by a host name, and has none.
    if (host == "?") continue;
    const std::size_t place =
        slots.place_of({std::string{host.empty() ? asked : host}, static_cast<std::uint16_t>(port)});
    if (place == kMastersMost) return fail(ErrorCode::kTooLarge, "redis: masters of a cluster");
    std::fill(slots.owners_.begin() + first, slots.owners_.begin() + last + 1,
              static_cast<std::uint16_t>(place + 1));
  }
  if (slots.masters_.empty()) return fail(ErrorCode::kUnavailable, "redis: a cluster without slots");
  return slots;
}

const RedisEndpoint* RedisSlots::owner(std::uint16_t slot) const {
  const std::uint16_t place = owners_.at(slot);
  return place == 0 ? nullptr : &masters_[place - 1U];
}

bool RedisSlots::is_master(const RedisEndpoint& endpoint) const {
  return std::ranges::find(masters_, endpoint) != masters_.end();
}

void RedisSlots::move(std::uint16_t slot, const RedisEndpoint& to) {
  const std::size_t place = place_of(to);
  if (place < kMastersMost) owners_.at(slot) = static_cast<std::uint16_t>(place + 1);
}

std::size_t RedisSlots::place_of(const RedisEndpoint& endpoint) {
  const auto found = std::ranges::find(masters_, endpoint);
  const auto place = static_cast<std::size_t>(found - masters_.begin());
  if (found == masters_.end() && place < kMastersMost) masters_.push_back(endpoint);
  return place;
}

RedisRedirect redirect_from(std::string_view error_answer, std::string_view asked) {
  const std::size_t space = std::min(error_answer.find(' '), error_answer.size());
  const std::string_view word = error_answer.substr(0, space);
  const std::string_view rest = error_answer.substr(std::min(space + 1, error_answer.size()));
  if (word == "MOVED" || word == "ASK") {
    auto to = endpoint_from(rest, asked);
    if (!to) return {Kind::kOutdated};
    return {word == "ASK" ? Kind::kAsk : Kind::kMoved, std::move(*to)};
  }
  if (word == "TRYAGAIN") return {Kind::kTryAgain};
  constexpr std::array<std::string_view, 4> kOutdated{"CLUSTERDOWN", "READONLY", "MASTERDOWN", "LOADING"};
  return {std::ranges::find(kOutdated, word) != kOutdated.end() ? Kind::kOutdated : Kind::kNone};
}

}  // namespace wac::net
