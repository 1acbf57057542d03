#pragma once
// What the sandbox answers, and how that answer may go wrong.

#include "base/time.h"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wac::sandbox {

/// An answer, and what goes wrong with it.
struct Reply {
  enum class Ending : std::uint8_t {
    kAnswer,
    kReset,    ///< RST instead
    kSilence,  ///< no byte ever
    kHalf,     ///< the body breaks off in the middle
  };
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> headers;
  /// Waited before the answer; what it reports has happened already.
  Millis delay{0};
  Ending ending = Ending::kAnswer;
};

/// 200 with that JSON.
inline Reply json_reply(const boost::json::value& body) {
  Reply reply;
  reply.body = boost::json::serialize(body);
  return reply;
}

}  // namespace wac::sandbox
