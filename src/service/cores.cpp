#include "service/cores.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <thread>

namespace wac::service {

std::size_t cores_of_cpu_max(std::string_view line) {
  std::size_t quota = 0;
  std::size_t period = 0;
  const char* end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, quota);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ' ') return 0;
  const auto second = std::from_chars(first.ptr + 1, end, period);
  if (second.ec != std::errc{} || period == 0) return 0;
  return std::max<std::size_t>(1, (quota + period - 1) / period);
}

std::size_t available_cores() {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::ifstream file{"/sys/fs/cgroup/cpu.max"};
  std::string line;
  std::getline(file, line);
  const std::size_t quota = cores_of_cpu_max(line);
  return quota == 0 ? cores : std::min(cores, quota);
}

}  // namespace wac::service
