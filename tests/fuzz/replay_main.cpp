// Runs a fuzz target over every file below the folders and files named on the command line.

#include "fuzz/fuzz.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

void replay(const fs::path& path, std::size_t& count) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  // Named first, so that a crash tells which file it was.
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  ++count;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (const fs::path path : std::vector<std::string>(argv + 1, argv + argc)) {
    if (fs::is_regular_file(path)) replay(path, count);
    if (!fs::is_directory(path)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) replay(entry.path(), count);
    }
  }
  std::printf("%zu inputs\n", count);
  return count == 0 ? 1 : 0;
}
