#include "base/personal.h"

void example(const wac::Phone& phone) {
#ifdef BAD
  const wac::Phone other = phone;
#else
  const wac::Phone other = phone.clone();
#endif
}
