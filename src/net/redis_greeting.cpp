#include "net/redis_greeting.h"

#include "base/expose.h"

namespace wac::net {
namespace {

/// From the answer to HELLO: names and values.
bool says_cluster(const RedisReply& hello) {
  for (std::size_t i = 0; i + 1 < hello.size(); i += 2) {
    if (hello[i].text() == "mode") return hello[i + 1].text() == "cluster";
  }
  return false;
}

}  // namespace

std::string redis_greeting(const RedisAddress& address, std::size_t& answers) {
  // Assembled in one place of the right size: the password is in no other buffer.
  const std::string_view password = expose(address.password, Purpose::kAuthorization);
  std::string bytes;
  bytes.reserve(256 + address.user.size() + password.size());
  const auto add = [&bytes, &answers](std::initializer_list<std::string_view> parts) {
    bytes += '*' + std::to_string(parts.size()) + "\r\n";
    for (const std::string_view part : parts) {
      bytes += '$' + std::to_string(part.size()) + "\r\n";
      bytes += part;
      bytes += "\r\n";
    }
    ++answers;
  };
  if (!password.empty()) {
    if (address.user.empty()) {
      add({"AUTH", password});
    } else {
      add({"AUTH", address.user, password});
    }
  }
  if (address.database != 0) add({"SELECT", std::to_string(address.database)});
  add({"CLIENT", "SETNAME", "whatsapp-connector"});
  // Tells whether this is a node of a cluster.
  add({"HELLO"});
  // Answered with an error while Redis loads its data or follows a lost master.
  add({"PING"});
  return bytes;
}

Result<bool> judge_greeting(const std::vector<RedisReply>& answers, bool with_password) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    // Some managed services do not allow SETNAME and HELLO, the two before the last.
    if (!answers[i].is_error() || i + 3 == answers.size() || i + 2 == answers.size()) continue;
    const std::string_view text = answers[i].text();
    if (text.starts_with("ERR SELECT is not allowed in cluster mode"))
      return fail(ErrorCode::kInvalid, "redis: a cluster has database 0 only");
    const bool refused =
        (i == 0 && with_password) || text.starts_with("NOAUTH") || text.starts_with("WRONGPASS");
    return refused ? fail(ErrorCode::kUnauthorized, "redis: credentials refused")
                   : fail(ErrorCode::kUnavailable, "redis: not ready");
  }
  return answers.size() >= 2 && says_cluster(answers[answers.size() - 2]);
}

}  // namespace wac::net
