#include "base/personal.h"
#include "telemetry/log.h"

void example(const char* text) {
#ifdef BAD
  const wac::telemetry::Field field("k", text);
#else
  const wac::telemetry::Field field("k", text == nullptr);
#endif
}
