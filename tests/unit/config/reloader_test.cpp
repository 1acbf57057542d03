#include "config/reloader.h"

#include "config_fixture.h"

namespace wac::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReloaderTest : public ConfigTest {
 protected:
  ReloaderTest() {
    variables["GRAPH_API_URL"] = "http://127.0.0.1:9";
    variables["TENANTS_FILE"] = write_file("tenants.yaml", kOne);
    write_file("token", "first-token\n");
  }
  Variables lookup() {
    return [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional{found->second};
    };
  }
  Reloader start() {
    const LoadResult loaded = load(lookup());
    EXPECT_THAT(loaded.problems, IsEmpty());
    return Reloader{remember(lookup(), loaded.secret_variables), loaded.files};
  }
  static std::string token_of(const LoadResult& loaded) {
    return text(loaded.config.tenants.at(0).senders.at(0).token);
  }

  static constexpr const char* kOne =
      "tenants: [{id: acme, senders: [{phone_number_id: 11111, token_file: token}]}]\n";
};

TEST_F(ReloaderTest, NothingHappensWhileNothingChanges) {
  Reloader reloader = start();
  EXPECT_FALSE(reloader.changed());
  EXPECT_FALSE(reloader.changed());
}

TEST_F(ReloaderTest, AnotherTokenInItsFileIsNoticedAndRead) {
  Reloader reloader = start();
  write_file("token", "second-token\n");
  EXPECT_TRUE(reloader.changed());
  EXPECT_TRUE(reloader.changed()) << "until it has been read";
  EXPECT_EQ(token_of(reloader.load()), "second-token");
  EXPECT_FALSE(reloader.changed());
}

// What Kubernetes does with a mounted secret: the file is a link through `..data`, which is turned at once.
TEST_F(ReloaderTest, ATurnedLinkIsNoticed) {
  write_file("v1/token", "first-token\n");
  write_file("v2/token", "other-token\n");
  std::filesystem::create_directory_symlink("v1", directory + "/data-link");
  std::filesystem::remove(directory + "/token");
  std::filesystem::create_symlink("data-link/token", directory + "/token");
  Reloader reloader = start();
  std::filesystem::create_directory_symlink("v2", directory + "/data-tmp");
  std::filesystem::rename(directory + "/data-tmp", directory + "/data-link");
  EXPECT_TRUE(reloader.changed());
  EXPECT_EQ(token_of(reloader.load()), "other-token");
}

TEST_F(ReloaderTest, ABrokenFileIsReportedOnceAndItsRepairIsNoticed) {
  Reloader reloader = start();
  write_file("tenants.yaml", "tenants: [\n");
  ASSERT_TRUE(reloader.changed());
  EXPECT_EQ(reloader.load().problems.size(), 1U);
  EXPECT_FALSE(reloader.changed()) << "not again and again";
  write_file("tenants.yaml", std::string{kOne} + "# repaired\n");
  ASSERT_TRUE(reloader.changed());
  EXPECT_THAT(reloader.load().problems, IsEmpty());
}

TEST_F(ReloaderTest, ASecretThatIsMissingIsAwaited) {
  Reloader reloader = start();
  std::filesystem::remove(directory + "/token");
  ASSERT_TRUE(reloader.changed());
  EXPECT_EQ(reloader.load().problems.size(), 1U);
  EXPECT_FALSE(reloader.changed());
  write_file("token", "third-token\n");
  ASSERT_TRUE(reloader.changed());
  EXPECT_EQ(token_of(reloader.load()), "third-token");
}

TEST_F(ReloaderTest, VariablesAreRememberedAfterTheProcessForgotThem) {
  variables["ACME_TOKEN"] = "token-of-a-variable";
  variables["WHATSAPP_VERIFY_TOKEN"] = "verify-token-1";
  write_file("tenants.yaml",
             "tenants: [{id: acme, senders: [{phone_number_id: 11111, token_env: ACME_TOKEN}]}]\n");
  Reloader reloader = start();
  variables.erase("ACME_TOKEN");
  variables.erase("WHATSAPP_VERIFY_TOKEN");
  const LoadResult again = reloader.load();
  EXPECT_THAT(again.problems, IsEmpty());
  EXPECT_EQ(token_of(again), "token-of-a-variable");
  EXPECT_EQ(text(again.config.verify_token), "verify-token-1");
  EXPECT_THAT(again.secret_variables, ElementsAre("ACME_TOKEN"));
}

TEST_F(ReloaderTest, TheFilesOfSecretVariablesAreWatchedAndThoseOfOthersAreNot) {
  variables.erase("TENANTS_FILE");
  variables["WHATSAPP_PHONE_NUMBER_ID"] = "11111";
  variables["WHATSAPP_ACCESS_TOKEN_FILE"] = directory + "/token";
  variables["WHATSAPP_WEBHOOK_SECRET_FILE"] = write_file("secret", "webhook-secret-0001");
  variables["PORT_FILE"] = write_file("port", "8081");
  Reloader reloader = start();
  write_file("port", "8082-");
  EXPECT_FALSE(reloader.changed()) << "a port cannot change while it is open";
  write_file("port", "8082");
  write_file("secret", "webhook-secret-2");
  ASSERT_TRUE(reloader.changed());
  EXPECT_EQ(text(reloader.load().config.webhook_secrets.at(0)), "webhook-secret-2");
}

TEST_F(ReloaderTest, OneLookIsBoundedAndStillSeesTheMainFile) {
  std::vector<WatchedFile> files;
  for (std::size_t i = 0; i < 3 * Reloader::kFilesPerLook; ++i)
    files.push_back({directory + "/none", {}, false});
  files.push_back({variables["TENANTS_FILE"], stamp_of(variables["TENANTS_FILE"]), true});
  Reloader main{lookup(), files};
  EXPECT_FALSE(main.changed());
  write_file("tenants.yaml", "# longer than before, and quite another\n" + std::string{kOne});
  EXPECT_TRUE(main.changed());

  files.back().stamp = stamp_of(variables["TENANTS_FILE"]);
  files[2 * Reloader::kFilesPerLook + 1].path = directory + "/token";
  Reloader other{lookup(), files};
  EXPECT_FALSE(other.changed());
  EXPECT_FALSE(other.changed());
  EXPECT_TRUE(other.changed()) << "the others take turns";
}

}  // namespace
}  // namespace wac::config
