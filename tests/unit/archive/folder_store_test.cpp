#include "archive/folder_store.h"

#include "archive/folder_files.h"
#include "support/manual_scheduler.h"
#include "support/memory_archive.h"
#include "support/process.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <sys/stat.h>

namespace wac::archive {
namespace {

namespace fs = std::filesystem;
using testing::MemoryBody;
using testing::run_now;

/// Carries jobs out at once.
class AtOnce final : public DiskWorkers {
 public:
  void submit(Job job) override { job(); }
};

/// Ends with an error.
class Broken final : public net::BodySource {
 public:
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  Task<Result<std::string_view>> next() override {
    if (!std::exchange(begun_, true)) co_return std::string_view{"half"};
    co_return fail(ErrorCode::kConnectionLost, "test");
  }

 private:
  bool begun_ = false;
};

struct FolderStoreTest : ::testing::Test {
  Result<void> put(const std::string& text) {
    MemoryBody body{text};
    return run_now(loop, store.put(name, body));
  }
  std::string read() {
    const auto file = run_now(loop, store.open(name));
    if (!file) return "error: " + std::string{wac::name(file.error().code)};
    const auto body = (*file)->read(0, (*file)->size());
    return run_now(loop, testing::text_of_body(*body));
  }
  std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{folder.path()}) {
      if (entry.is_regular_file()) found.push_back(fs::relative(entry.path(), folder.path()).string());
    }
    return found;
  }
  void age(const std::string& file, std::chrono::hours by) {
    fs::last_write_time(fs::path{folder.path()} / file, fs::file_time_type::clock::now() - by);
  }

  testing::TempDir folder;
  testing::ManualScheduler loop;
  testing::SeededRandom random{7};
  AtOnce workers;
  FolderStore store{{folder.path(), 0}, workers, loop, random};
  crypto::Fingerprint name = *crypto::Fingerprint::from_hex("ab0102030405060708090a0b0c0d0e0f");
  const std::string kPath = "ab/ab0102030405060708090a0b0c0d0e0f";
};

TEST_F(FolderStoreTest, AFileIsWrittenAndRead) {
  EXPECT_EQ(read(), "error: not_found");
  const std::string text(300'000, 'x');
  ASSERT_TRUE(put(text));
  EXPECT_EQ(read(), text);
  EXPECT_EQ(files(), std::vector<std::string>{kPath});
  struct stat made{};
  ASSERT_EQ(::stat(folder.file(kPath).c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(folder.file("ab").c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777U, 0700U);
}

TEST_F(FolderStoreTest, HalfAFileIsNone) {
  Broken body;
  const auto written = run_now(loop, store.put(name, body));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kConnectionLost);
  EXPECT_TRUE(files().empty());
}

TEST_F(FolderStoreTest, TheFirstOneStaysAndAnEmptyOneReplacesIt) {
  ASSERT_TRUE(put("first"));
  ASSERT_TRUE(put("second"));
  EXPECT_EQ(read(), "first");
  ASSERT_TRUE(run_now(loop, store.put_empty(name)));
  EXPECT_EQ(read(), "");
  ASSERT_TRUE(put("third"));
  EXPECT_EQ(read(), "");
  EXPECT_EQ(files(), std::vector<std::string>{kPath});
}

TEST_F(FolderStoreTest, WithoutRoomNothingIsAddedButErasingWorks) {
  FolderStore full{{folder.path(), UINT64_MAX}, workers, loop, random};
  MemoryBody body{"text"};
  const auto written = run_now(loop, full.put(name, body));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(files().empty());
  EXPECT_TRUE(run_now(loop, full.put_empty(name)));
}

TEST_F(FolderStoreTest, AFolderThatIsGoneIsUnavailable) {
  FolderStore lost{{folder.file("missing"), 0}, workers, loop, random};
  MemoryBody body{"text"};
  EXPECT_FALSE(run_now(loop, lost.put(name, body)));
}

TEST_F(FolderStoreTest, AFileCutWhileItIsReadIsCorrupt) {
  ASSERT_TRUE(put(std::string(300'000, 'x')));
  const auto file = run_now(loop, store.open(name));
  fs::resize_file(folder.file(kPath), 1'000);
  const auto body = (*file)->read(0, 300'000);
  EXPECT_EQ(run_now(loop, testing::text_of_body(*body)), "error: corrupt");
}

TEST_F(FolderStoreTest, PurgeRemovesWhatIsTooOld) {
  using std::chrono::hours;
  ASSERT_TRUE(put("old"));
  age(kPath, hours{48});
  fs::create_directories(folder.file("00"));
  for (const auto& [file, text, old] : {std::tuple{"00/new", "x", 1},
                                        {"00/erased", "", 48},
                                        {"00/long-erased", "", 100},
                                        {"00/.tmp-dead", "half", 10},
                                        {"00/.tmp-alive", "half", 1}}) {
    testing::write_file(folder.file(file), text);
    age(file, hours{old});
  }
  const WallTime now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  const auto purge = [&](std::optional<WallTime> files, std::optional<WallTime> empty) {
    return run_now(loop, store.purge({files, empty, now - hours{6}})).value();
  };
  EXPECT_EQ(purge(std::nullopt, std::nullopt), 1U) << "what a crash left behind, whatever is kept";
  EXPECT_FALSE(fs::exists(folder.file("00/.tmp-dead")));
  EXPECT_EQ(purge(now - hours{24}, now - hours{72}), 2U);
  auto left = files();
  std::ranges::sort(left);
  EXPECT_EQ(left, (std::vector<std::string>{"00/.tmp-alive", "00/erased", "00/new"}));
}

TEST_F(FolderStoreTest, APurgeThatSawManyGoesOnWhereItStopped) {
  for (const char* shard : {"00", "ff"}) {
    fs::create_directories(folder.file(shard));
    for (int i = 0; i < 10'001; ++i) testing::write_file(folder.file(shard) + "/" + std::to_string(i), "");
  }
  const WallTime later = from_millis(INT64_MAX / 2);
  const auto purge = [&] { return run_now(loop, store.purge({later, later, {}})).value(); };
  EXPECT_EQ(purge(), 10'001U);
  EXPECT_EQ(purge(), 10'001U);
  EXPECT_EQ(purge(), 0U);
}

TEST_F(FolderStoreTest, AFolderIsProvedBeforeItIsUsed) {
  EXPECT_TRUE(probe_folder(folder.path()));
  EXPECT_TRUE(files().empty());
  EXPECT_FALSE(probe_folder(folder.file("missing")));
  testing::write_file(folder.file("file"), "x");
  EXPECT_FALSE(probe_folder(folder.file("file")));
  EXPECT_FALSE(probe_folder("/proc")) << "nothing can be written there";
}

TEST(DiskThreads, CarryEverythingOutBeforeTheyEnd) {
  std::atomic<int> done{0};
  {
    DiskThreads threads{3};
    for (int i = 0; i < 100; ++i) threads.submit([&] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace wac::archive
