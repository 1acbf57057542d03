#pragma once
// The command line as data.

#include "base/personal.h"
#include "base/time.h"
#include "config/config.h"
#include "ctl/console.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wac::ctl {

struct Globals {
  std::string url;        ///< --url, CONNECTOR_URL
  std::string admin_url;  ///< --admin-url, CONNECTOR_ADMIN_URL
  Secret api_key;         ///< --api-key, --api-key-file, CONNECTOR_API_KEY, data/api_key; empty: none
  Secret admin_key;       ///< --admin-key-file; empty: none
  Output output = Output::kText;
};

/// A message as flags describe it. Only the fields of its `type` are looked at.
struct MessageFlags {
  std::string type = {};  ///< "text", …, "mark-read"; empty with `payload_file`
  std::string body = {};
  bool preview_url = false;
  std::string media_id = {};
  std::string link = {};
  std::string media_url = {};
  std::string caption = {};
  std::string filename = {};
  bool voice = false;
  double latitude = 0;
  double longitude = 0;
  std::string name = {};     ///< of a place, a person or a template
  std::string address = {};  ///< of a place
  std::vector<std::string> phones = {};
  std::string message_id = {};
  std::string emoji = {};
  std::string language = "en_US";
  std::vector<std::string> body_params = {};
  std::string components_file = {};
  bool typing = false;
  std::string payload_file = {};  ///< a whole payload; "-": standard input
};

struct SendArguments {
  std::string to;
  bool group = false;
  MessageFlags message;
  std::string intent_id;  ///< empty: a new UUID
  std::string dedupe_key;
  std::string sender;
  std::string reply_to;
  bool respond_async = false;
  bool dry_run = false;  ///< check, send nothing
  std::uint32_t count = 1;
  double rate = 0;  ///< intents per second; 0: as fast as answers come
};

struct SmokeArguments {
  std::string to;
  std::string sender;
  std::string message_id;  ///< an inbound message to react to and mark as read; empty: wait for a reply
  std::string audio_link = "https://example.com/voice.ogg";
  std::string document_link = "https://example.com/invoice.pdf";
  std::string template_name = "hello_world";
  std::string language = "en_US";
  Millis timeout{30'000};
};

struct TailArguments {
  std::string cursor = "$";  ///< "": from the oldest on, "$": from now on
  std::string type_prefix;
  std::optional<std::uint64_t> count;
  bool sse = false;
  std::string group;  ///< set: as a reader of that group, which begins at `cursor` if it does not exist
};

struct IntentArguments {
  enum class Action : std::uint8_t { kGet, kCancel, kResolve };
  Action action = Action::kGet;
  std::string id;
  std::string as;  ///< kResolve: "sent", "failed" or "resend"
};

struct LedgerArguments {
  std::string sandbox_url;  ///< empty: none to compare with
  Millis wait{0};
};

struct KeyArguments {
  enum class Action : std::uint8_t { kCreate, kKeyring };
  Action action = Action::kCreate;
  std::string tenant = "default";
};

struct HealthArguments {};

struct LintArguments {
  std::string file;  ///< a payload, an intent or {"intents":[…]}; "-": standard input
};

struct ExplainArguments {
  std::string code;       ///< Meta's number or one of our names; empty with `all`
  bool all = false;       ///< the whole catalogue
  bool markdown = false;  ///< with `all`: docs/errors.md
};

struct DeadLetterArguments {
  enum class Action : std::uint8_t { kList, kRedrive };
  Action action = Action::kList;
  std::string id;          ///< kRedrive: that one; empty with `all`
  bool all = false;        ///< kRedrive: those of `error_code`, or every one
  std::string error_code;  ///< as an intent shows it; empty: any
  bool dry_run = false;    ///< kRedrive with `all`: only count
  std::size_t limit = 100;
};

struct SenderArguments {
  enum class Action : std::uint8_t { kList, kResume };
  Action action = Action::kList;
  std::string id;  ///< kResume: phone_number_id
};

using Command =
    std::variant<SendArguments, SmokeArguments, TailArguments, IntentArguments, LedgerArguments, KeyArguments,
                 HealthArguments, LintArguments, ExplainArguments, DeadLetterArguments, SenderArguments>;

struct Arguments {
  Globals globals;
  Command command;
};

/// Nothing to do but to say `text`: help (kOk, for standard output) or what is wrong (kUsage).
struct Said {
  Exit exit = Exit::kUsage;
  std::string text;
};

/// `words` without the program's name. Reads the key files.
std::expected<Arguments, Said> parse_arguments(std::vector<std::string> words,
                                               const config::Variables& environment);

}  // namespace wac::ctl
