#include "base/personal.h"
#include "telemetry/log.h"

void example(wac::telemetry::Logger& log, const char* text) {
#ifdef BAD
  log.log(wac::telemetry::Severity::kInfo, text);
#else
  log.log(wac::telemetry::Severity::kInfo, "text", wac::telemetry::Field("k", text == nullptr));
#endif
}
