#include "base/personal.h"

#include <sstream>

void example(std::ostringstream& out, const wac::Phone& phone) {
#ifdef BAD
  out << phone;
#else
  out << phone.size();
#endif
}
