#include "base/personal.h"
#include "telemetry/log.h"

void example(const char* text) {
#ifdef BAD
  const wac::telemetry::Literal literal{text};
#else
  const wac::telemetry::Literal literal{"text"};
  const bool same = literal.text() == text;
  static_cast<void>(same);
#endif
}
