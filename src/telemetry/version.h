#pragma once

#include <string_view>

namespace wac::telemetry {

/// The version of this build, as CMakeLists.txt declares it ("0.1.0").
std::string_view version();

}  // namespace wac::telemetry
