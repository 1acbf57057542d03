#include "telemetry/version.h"

namespace wac::telemetry {

std::string_view version() {
  return WAC_VERSION;
}

}  // namespace wac::telemetry
