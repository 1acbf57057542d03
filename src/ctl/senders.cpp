// `senders`: how fast each number may send, and what holds it.

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/report.h"
#include "ctl/table.h"

#include <fmt/format.h>
#include <ostream>

namespace wac::ctl {
namespace {

namespace json = boost::json;

std::string pace_of(const json::value& sender) {
  const json::value* pace = member(sender, "pace");
  if (pace == nullptr) return {};
  const json::value* rate = member(*pace, "perSecond");
  const bool number = rate != nullptr && rate->is_number();
  return number ? fmt::format("{:.1f}/s", rate->to_number<double>()) : std::string{};
}

std::string ceiling_of(const json::value& sender) {
  const json::value* pace = member(sender, "pace");
  return pace == nullptr ? std::string{} : std::to_string(number_at(*pace, "ceiling")) + "/s";
}

std::string breaker_of(const json::value& sender) {
  const json::value* breaker = member(sender, "breaker");
  if (breaker == nullptr) return {};
  std::string words{text_at(*breaker, "state")};
  if (const auto until = text_at(*breaker, "openUntil"); !until.empty())
    words += fmt::format(" until {}", until);
  return words;
}

std::string held_by(const json::value& sender) {
  const json::value* stopped = member(sender, "stopped");
  if (stopped != nullptr && stopped->is_object()) {
    return fmt::format("stopped since {} by {}: {}", text_at(*stopped, "since"),
                       text_at(*stopped, "errorCode"), text_at(*stopped, "meaning"));
  }
  const auto until = text_at(sender, "blockedUntil");
  return until.empty() ? std::string{} : fmt::format("throttled until {}", until);
}

void print_senders(const Console& console, const json::array& senders) {
  std::vector<std::vector<std::string>> rows;
  for (const json::value& sender : senders) {
    rows.push_back({std::string{text_at(sender, "senderId")}, pace_of(sender), ceiling_of(sender),
                    std::to_string(number_at(sender, "queued")), breaker_of(sender), held_by(sender)});
  }
  console.out << render_table({{"sender"},
                               {"pace", Align::kRight},
                               {"ceiling", Align::kRight},
                               {"queued", Align::kRight},
                               {"breaker"},
                               {"held"}},
                              rows);
  for (const json::value& sender : senders) {
    const json::value* stopped = member(sender, "stopped");
    const auto advice = stopped == nullptr ? std::string_view{} : text_at(*stopped, "advice");
    if (!advice.empty()) console.out << text_at(sender, "senderId") << ": " << advice << '\n';
  }
}

}  // namespace

Task<Exit> on_senders(Context& context, SenderArguments arguments) {
  const bool resume = arguments.action == SenderArguments::Action::kResume;
  Call call;
  call.target = "/v1/senders";
  if (resume) {
    call.method = "POST";
    call.target += "/" + percent_encode(arguments.id) + "/resume";
  }
  const Reply reply = co_await context.connector.call(std::move(call));
  if (!reply) co_return unreachable(context.console, context.connector, reply.error());
  if (!reply->ok()) co_return refused(context.console, *reply);
  if (context.console.json()) {
    context.console.out << reply->text << '\n';
  } else {
    print_senders(context.console, resume ? json::array{reply->json} : array_at(reply->json, "senders"));
  }
  co_return Exit::kOk;
}

}  // namespace wac::ctl
