// Any status and body: no crash, and only a 2xx is an acceptance, only a certain 4xx or 5xx a refusal.
// The first two bytes choose the status.

#include "base/expose.h"
#include "fuzz/fuzz.h"
#include "whatsapp/graph_response.h"
#include "whatsapp/usage_headers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wac;
  using namespace wac::whatsapp;
  if (size < 2) return 0;
  const int status = (data[0] * 256 + data[1]) % 700;
  const std::string_view body = testing::fuzz_text(data + 2, size - 2);
  const GraphAnswer answer = parse_send_answer(status, body);
  if (answer.verdict == SendVerdict::kAccepted) testing::must(status >= 200 && status <= 299);
  if (answer.verdict == SendVerdict::kRefused) {
    testing::must(status >= 400 && answer.error.error_class != ErrorClass::kAmbiguous);
  }
  testing::must(answer.trace.size() <= 64);
  if (const auto wait = parse_retry_after(body, from_millis(1'790'000'000'000)))
    testing::must(wait->count() >= 0);
  const Usage usage = parse_usage(body, body);
  testing::must(usage.percent <= 100 && usage.regain >= Millis{0} && usage.regain <= Millis{86'400'000});
  return 0;
}
