#include "base/personal.h"
#include "telemetry/log.h"

void example(const wac::Phone& phone) {
#ifdef BAD
  const wac::telemetry::Field field("k", phone);
#else
  const wac::telemetry::Field field("k", phone.size());
#endif
}
