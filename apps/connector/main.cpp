// The service's program: options, signals, exit codes. Everything else is in src/service.

#include "config/config.h"
#include "config/reloader.h"
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
  for (const auto& problem : problems) std::cerr << wac::config::describe(problem) << '\n';
}

/// Blocks our signals in this and every later thread, so that only next() sees them.
class Signals {
 public:
  enum class What : std::uint8_t { kNothing, kReload, kTerminate };

  Signals() {
    sigemptyset(&set_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  /// Waits a second at most.
  What next() const {
    const timespec second{1, 0};
    const int number = sigtimedwait(&set_, nullptr, &second);
    if (number < 0) return What::kNothing;
    return number == SIGHUP ? What::kReload : What::kTerminate;
  }
  /// From here on a second signal ends the process at once; what is in flight is recovered at the next start.
  void let_next_one_kill() const {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGHUP, SIG_IGN);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  }

 private:
  sigset_t set_{};
};

/// Until it is told to end: looks once a second whether the configuration's files have changed.
void serve(wac::service::Service& service, wac::config::Reloader& reloader, const Signals& signals) {
  for (;;) {
    const Signals::What what = signals.next();
    if (what == Signals::What::kTerminate) return;
    if (what == Signals::What::kReload || reloader.changed()) service.reload(reloader.load());
  }
}

int run(wac::config::LoadResult loaded, wac::config::Reloader reloader) {
  // A core dump would hold keys and messages.
  prctl(PR_SET_DUMPABLE, 0);
  const Signals signals;
  auto log = wac::telemetry::Logger::to_stdout(severity_from(loaded.config.log_level));
  for (const auto& note : loaded.notes) std::cerr << note << '\n';
  auto service = wac::service::Service::start(std::move(loaded.config), log);
  if (!service) {
    log->flush();
    std::cerr << "whatsapp-connector could not start; the last log line says why\n";
    std::_Exit(kCannotStart);
  }
  serve(**service, reloader, signals);
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
  wac::config::Reloader reloader{
      wac::config::remember(wac::config::process_environment(), loaded.secret_variables), loaded.files};
  wac::config::forget_environment_secrets(loaded.secret_variables);
  return run(std::move(loaded), std::move(reloader));
}
