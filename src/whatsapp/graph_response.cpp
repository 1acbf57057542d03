#include "whatsapp/graph_response.h"

#include "whatsapp/json_view.h"
#include "whatsapp/text_rules.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace wac::whatsapp {
namespace {

std::optional<std::uint32_t> parse_code(const JsonValue& value) {
  if (const std::int64_t* number = value.if_int64()) {
    if (*number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
  }
  const auto text = value.if_text();
  if (!text) return std::nullopt;
  std::uint32_t code = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, code);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return code;
}

struct GraphError {
  std::uint32_t code = 0;
  bool is_transient = false;
  std::string trace;
  std::string detail;
};

std::string checked_trace(std::string_view trace) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; };
  if (trace.empty() || trace.size() > 64 || !std::ranges::all_of(trace, allowed)) return {};
  return std::string{trace};
}

/// On one line, and cut between characters.
std::string short_line(std::string_view text) {
  constexpr std::size_t kMost = 512;
  std::size_t length = std::min(text.size(), kMost);
  const auto continues = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
  };
  while (continues(length)) --length;
  std::string line{text.substr(0, length)};
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return line;
}

/// `error_data` is an object, or seen as plain text (facts §5.1).
std::string detail_of(const JsonObject& error) {
  const JsonObject* data = find_object(error, "error_data");
  const std::string_view details = data == nullptr ? text_of(error, "error_data") : text_of(*data, "details");
  return short_line(details.empty() ? text_of(error, "message") : details);
}

/// {"error":{"code":…}} is what makes an answer Meta's; every other member may be missing or mistyped.
std::optional<GraphError> find_error(const JsonObject& answer) {
  const JsonObject* error = find_object(answer, "error");
  const JsonValue* code = error == nullptr ? nullptr : error->if_contains("code");
  if (code == nullptr) return std::nullopt;
  const auto number = parse_code(*code);
  if (!number) return std::nullopt;
  const JsonValue* transient = error->if_contains("is_transient");
  return GraphError{*number, transient != nullptr && transient->is_bool() && transient->get_bool(),
                    checked_trace(text_of(*error, "fbtrace_id")), detail_of(*error)};
}

std::string_view first_text(const JsonObject& answer, std::string_view list, std::string_view member) {
  const JsonArray* entries = find_array(answer, list);
  if (entries == nullptr || entries->empty()) return {};
  const JsonObject* first = entries->front().if_object();
  return first == nullptr ? std::string_view{} : text_of(*first, member);
}

bool says_success(const JsonObject& answer) {
  const JsonValue* success = answer.if_contains("success");
  return success != nullptr && success->is_bool() && success->get_bool();
}

/// A 2xx that shows that the message was taken; nothing otherwise.
std::optional<GraphAnswer> find_acceptance(const JsonObject& answer) {
  const std::string_view wamid = first_text(answer, "messages", "id");
  if (wamid.empty() && !says_success(answer)) return std::nullopt;
  GraphAnswer accepted;
  accepted.verdict = SendVerdict::kAccepted;
  accepted.wamid = Wamid{std::string{wamid}};
  const std::string_view wa_id = first_text(answer, "contacts", "wa_id");
  if (!wa_id.empty() && std::ranges::all_of(wa_id, is_digit)) accepted.wa_id = Phone{std::string{wa_id}};
  return accepted;
}

GraphAnswer judge_error(GraphError error, int http_status) {
  GraphAnswer answer;
  answer.error = explain(error.code, http_status, error.is_transient);
  answer.trace = std::move(error.trace);
  if (!error.detail.empty())
    answer.detail = PersonalText{std::string{answer.error.meaning}.append(": ").append(error.detail)};
  // An error inside a success contradicts itself: only a status can tell.
  const bool certain = http_status >= 400 && answer.error.error_class != ErrorClass::kAmbiguous;
  answer.verdict = certain ? SendVerdict::kRefused : SendVerdict::kUnknown;
  return answer;
}

bool looks_like_json(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '{';
}

/// Who answers without Meta's error shape is a proxy or gateway. Its 4xx means that it did not pass the
/// request on, except where the status says that time or state cut the exchange (408, 409, 425, 499), and
/// except half of an answer of Meta's: code 1 is a 400 and ambiguous, so a 400 that begins as JSON is not
/// taken for a refusal.
GraphAnswer judge_status(int http_status, std::string_view body) {
  constexpr std::array kMayHavePassed{408, 409, 425, 499};
  GraphAnswer answer;
  answer.error = explain_status(http_status);
  const bool cut = std::ranges::find(kMayHavePassed, http_status) != kMayHavePassed.end();
  const bool half_an_answer = http_status == 400 && looks_like_json(body);
  const bool refused = http_status >= 400 && http_status <= 499 && !cut && !half_an_answer;
  if (!refused && http_status < 500) answer.error = explain_status(500);
  answer.verdict = refused ? SendVerdict::kRefused : SendVerdict::kUnknown;
  return answer;
}

}  // namespace

GraphAnswer parse_send_answer(int http_status, std::string_view body) {
  std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource memory(buffer.data(), buffer.size());
  const auto parsed = read_json(body, memory);
  const JsonObject* answer = parsed ? parsed->if_object() : nullptr;
  if (answer == nullptr) return judge_status(http_status, body);
  if (http_status >= 200 && http_status <= 299) {
    if (auto accepted = find_acceptance(*answer)) return std::move(*accepted);
  }
  if (auto error = find_error(*answer)) return judge_error(std::move(*error), http_status);
  return judge_status(http_status, body);
}

}  // namespace wac::whatsapp
