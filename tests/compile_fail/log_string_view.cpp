#include "base/personal.h"
#include "telemetry/log.h"

void example(std::string_view text) {
#ifdef BAD
  const wac::telemetry::Field field("k", text);
#else
  const wac::telemetry::Field field("k", text.size());
#endif
}
