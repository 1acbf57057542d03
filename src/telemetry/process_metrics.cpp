#include "telemetry/process_metrics.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace wac::telemetry {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::optional<double> cpu_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<double> resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!(statm >> total >> resident)) return std::nullopt;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> open_files() {
  std::error_code error;
  std::filesystem::directory_iterator entries{"/proc/self/fd", error};
  double count = 0;
  for (; !error && entries != std::filesystem::directory_iterator{}; entries.increment(error)) ++count;
  if (error) return std::nullopt;
  // The directory being read is one of them.
  return count - 1;
}

std::optional<double> boot_time() {
  std::ifstream stat{"/proc/stat"};
  for (std::string word; stat >> word;) {
    double value = 0;
    if (word == "btime" && stat >> value) return value;
  }
  return std::nullopt;
}

std::optional<double> start_time() {
  std::ifstream file{"/proc/self/stat"};
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // Field 2 is the program's name in parentheses and may hold spaces: count from behind it (proc(5)).
  std::istringstream rest{text.substr(text.rfind(')') + 1)};
  std::string skipped;
  for (int field = 3; field < 22; ++field) rest >> skipped;
  double ticks = 0;
  const auto boot = boot_time();
  if (!(rest >> ticks) || !boot) return std::nullopt;
  return *boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

void append_process_metrics(std::vector<prometheus::MetricFamily>& families) {
  using prometheus::MetricType;
  const auto append = [&](const char* name, const char* help, MetricType type, std::optional<double> value) {
    if (!value) return;
    prometheus::ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = *value;
    families.push_back({name, help, type, {metric}});
  };
  append("process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter, cpu_seconds());
  append("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge, resident_bytes());
  append("process_open_fds", "Open file descriptors.", MetricType::Gauge, open_files());
  append("process_start_time_seconds", "Start of the process since the Unix epoch.", MetricType::Gauge,
         start_time());
}

}  // namespace wac::telemetry
