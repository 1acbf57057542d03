#pragma once
// What Graph answered to a send (facts §2.2, §5.1).

#include "base/personal.h"
#include "base/retry_after.h"
#include "base/time.h"
#include "whatsapp/error_catalogue.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::whatsapp {

enum class SendVerdict : std::uint8_t {
  kAccepted,  ///< Meta took it
  kRefused,   ///< Meta did not take it; see `error`
  kUnknown,   ///< it may have been taken: gateway error, HTML, garbage, ambiguous code
};

struct GraphAnswer {
  SendVerdict verdict = SendVerdict::kUnknown;
  Wamid wamid;        ///< kAccepted; empty for mark_read
  Phone wa_id;        ///< contacts[0].wa_id when given
  ErrorInfo error;    ///< kRefused, and kUnknown with a code
  std::string trace;  ///< fbtrace_id, charset-checked [A-Za-z0-9_-]{1,64}; safe to log
  /// The error's meaning and what Meta says of it (`error_data.details`, else `message`): one line, at most
  /// 512 bytes of Meta's. It may repeat what was sent: for whoever sent it only, and never parsed.
  PersonalText detail;
};

/// Any byte sequence is an answer. 200 with a body that is not understood is kUnknown. A 4xx without Meta's
/// error shape comes from a proxy and is kRefused by the default rules, except 408, 409, 425, 499 and a 400
/// that begins as JSON (half of an answer), which are kUnknown.
GraphAnswer parse_send_answer(int http_status, std::string_view body);

using wac::parse_retry_after;

}  // namespace wac::whatsapp
