#include "whatsapp/media_types.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using namespace std::string_view_literals;

constexpr auto kJpeg = "\xff\xd8\xff\xe0\x00\x10JFIF"sv;
constexpr auto kPng = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"sv;
constexpr auto kMp4 =
    "\x00\x00\x00\x18"
    "ftypisom\x00\x00\x02\x00"sv;
constexpr auto kM4a =
    "\x00\x00\x00\x18"
    "ftypM4A \x00\x00\x02\x00"sv;
constexpr auto k3gp =
    "\x00\x00\x00\x18"
    "ftyp3gp4\x00\x00\x02\x00"sv;
constexpr auto kQuicktime =
    "\x00\x00\x00\x18"
    "ftypqt  \x00\x00\x02\x00"sv;
constexpr auto kAac = "\xff\xf1\x50\x80"sv;
constexpr auto kMp3 = "\xff\xfb\x90\x64"sv;
constexpr auto kId3 = "ID3\x04\x00"sv;
constexpr auto kAmr = "#!AMR\n\x3c"sv;
constexpr auto kPdf = "%PDF-1.7\n%\xe2\xe3"sv;
constexpr auto kZip = "PK\x03\x04\x14\x00"sv;
constexpr auto kCfb = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"sv;
constexpr auto kExe = "MZ\x90\x00\x03"sv;
constexpr auto kDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"sv;

std::string ogg(std::string_view codec, char channels) {
  std::string page = "OggS";
  page.append(24, '\0');
  page += codec;
  page += '\1';
  page += channels;
  return page;
}
std::string webp(std::string_view chunk, char flags) {
  return "RIFF" + std::string(4, 'x') + "WEBP" + std::string{chunk} + std::string(4, '\0') + flags;
}

std::string recognised(MediaKind kind, std::string_view declared, std::string_view head,
                       std::string_view name = "") {
  const auto type = recognise_media(kind, declared, name, head);
  return type ? std::string{type->mime} : "refused";
}

TEST(MediaTypes, AFileThatIsWhatItSaysIsTaken) {
  using enum MediaKind;
  EXPECT_EQ(recognised(kImage, "image/jpeg", kJpeg), "image/jpeg");
  EXPECT_EQ(recognised(kImage, "IMAGE/PNG; charset=binary", kPng), "image/png");
  EXPECT_EQ(recognised(kVideo, "video/mp4", kMp4), "video/mp4");
  EXPECT_EQ(recognised(kVideo, "video/3gpp", k3gp), "video/3gpp");
  EXPECT_EQ(recognised(kAudio, "audio/aac", kAac), "audio/aac");
  EXPECT_EQ(recognised(kAudio, "audio/mpeg", kMp3), "audio/mpeg");
  EXPECT_EQ(recognised(kAudio, "audio/mpeg", kId3), "audio/mpeg");
  EXPECT_EQ(recognised(kAudio, "audio/amr", kAmr), "audio/amr");
  EXPECT_EQ(recognised(kAudio, "audio/mp4", kM4a), "audio/mp4");
  EXPECT_EQ(recognised(kAudio, "audio/mp4", kMp4), "audio/mp4");
  EXPECT_EQ(recognised(kAudio, "audio/ogg", ogg("OpusHead", 1)), "audio/ogg; codecs=opus");
  EXPECT_EQ(recognised(kAudio, "audio/ogg; codecs=opus", ogg("OpusHead", 1)), "audio/ogg; codecs=opus");
  EXPECT_EQ(recognised(kDocument, "application/pdf", kPdf), "application/pdf");
  EXPECT_EQ(recognised(kDocument, "application/msword", kCfb), "application/msword");
  EXPECT_EQ(recognised(kDocument, kDocx, kZip), kDocx);
  EXPECT_EQ(recognised(kDocument, "text/plain; charset=utf-8", "Grüße\n"), "text/plain");
  EXPECT_EQ(recognised(kSticker, "image/webp", webp("VP8L", 0)), "image/webp");
}

TEST(MediaTypes, WhatIsNotWhatItSaysIsRefused) {
  using enum MediaKind;
  EXPECT_EQ(recognised(kImage, "image/jpeg", kPng), "refused");
  EXPECT_EQ(recognised(kImage, "image/jpeg", "<html><body>not found"), "refused");
  EXPECT_EQ(recognised(kImage, "text/html", kJpeg), "refused");
  EXPECT_EQ(recognised(kDocument, "application/pdf", kExe), "refused");
  EXPECT_EQ(recognised(kDocument, "application/pdf", kZip), "refused");
  EXPECT_EQ(recognised(kDocument, "text/plain", kExe), "refused");
  EXPECT_EQ(recognised(kDocument, "text/plain", kPdf), "refused");
  EXPECT_EQ(recognised(kDocument, "text/html", "<html>"), "refused");
  EXPECT_EQ(recognised(kVideo, "video/mp4", kQuicktime), "refused");
  EXPECT_EQ(recognised(kVideo, "video/mp4", kM4a), "refused");
  EXPECT_EQ(recognised(kAudio, "audio/mpeg", kAac), "refused");
  EXPECT_EQ(recognised(kImage, "image/jpeg", ""), "refused");
}

TEST(MediaTypes, ATypeOfAnotherMessageIsRefused) {
  using enum MediaKind;
  EXPECT_EQ(recognised(kVideo, "image/jpeg", kJpeg), "refused");
  EXPECT_EQ(recognised(kDocument, "image/jpeg", kJpeg), "refused");
  EXPECT_EQ(recognised(kImage, "image/webp", webp("VP8L", 0)), "refused");
  EXPECT_EQ(recognised(kSticker, "image/png", kPng), "refused");
  EXPECT_EQ(recognised(kAudio, "application/pdf", kPdf), "refused");
}

TEST(MediaTypes, OggMustBeOpusInOneChannel) {
  EXPECT_EQ(recognised(MediaKind::kAudio, "audio/ogg", ogg("OpusHead", 2)), "refused");
  EXPECT_EQ(recognised(MediaKind::kAudio, "audio/ogg", ogg("\x01vorbis", 1)), "refused");
  EXPECT_TRUE(may_be_voice("audio/ogg; codecs=opus"));
  EXPECT_FALSE(may_be_voice("audio/mpeg"));
}

TEST(MediaTypes, WithoutADeclarationContentAndNameDecide) {
  using enum MediaKind;
  for (const char* declared : {"", "application/octet-stream", "binary/octet-stream"}) {
    EXPECT_EQ(recognised(kImage, declared, kJpeg, "whatever.txt"), "image/jpeg");
    EXPECT_EQ(recognised(kDocument, declared, kPdf), "application/pdf");
    EXPECT_EQ(recognised(kDocument, declared, kZip, "Report.DOCX"), kDocx);
    EXPECT_EQ(recognised(kDocument, declared, kZip, "archive.zip"), "refused");
    EXPECT_EQ(recognised(kDocument, declared, kZip), "refused");
    EXPECT_EQ(recognised(kDocument, declared, kCfb, "a.xls"), "application/vnd.ms-excel");
    EXPECT_EQ(recognised(kDocument, declared, "a,b\n", "list.csv"), "refused");
    EXPECT_EQ(recognised(kDocument, declared, "hello\n", "note.txt"), "text/plain");
  }
}

TEST(MediaTypes, LimitsAreThoseOfTheFacts) {
  using enum MediaKind;
  EXPECT_EQ(recognise_media(kImage, "", "", kJpeg)->max_bytes, 5U << 20U);
  EXPECT_EQ(recognise_media(kVideo, "", "", kMp4)->max_bytes, 16U << 20U);
  EXPECT_EQ(recognise_media(kDocument, "", "", kPdf)->max_bytes, 100U << 20U);
  EXPECT_EQ(recognise_media(kSticker, "", "", webp("VP8L", 0))->max_bytes, 100U << 10U);
  EXPECT_EQ(recognise_media(kSticker, "", "", webp("VP8X", 0x10))->max_bytes, 100U << 10U);
  EXPECT_EQ(recognise_media(kSticker, "", "", webp("VP8X", 0x12))->max_bytes, 500U << 10U);
  EXPECT_EQ(media_limit(kSticker), 500U << 10U);
  EXPECT_EQ(media_limit(kDocument), 100U << 20U);
}

TEST(MediaTypes, KindsGoByTheNameOfTheirMember) {
  EXPECT_EQ(media_kind_from("image"), MediaKind::kImage);
  EXPECT_EQ(media_kind_from("gif"), MediaKind::kVideo);
  EXPECT_EQ(media_kind_from("text"), std::nullopt);
}

}  // namespace
}  // namespace wac::whatsapp
