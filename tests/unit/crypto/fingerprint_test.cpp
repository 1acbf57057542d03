#include "crypto/fingerprint.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

#include <set>

namespace wac::crypto {
namespace {

TEST(Fingerprint, IsTheStartOfTheKeyedHashOfDomainAndLengthPrefixedParts) {
  const Secret key{"0123456789abcdef0123456789abcdef"};
  Fingerprinter fingerprinter{key};
  HmacSha256 reference{key};
  using std::string_view_literals::operator""sv;
  const Digest expected = reference.mac("\x05\0\0\0\0\0\0\0\4acme\0\0\0\0\0\0\0\2+1"sv);
  const Fingerprint fingerprint = fingerprinter.of(Domain::kRecipient, {"acme", "+1"});
  EXPECT_EQ(fingerprint.hex(), to_hex(expected).substr(0, 32));
}

TEST(Fingerprint, DependsOnKeyDomainAndTheBordersOfParts) {
  Fingerprinter one{Secret{"key one"}};
  Fingerprinter two{Secret{"key two"}};
  const std::set<Fingerprint> all{
      one.of(Domain::kDedupeKey, {"ab", "c"}), one.of(Domain::kDedupeKey, {"a", "bc"}),
      one.of(Domain::kDedupeKey, {"abc"}),     one.of(Domain::kDedupeKey, {"abc", ""}),
      one.of(Domain::kDedupeKey, {}),          one.of(Domain::kIntentId, {"ab", "c"}),
      two.of(Domain::kDedupeKey, {"ab", "c"}),
  };
  EXPECT_EQ(all.size(), 7U);
}

TEST(Fingerprint, IsTheSameEachTime) {
  Fingerprinter fingerprinter{Secret{"key"}};
  const Fingerprint first = fingerprinter.of(Domain::kEvent, {"x"});
  fingerprinter.of(Domain::kEvent, {"y"});
  EXPECT_EQ(fingerprinter.of(Domain::kEvent, {"x"}), first);
}

TEST(Fingerprint, ComesBackFromItsTextForms) {
  Fingerprinter fingerprinter{Secret{"key"}};
  const Fingerprint fingerprint = fingerprinter.of(Domain::kLogId, {"x"});
  EXPECT_EQ(Fingerprint::from_hex(fingerprint.hex()), fingerprint);
  EXPECT_EQ(Fingerprint::from_raw(fingerprint.raw()), fingerprint);
  EXPECT_EQ(log_text(fingerprint), fingerprint.hex());
}

TEST(Fingerprint, RefusesOtherTexts) {
  EXPECT_FALSE(Fingerprint::from_hex(""));
  EXPECT_FALSE(Fingerprint::from_hex(std::string(30, 'a')));
  EXPECT_FALSE(Fingerprint::from_hex(std::string(34, 'a')));
  EXPECT_FALSE(Fingerprint::from_hex(std::string(32, 'g')));
  EXPECT_FALSE(Fingerprint::from_raw(std::string(15, 'a')));
  EXPECT_FALSE(Fingerprint::from_raw(std::string(17, 'a')));
}

}  // namespace
}  // namespace wac::crypto
