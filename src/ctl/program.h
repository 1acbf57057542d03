#pragma once
// connectorctl from its words to its exit status.

#include "config/config.h"

#include <iosfwd>
#include <string>
#include <vector>

namespace wac::ctl {

/// `words` without the program's name. Runs an event loop on the calling thread. Returns the exit status.
int run_program(std::vector<std::string> words, const config::Variables& environment, std::ostream& out,
                std::ostream& err);

}  // namespace wac::ctl
