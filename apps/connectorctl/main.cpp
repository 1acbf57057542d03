// The operator's command line. Everything is in src/ctl.

#include "ctl/program.h"

#include <csignal>
#include <iostream>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return wac::ctl::run_program({argv + 1, argv + argc}, wac::config::process_environment(), std::cout,
                               std::cerr);
}
