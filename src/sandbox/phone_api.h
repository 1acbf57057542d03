#pragma once
// The phone page: `GET /phone` and what it is made of, and the stream of everything it shows. It answers
// through the control API (`/_sandbox/inbound`, `/_sandbox/preferences`).
//
//   GET /phone, /phone/app.css, /phone/….js    the page
//   GET /_sandbox/phone                         everything it shows, once
//   GET /_sandbox/phone/events                  the same as server-sent events: first everything, then
//   changes

#include "base/scheduler.h"
#include "net/http_message.h"
#include "sandbox/backend.h"
#include "sandbox/config.h"
#include "sandbox/transcript.h"
#include "sandbox/users.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace wac::sandbox {

class PhoneApi {
 public:
  /// All of it outlives this.
  struct Parts {
    Backend& backend;
    Users& users;
    Transcript& transcript;
    Scheduler& scheduler;
  };
  PhoneApi(const SandboxConfig& config, Parts parts) : config_(config), parts_(parts) {}

  /// Nothing when the path is not the phone's.
  std::optional<net::HttpResponse> handle(const net::HttpRequest& request);

  /// `{"now":…,"numbers":[…],"conversations":[…],"messages":[…]}`: what changed after that revision.
  boost::json::object changes(std::uint64_t after) const;

 private:
  Task<void> stream(net::BodyWriter& out);
  boost::json::object conversation(const std::string& id, const Transcript::Conversation& one) const;

  const SandboxConfig& config_;
  Parts parts_;
};

}  // namespace wac::sandbox
