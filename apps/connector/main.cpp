// The service's program: options, signals, exit codes. Everything else is in src/service.

#include "config/config.h"
#include "service/service.h"
#include "telemetry/version.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

using wac::telemetry::Severity;

constexpr int kConfigurationError = 2;
constexpr int kCannotStart = 1;
constexpr int kDrainCut = 3;

Severity severity_from(std::string_view level) {
  if (level == "debug") return Severity::kDebug;
  if (level == "warning") return Severity::kWarning;
  if (level == "error") return Severity::kError;
  return Severity::kInfo;
}

void report(const std::vector<wac::config::Problem>& problems) {
  for (const auto& problem : problems) std::cerr << problem.key << ": " << problem.rule << '\n';
}

/// Blocks the termination signals in this and every later thread, so that only wait() sees them.
class TerminationSignals {
 public:
  TerminationSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int number = 0;
    sigwait(&set_, &number);
  }
  /// From here on a second signal ends the process at once; what is in flight is recovered at the next start.
  void let_next_one_kill() const {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  }

 private:
  sigset_t set_{};
};

int run(wac::config::LoadResult loaded) {
  // A core dump would hold keys and messages.
  prctl(PR_SET_DUMPABLE, 0);
  const TerminationSignals signals;
  auto log = wac::telemetry::Logger::to_stdout(severity_from(loaded.config.log_level));
  for (const auto& note : loaded.notes) std::cerr << note << '\n';
  auto service = wac::service::Service::start(std::move(loaded.config), log);
  if (!service) {
    log->flush();
    std::cerr << "whatsapp-connector could not start; the last log line says why\n";
    std::_Exit(kCannotStart);
  }
  signals.wait();
  signals.let_next_one_kill();
  if ((*service)->drain() == wac::service::DrainResult::kCut) {
    log->flush();
    std::_Exit(kDrainCut);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Open, self-hosted gateway to the WhatsApp Cloud API. Configured by environment variables: see "
      "docs/configuration.md."};
  bool check = false;
  bool print = false;
  app.set_version_flag("--version", std::string{wac::telemetry::version()});
  app.add_flag("--check-config", check, "validate the configuration and exit: 0 good, 2 not");
  app.add_flag("--print-config", print, "print the configuration, secrets masked, and exit");
  CLI11_PARSE(app, argc, argv);

  auto loaded =
      wac::config::load(wac::config::process_environment(), wac::config::process_environment_names());
  if (print) std::cout << wac::config::print(loaded.config);
  if (!loaded.problems.empty()) {
    report(loaded.problems);
    return kConfigurationError;
  }
  if (print) return EXIT_SUCCESS;
  if (check) {
    std::cout << "configuration: good\n";
    return EXIT_SUCCESS;
  }
  wac::config::forget_environment_secrets();
  return run(std::move(loaded));
}
