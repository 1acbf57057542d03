#pragma once
// The content of an intent in its canonical form: one text per meaning, whatever the order of the caller's
// fields, so that equal intents have equal fingerprints.

#include "base/error.h"
#include "base/personal.h"
#include "whatsapp/recipient.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <string>

namespace wac::outbound {

/// Content as it was parsed, from a request or from its canonical text.
struct Content {
  using Memory = std::shared_ptr<boost::json::monotonic_resource>;

  Content() = default;
  Content(Memory whose, boost::json::object what) : memory(std::move(whose)), payload(std::move(what)) {}
  Content(Content&&) = default;
  /// What is assigned to would outlive its memory.
  Content& operator=(Content&&) = delete;

  Memory memory;                                 ///< of the objects, where they have not their own
  std::optional<whatsapp::Recipient> recipient;  ///< absent for mark_read
  std::string context_message_id;
  boost::json::object payload;
  /// Sent instead where the customer-service window is closed, known to us or by Meta's answer.
  std::optional<boost::json::object> fallback = {};
  bool fallback_used = false;  ///< `payload` is the fallback
};

PersonalText make_content(const boost::json::object& payload,
                          const std::optional<whatsapp::Recipient>& recipient,
                          std::string_view context_message_id, const boost::json::object* fallback = nullptr);

bool is_template(const Content& content);

/// kCorrupt when the text is not one make_content() wrote.
Result<Content> read_content(const PersonalText& text);

}  // namespace wac::outbound
