#include "config/archive.h"

#include "config/consumers.h"
#include "config_fixture.h"

namespace wac::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = ArchiveConfig::Kind;

TEST(ArchivePlace, IsAFolderOrABucket) {
  const auto folder = parse_archive_place("file:///var/lib/media files/");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->kind, Kind::kFolder);
  EXPECT_EQ(folder->folder, "/var/lib/media files");
  EXPECT_EQ(folder->place(), "file:///var/lib/media files");
  const auto bucket = parse_archive_place("gs://my-bucket_1.example/whatsapp/Media");
  ASSERT_TRUE(bucket);
  EXPECT_EQ(bucket->kind, Kind::kBucket);
  EXPECT_EQ(bucket->bucket, "my-bucket_1.example");
  EXPECT_EQ(bucket->prefix, "whatsapp/Media");
  EXPECT_EQ(bucket->place(), "gs://my-bucket_1.example/whatsapp/Media");
  EXPECT_EQ(parse_archive_place("gs://bucket")->prefix, "");
  EXPECT_EQ(parse_archive_place("gs://bucket")->place(), "gs://bucket");
  EXPECT_EQ(parse_archive_place("gs://bucket/p/")->prefix, "p");
}

TEST(ArchivePlace, AnythingElseIsRefused) {
  for (const char* text :
       {"", "/var/lib/media", "file://", "file:///", "file://relative", "file:///a/../b", "file:///a//b",
        "file:///a\nb", "gs://", "gs://ab", "gs://Bucket", "gs://bucket//p", "gs://bucket/../p",
        "gs://bucket/a b", "gs://bucket/?x", "s3://bucket", "https://bucket"}) {
    EXPECT_FALSE(parse_archive_place(text)) << text;
  }
}

class ArchiveSettings : public ConfigTest {
 protected:
  ArchiveSettings() { use_production(); }
};

TEST_F(ArchiveSettings, OffUnlessAPlaceIsGiven) {
  const LoadResult result = load_all();
  EXPECT_FALSE(result.config.archive.on());
  EXPECT_THAT(result.config.tenants.at(0).consumers, IsEmpty());
}

TEST_F(ArchiveSettings, GivesEveryTenantAConsumer) {
  variables["MEDIA_ARCHIVE"] = "file:///var/lib/media";
  variables["MEDIA_ARCHIVE_RETENTION_MS"] = "86400000";
  variables["MEDIA_IN_FLIGHT"] = "3";
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  EXPECT_EQ(result.config.archive.retention, Millis{86'400'000});
  ASSERT_EQ(result.config.tenants.at(0).consumers.size(), 1U);
  const ConsumerConfig& consumer = result.config.tenants.at(0).consumers.at(0);
  EXPECT_EQ(consumer.id, media_archive_id());
  EXPECT_EQ(consumer.kind, ConsumerKind::kMediaArchive);
  EXPECT_EQ(consumer.parallel, 3U);
  EXPECT_EQ(consumer.start, ConsumerStart::kOldest);
  EXPECT_THAT(consumer.types, ::testing::Contains("whatsapp.message.received.image"));
}

TEST_F(ArchiveSettings, ATenantMayStayOut) {
  variables["MEDIA_ARCHIVE"] = "gs://bucket/media";
  variables["TENANTS_FILE"] =
      write_file("tenants.yaml", "tenants:\n  - id: acme\n  - id: bolt\n    media_archive: off\n");
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  EXPECT_EQ(result.config.tenants.at(1).consumers.size(), 1U);
  EXPECT_THAT(result.config.tenants.at(2).consumers, IsEmpty());
  const std::string printed = print(result.config);
  EXPECT_THAT(printed, HasSubstr("MEDIA_ARCHIVE=gs://bucket/media\n"));
  EXPECT_THAT(printed, HasSubstr("media_archive: off\n"));
  EXPECT_EQ(printed.find("consumers:"), std::string::npos) << "nobody described one";
}

TEST_F(ArchiveSettings, WhatDoesNotFitIsSaid) {
  variables["MEDIA_ARCHIVE"] = "gs://bucket";
  variables["MEDIA_ARCHIVE_RETENTION_MS"] = "1";
  variables["GCS_ENDPOINT"] = "http://storage.example";
  EXPECT_THAT(problems(),
              ElementsAre("GCS_ENDPOINT: set it to https://host[:port]",
                          "MEDIA_ARCHIVE_RETENTION_MS: unset it: give the bucket a lifecycle rule "
                          "that deletes objects by age"));
  variables["MEDIA_ARCHIVE"] = "/var/lib/media";
  EXPECT_THAT(problems(),
              ::testing::Contains(
                  "MEDIA_ARCHIVE: set MEDIA_ARCHIVE to file:///absolute/folder or gs://bucket/prefix"));
}

TEST_F(ArchiveSettings, ItsConsumersIdIsTaken) {
  variables["TENANTS_FILE"] = write_file(
      "tenants.yaml",
      "tenants:\n  - id: acme\n    media_archive: maybe\n    consumers:\n      - id: media-archive\n");
  const std::vector<std::string> found = problems();
  EXPECT_THAT(found, ::testing::Contains(HasSubstr("that one is the archive's of media")));
  EXPECT_THAT(found, ::testing::Contains(HasSubstr("write on or off here")));
}

}  // namespace
}  // namespace wac::config
