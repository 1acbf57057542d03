// Meta's language: what one webhook and one message cost. Goals: a single-message webhook of 700 bytes at
// most 5 us with its data serialised, and at most 5 us an item in a batch of 1000.

#include "whatsapp/graph_response.h"
#include "whatsapp/json_text.h"
#include "whatsapp/message.h"
#include "whatsapp/webhook.h"

#include <benchmark/benchmark.h>

#include <array>
#include <string>

namespace {

using namespace wac;
using namespace wac::whatsapp;

std::string message(const std::string& number) {
  return R"({"from":")" + number +
         R"(","from_user_id":"US.13491208655302741918","id":"wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA)" +
         number +
         R"(","timestamp":"1739321024","type":"text","text":{"body":"Does it come in another colour? I would prefer the dark green one."}})";
}

std::string notification(int count) {
  std::string contacts;
  std::string messages;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(16505550000 + i);
    if (i != 0) {
      contacts += ',';
      messages += ',';
    }
    contacts += R"({"profile":{"name":"Sheena Nelson"},"wa_id":")" + number +
                R"(","user_id":"US.13491208655302741918"})";
    messages += message(number);
  }
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[)" +
         contacts + R"(],"messages":[)" + messages + R"(]},"field":"messages"}]}]})";
}

void parse_webhooks(benchmark::State& state) {
  const std::string body = notification(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    auto items = parse_webhook(body);
    benchmark::DoNotOptimize(items);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(parse_webhooks)->Arg(1)->Arg(1000);

void lint_and_build(benchmark::State& state) {
  const std::string text = R"({"type":"text","text":{"body":"Your order 1234 has left our warehouse."}})";
  const Recipient recipient{Phone{"+16505551234"}};
  for (auto _ : state) {
    std::array<unsigned char, 4096> buffer;
    boost::json::monotonic_resource memory(buffer.data(), buffer.size());
    const auto payload = parse_json(text, &memory);
    auto violations = lint(payload->get_object());
    auto body = build_message(payload->get_object(), {&recipient, "", "01JD8Z3T6J5M9W2X4Y7A1B0C3D.1"});
    benchmark::DoNotOptimize(violations);
    benchmark::DoNotOptimize(body);
  }
}
BENCHMARK(lint_and_build);

void parse_answer(benchmark::State& state) {
  const std::string body =
      R"({"messaging_product":"whatsapp","contacts":[{"input":"+16505551234","wa_id":"16505551234"}],"messages":[{"id":"wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"}]})";
  for (auto _ : state) {
    auto answer = parse_send_answer(200, body);
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(parse_answer);

}  // namespace
