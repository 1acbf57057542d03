#include "base/personal.h"
#include "telemetry/log.h"

void example(const wac::Secret& secret) {
#ifdef BAD
  const wac::telemetry::Field field("k", secret);
#else
  const wac::telemetry::Field field("k", secret.empty());
#endif
}
