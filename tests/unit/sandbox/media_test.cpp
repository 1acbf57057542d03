#include "base/encoding.h"
#include "sandbox/media_api.h"
#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

std::string part(const std::string& head, const std::string& content) {
  return "--XyZ\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + content + "\r\n";
}
std::string form_of(const std::string& file, const std::string& type = "image/png",
                    const std::string& product = "whatsapp") {
  return part("name=\"messaging_product\"", product) + part("name=\"type\"", type) +
         part("name=\"file\"; filename=\"a.png\"\r\nContent-Type: " + type, file) + "--XyZ--\r\n";
}

TEST(MediaForm, ReadsTheSameInAnySlices) {
  const std::string content = "a\r\n--Xy\r\n--XyQ--\r\n\r\nb" + std::string(1'000, '\0') + "\r\n";
  const std::string text = form_of(content);
  for (const std::size_t slice : {std::size_t{1}, std::size_t{7}, std::size_t{64}, text.size()}) {
    MediaForm form;
    for (std::size_t at = 0; at < text.size(); at += slice)
      form.take(std::string_view{text}.substr(at, slice));
    ASSERT_TRUE(form.complete("XyZ")) << slice;
    EXPECT_EQ(form.fields().at("type"), "image/png");
    EXPECT_EQ(form.file_type(), "image/png");
    EXPECT_EQ(form.file_name(), "a.png");
    ASSERT_TRUE(form.file());
    EXPECT_EQ(form.file()->size(), content.size());
    EXPECT_EQ(form.file()->read(0, 10'000), content);
    EXPECT_EQ(form.file_digest(), crypto::sha256(content));
  }
}

TEST(MediaForm, IsOnlyCompleteWithItsEnd) {
  const std::string text = form_of("content");
  MediaForm cut;
  cut.take(std::string_view{text}.substr(0, text.size() - 6));
  EXPECT_FALSE(cut.complete("XyZ"));
  MediaForm other;
  other.take(text);
  EXPECT_FALSE(other.complete("abc"));
  MediaForm garbage;
  garbage.take("{\"json\":true}\r\n");
  EXPECT_FALSE(garbage.complete("XyZ"));
  MediaForm twice;
  twice.take(part("name=\"type\"", "a") + part("name=\"type\"", "b") + "--XyZ--\r\n");
  EXPECT_FALSE(twice.complete("XyZ"));
}

TEST(MediaRules, KnowMetasTypesAndSizes) {
  EXPECT_FALSE(refuse_file("image/png", "image/png", 5U << 20U));
  EXPECT_EQ(refuse_file("image/png", "image/png", (5U << 20U) + 1)->code, 131053);
  EXPECT_EQ(refuse_file("image/png", "image/jpeg", 5)->code, 100);
  EXPECT_EQ(refuse_file("image/gif", "image/gif", 5)->code, 100);
  EXPECT_EQ(refuse_file("audio/ogg", "audio/ogg", 5)->code, 100);
  EXPECT_FALSE(refuse_file("audio/ogg; codecs=opus", "audio/ogg; codecs=opus", 5));
  EXPECT_EQ(refuse_file("image/png", "image/png", 0)->code, 131053);
}

TEST(MediaRules, FindTheMediaOfAMessage) {
  const auto ids = media_ids_of(json::parse(
      R"({"type":"interactive","interactive":{"header":{"type":"image","image":{"id":"1"}},
          "action":{"buttons":[{"type":"reply","reply":{"id":"not-media"}}]}},"sticker":{"id":"2"}})"));
  EXPECT_EQ(ids, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=\"a b\""), "a b");
  EXPECT_FALSE(form_boundary("application/json"));
}

class MediaApiTest : public ::testing::Test {
 protected:
  std::optional<net::HttpResponse> request(net::Method method, const std::string& path,
                                           const std::string& body = "",
                                           std::vector<net::HeaderField> headers = {},
                                           net::BodySink* sink = nullptr) {
    net::HttpRequest made;
    made.method = method;
    const std::size_t mark = path.find('?');
    made.path = std::string_view{path}.substr(0, mark);
    made.query = mark == std::string::npos ? std::string_view{} : std::string_view{path}.substr(mark + 1);
    made.body = body;
    made.sink = sink;
    headers.push_back({"Authorization", token_});
    headers.push_back({"Host", "127.0.0.1:1"});
    made.headers = std::move(headers);
    return api_.handle(made);
  }
  net::HttpResponse upload(const std::string& form, const std::string& sender = "106540352242922") {
    MediaForm sink;
    sink.take(form);
    auto answer = request(net::Method::kPost, "/v25.0/" + sender + "/media", "",
                          {{"Content-Type", "multipart/form-data; boundary=XyZ"}}, &sink);
    if (answer) return std::move(*answer);
    net::HttpResponse none;
    none.status = kNotOurs;
    return none;
  }
  static std::string text(const std::string& response, const char* field) {
    return std::string{json::parse(response).at(field).as_string()};
  }
  static int code(const net::HttpResponse& response) {
    return json::parse(response.body).at("error").at("code").to_number<int>();
  }

  static constexpr int kNotOurs = 599;
  SandboxConfig config_;
  testing::SeededRandom ids_{3};
  MediaApi api_{config_, ids_};
  std::string token_ = "Bearer sandbox-token";
};

TEST_F(MediaApiTest, AnUploadCanBeLookedUpUsedAndDeleted) {
  const net::HttpResponse uploaded = upload(form_of("png"));
  ASSERT_EQ(uploaded.status, 200) << uploaded.body;
  const std::string id = text(uploaded.body, "id");
  const auto info = request(net::Method::kGet, "/v25.0/" + id + "?phone_number_id=106540352242922");
  ASSERT_TRUE(info);
  EXPECT_EQ(text(info->body, "url"), "http://127.0.0.1:1/_media/" + id);
  EXPECT_EQ(text(info->body, "sha256"), to_hex(crypto::sha256("png")));
  EXPECT_EQ(request(net::Method::kGet, "/v25.0/" + id + "?phone_number_id=1")->status, 400);
  const std::string message = R"({"type":"image","image":{"id":")" + id + "\"}}";
  EXPECT_FALSE(request(net::Method::kPost, "/v25.0/106540352242922/messages", message));
  EXPECT_EQ(request(net::Method::kDelete, "/v25.0/" + id)->status, 200);
  const auto refused = request(net::Method::kPost, "/v25.0/106540352242922/messages", message);
  ASSERT_TRUE(refused);
  EXPECT_EQ(code(*refused), 131053);
  EXPECT_FALSE(request(net::Method::kGet, "/v25.0/" + id));
}

TEST_F(MediaApiTest, ADownloadHonoursARange) {
  const std::string id = text(upload(form_of("0123456789")).body, "id");
  const auto whole = request(net::Method::kGet, "/_media/" + id);
  EXPECT_EQ(whole->status, 200);
  EXPECT_TRUE(whole->stream);
  const auto partial = request(net::Method::kGet, "/_media/" + id, "", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(partial->status, 206);
  EXPECT_EQ(partial->headers.at(1).second, "bytes 2-4/10");
  EXPECT_EQ(request(net::Method::kGet, "/_media/" + id, "", {{"Range", "bytes=10-"}})->status, 416);
  EXPECT_EQ(request(net::Method::kGet, "/_media/999")->status, 404);
}

TEST_F(MediaApiTest, AUsersFileIsKeptLikeAnUpload) {
  const std::string id = api_.put("106540352242922", "image/heic", "pixels");
  EXPECT_EQ(text(request(net::Method::kGet, "/v25.0/" + id)->body, "mime_type"), "image/heic");
  EXPECT_EQ(api_.show({}, id)->headers.at(0).second, "image/heic");
  EXPECT_FALSE(api_.show({}, "1"));
}

TEST_F(MediaApiTest, IsAsStrictAsMeta) {
  EXPECT_EQ(code(upload(form_of("png", "image/png", "telegram"))), 100);
  EXPECT_EQ(code(upload(form_of("gif", "image/gif"))), 100);
  EXPECT_EQ(code(upload(part("name=\"messaging_product\"", "whatsapp") + "--XyZ--\r\n")), 131008);
  EXPECT_EQ(code(upload(part("name=\"surprise\"", "x") + form_of("png"))), 100);
  const std::string whole = form_of("png");
  EXPECT_EQ(code(upload(whole.substr(0, whole.size() - 5))), 100);
}

TEST_F(MediaApiTest, LeavesToOthersWhatIsNotItsOwn) {
  EXPECT_FALSE(request(net::Method::kGet, "/v25.0/106540352242922"));
  EXPECT_FALSE(request(net::Method::kPost, "/v25.0/106540352242922/messages", R"({"type":"text"})"));
  EXPECT_EQ(upload(form_of("png"), "99999").status, kNotOurs);
  token_ = "Bearer wrong";
  EXPECT_EQ(upload(form_of("png")).status, kNotOurs);
}

}  // namespace
}  // namespace wac::sandbox
