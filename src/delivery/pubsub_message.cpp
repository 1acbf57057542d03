#include "delivery/pubsub_message.h"

#include "base/encoding.h"
#include "base/expose.h"

#include <boost/json.hpp>

namespace wac::delivery {
namespace {

namespace json = boost::json;

/// Of the envelope (docs/events.md). What stands in no list may be personal one day.
constexpr std::string_view kEnvelope[] = {"specversion",     "id",       "source",     "type", "time",
                                          "datacontenttype", "tenantid", "traceparent"};
constexpr std::string_view kContentType = "application/cloudevents+json; charset=utf-8";
/// What a request counts beside its data, attributes and key: names of fields and topic.
constexpr std::size_t kOverhead = 1'024;

std::optional<json::object> attributes_of(std::string_view text, Occasion occasion) {
  boost::system::error_code failed;
  const json::value parsed = json::parse(text, failed);
  const json::object* event = failed ? nullptr : parsed.if_object();
  if (event == nullptr) return std::nullopt;
  json::object attributes{{"content-type", kContentType}};
  for (const std::string_view name : kEnvelope) {
    const json::value* value = event->if_contains(name);
    const json::string* member = value == nullptr ? nullptr : value->if_string();
    if (member != nullptr) attributes["ce-" + std::string{name}] = *member;
  }
  if (occasion == Occasion::kReplay) attributes["replay"] = "true";
  return attributes;
}

bool names_a_message(std::string_view body) {
  boost::system::error_code failed;
  const json::value answer = json::parse(body, failed);
  const json::object* object = failed ? nullptr : answer.if_object();
  const json::value* ids = object == nullptr ? nullptr : object->if_contains("messageIds");
  return ids != nullptr && ids->is_array() && ids->get_array().size() == 1 &&
         ids->get_array()[0].is_string() && !ids->get_array()[0].get_string().empty();
}

}  // namespace

Result<std::string> publish_body(const Outgoing& event) {
  const std::string_view text = expose(event.body, Purpose::kAnswer);
  if (text.size() > kPubSubBytesMax) return fail(ErrorCode::kTooLarge, "pubsub: message");
  const auto attributes = attributes_of(text, event.occasion);
  if (!attributes) return fail(ErrorCode::kInvalid, "pubsub: event");
  const std::string tail = json::serialize(*attributes);
  const std::string key = event.consumer.pubsub.ordered ? event.conversation.hex() : std::string{};
  if (text.size() + tail.size() + key.size() + kOverhead > kPubSubBytesMax) {
    return fail(ErrorCode::kTooLarge, "pubsub: request");
  }
  std::string body;
  body.reserve(text.size() * 4 / 3 + tail.size() + 128);
  body += R"({"messages":[{"data":")";
  body += to_base64(text);
  body += R"(","attributes":)";
  body += tail;
  if (!key.empty()) {
    body += R"(,"orderingKey":")";
    body += key;
    body += '"';
  }
  body += "}]}";
  return body;
}

std::string publish_target(const config::PubSubTopic& topic) {
  std::string target = "/v1/";
  for (const char c : topic.name()) {
    if (c == '%') {
      target += "%25";
    } else {
      target += c;
    }
  }
  return target + ":publish";
}

Answer judge_publish(const net::ClientResult& result, WallTime now) {
  Answer answer = judge(result, now);
  if (answer.verdict == Verdict::kTaken && (answer.status != 200 || !names_a_message(result->body))) {
    answer.verdict = Verdict::kFailed;
    answer.error = "no_message_id";
    answer.code = ErrorCode::kProtocol;
  }
  if (answer.verdict == Verdict::kGone) answer.verdict = Verdict::kFailed;
  if (answer.status == 401) answer.error = "unauthorized";
  if (answer.status == 403) answer.error = "permission_denied";
  if (answer.status == 404) answer.error = "topic_not_found";
  return answer;
}

}  // namespace wac::delivery
