#pragma once
// Groups of readers in JSON: what requests say and what answers show. Plain functions.

#include "api/problem.h"
#include "delivery/group_desk.h"

#include <boost/json/object.hpp>

namespace wac::api {

/// What a query may say of a group beside `limit` and `wait`.
struct GroupQuery {
  std::optional<ConsumerId> group;
  delivery::NewGroup create;
  std::vector<std::string> acks;  ///< as they were given
};
/// The group may be missing; then nothing else is looked at. Pointers of errors are "?name".
GroupQuery parse_group_query(std::string_view query, std::vector<FieldError>& errors);

struct TokenRequest {
  std::vector<std::string> acks;  ///< 1 to kMostTokens, as they were given
  Millis delay{0};
};
inline constexpr std::size_t kMostTokens = 1'000;
enum class Delay : std::uint8_t { kNone, kAllowed };
/// {"acks":[…]}, and "delayMs" (up to an hour) where it is allowed.
std::optional<TokenRequest> parse_tokens(std::string_view body, Delay delay, std::vector<FieldError>& errors);

/// {"to":"oldest"|"now"|RFC 3339,"dryRun":bool}.
std::optional<delivery::SeekOrder> parse_seek(std::string_view body, std::vector<FieldError>& errors);

/// Tokens of ours, and where each stood in the request; what has not their form is no token of ours, so it
/// stands for no event.
struct ParsedTokens {
  std::vector<delivery::AckToken> tokens;
  std::vector<std::size_t> places;
  std::vector<std::size_t> foreign;
};
ParsedTokens parse_tokens(const std::vector<std::string>& texts);
/// The texts that stand for no event, in the order of the request.
boost::json::array unknown_json(const std::vector<std::string>& texts, const ParsedTokens& parsed,
                                const std::vector<std::size_t>& unknown);

boost::json::object to_json(const delivery::GroupReport& report, WallTime now);
boost::json::object to_json(const delivery::GroupDeadLetter& letter);
/// The answer of a long poll; `unknown` as unknown_json() gave it.
std::string taken_json(const delivery::Taken& taken, const boost::json::array& unknown);

}  // namespace wac::api
