// What needs no connector: no server listens where these commands are pointed.

#include "fake_server.h"
#include "unit/ctl/temp_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using ::testing::HasSubstr;

const std::string kNobody = "http://127.0.0.1:1";

TEST(Lint, PrintsEveryErrorAndFails) {
  const TempFile bad{R"({"type":"text","text":{"body":"","font":1}})"};
  const Ran ran = run_ctl(kNobody, {"lint", bad.path()});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out, "/text/body must have 1 to 4096 characters\n/text/font is not a field here\n2 errors\n");
  const Ran json = run_ctl(kNobody, {"--json", "lint", bad.path()});
  EXPECT_EQ(json.exit, 1);
  EXPECT_EQ(json.out,
            R"({"valid":false,"errors":[{"pointer":"/text/body","rule":"must have 1 to 4096 characters"},)"
            R"({"pointer":"/text/font","rule":"is not a field here"}],"warnings":[]})"
            "\n");
}

TEST(Lint, SaysThatAMessageIsValid) {
  const TempFile good{R"({"type":"document","document":{"id":"1"}})"};
  const Ran ran = run_ctl(kNobody, {"lint", good.path()});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("warning: /document/filename is not given"));
  EXPECT_THAT(ran.out, HasSubstr("valid\n"));
}

TEST(Lint, SaysThatAFileIsNoJson) {
  const TempFile torn{R"({"type":)"};
  EXPECT_EQ(run_ctl(kNobody, {"lint", torn.path()}).exit, 2);
  EXPECT_EQ(run_ctl(kNobody, {"lint", "/nowhere"}).exit, 2);
}

TEST(Explain, SaysWhatACodeMeansAndWhatToDo) {
  const Ran ran = run_ctl(kNobody, {"explain", "131056"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "131056: too many messages to this recipient\n"
            "  class   throttled: not taken by Meta: sent again after the wait\n"
            "  scope   recipient\n"
            "  wait    1 s\n"
            "  advice  Nothing to do: this recipient waits, others go on.\n");
  EXPECT_THAT(run_ctl(kNobody, {"explain", "template_unknown"}).out, HasSubstr("class   permanent"));
  EXPECT_THAT(run_ctl(kNobody, {"--json", "explain", "190"}).out, HasSubstr(R"("class":"tenant_fatal")"));
}

TEST(Explain, SaysThatItDoesNotKnow) {
  const Ran ran = run_ctl(kNobody, {"explain", "999999"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.err, HasSubstr("not in the catalogue"));
  EXPECT_EQ(run_ctl(kNobody, {"explain", "nonsense"}).exit, 2);
}

TEST(Explain, ListsTheWholeCatalogue) {
  EXPECT_THAT(run_ctl(kNobody, {"explain", "--all"}).out, HasSubstr("template_unknown"));
  EXPECT_THAT(run_ctl(kNobody, {"explain", "--all", "--markdown"}).out, HasSubstr("| `131056` | "));
  EXPECT_THAT(run_ctl(kNobody, {"--json", "explain", "--all"}).out, HasSubstr(R"([{"code":"0",)"));
}

}  // namespace
}  // namespace wac::ctl
