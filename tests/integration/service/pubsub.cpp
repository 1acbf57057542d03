#include "pubsub.h"

#include "base/encoding.h"
#include "support/http.h"

#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr const char* kEmulator =
    "/usr/lib/google-cloud-sdk/platform/pubsub-emulator/bin/cloud-pubsub-emulator";

}  // namespace

void PubSub::create() const {
  const auto put = [this](const char* name, const std::string& body) {
    const HttpReply reply = http_request("PUT", "http://" + authority() + "/v1/" + name,
                                         {{"Content-Type", "application/json"}}, body);
    if (reply.status != 200)
      throw std::runtime_error("cannot create " + std::string{name} + ": " + reply.body);
  };
  put(kTopic, "{}");
  put(kSubscription, R"({"topic":")" + std::string{kTopic} + R"(","enableMessageOrdering":true})");
}

std::vector<PubSubMessage> PubSub::pull() const {
  const std::string url = "http://" + authority() + "/v1/" + kSubscription;
  const HttpHeaders headers = {{"Content-Type", "application/json"}};
  const HttpReply reply =
      http_request("POST", url + ":pull", headers, R"({"maxMessages":100,"returnImmediately":true})");
  std::vector<PubSubMessage> messages;
  if (reply.status != 200) return messages;
  const json::value answer = json::parse(reply.body);
  const json::value* received = answer.as_object().if_contains("receivedMessages");
  if (received == nullptr) return messages;
  json::array acknowledged;
  for (const json::value& one : received->as_array()) {
    const json::object& message = one.at("message").as_object();
    PubSubMessage made;
    made.data = from_base64(message.at("data").as_string()).value();
    for (const auto& [name, value] : message.at("attributes").as_object()) {
      made.attributes[std::string{name}] = value.as_string();
    }
    if (const json::value* key = message.if_contains("orderingKey")) made.ordering_key = key->as_string();
    messages.push_back(std::move(made));
    acknowledged.push_back(one.at("ackId"));
  }
  const HttpReply done = http_request("POST", url + ":acknowledge", headers,
                                      json::serialize(json::object{{"ackIds", acknowledged}}));
  if (done.status != 200) throw std::runtime_error("cannot acknowledge: " + done.body);
  return messages;
}

bool PubSubEmulator::installed() {
  return std::filesystem::exists(kEmulator);
}

void PubSubEmulator::start() {
  process_.emplace(ProcessOptions{.argv = {kEmulator, "--host=127.0.0.1", "--port=" + std::to_string(port())},
                                  .directory = directory_.path()});
  const bool up = eventually(
      [this] { return http_request("GET", "http://" + authority() + "/v1/projects/x/topics").status == 200; },
      Millis{60'000});
  if (!up) throw std::runtime_error("the emulator does not start: " + process_->standard_error());
}

void ScriptedPubSub::next(std::vector<ReceiverAnswer> answers) {
  const std::scoped_lock lock(mutex_);
  next_.assign(answers.begin(), answers.end());
}

void ScriptedPubSub::require(std::string authorization) {
  const std::scoped_lock lock(mutex_);
  required_ = std::move(authorization);
}

std::vector<std::string> ScriptedPubSub::authorizations() const {
  const std::scoped_lock lock(mutex_);
  return authorizations_;
}

ReceiverAnswer ScriptedPubSub::answer(const ReceivedRequest& request) {
  const std::scoped_lock lock(mutex_);
  if (request.method == "PUT") {
    topics_.push_back(request.target);
    return {200, "{}"};
  }
  if (request.target.ends_with(":publish")) return publish(request);
  if (request.target.ends_with(":pull")) return pull_some();
  return {200, "{}"};
}

ReceiverAnswer ScriptedPubSub::publish(const ReceivedRequest& request) {
  authorizations_.push_back(request.header("authorization"));
  if (required_ && authorizations_.back() != *required_) return {401, R"({"error":{"code":401}})"};
  const std::string topic = request.target.substr(0, request.target.rfind(':'));
  if (std::ranges::find(topics_, topic) == topics_.end()) return {404, R"({"error":{"code":404}})"};
  ReceiverAnswer answer;
  if (!next_.empty()) {
    answer = next_.front();
    next_.pop_front();
    if (answer.then == ReceiverAnswer::Then::kAnswer) return answer;
  }
  json::array ids;
  for (const json::value& message : json::parse(request.body).at("messages").as_array()) {
    messages_.push_back({json::serialize(message)});
    ids.emplace_back(std::to_string(messages_.size()));
  }
  answer.body = json::serialize(json::object{{"messageIds", std::move(ids)}});
  return answer;
}

ReceiverAnswer ScriptedPubSub::pull_some() {
  json::array received;
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    if (std::exchange(messages_[i].pulled, true)) continue;
    received.push_back(
        json::object{{"ackId", std::to_string(i)}, {"message", json::parse(messages_[i].json)}});
  }
  return {200, json::serialize(json::object{{"receivedMessages", std::move(received)}})};
}

}  // namespace wac::testing
