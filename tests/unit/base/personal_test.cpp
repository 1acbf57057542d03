#include "base/personal.h"

#include "base/expose.h"

#include <gtest/gtest.h>

#include <sstream>

namespace wac {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Streamable<Phone>);
static_assert(!Streamable<Secret>);
static_assert(!std::is_convertible_v<Phone, std::string>);
static_assert(!std::is_convertible_v<Phone, std::string_view>);
static_assert(!std::is_copy_constructible_v<Phone>);
static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_constructible_v<UserId, Phone>);

TEST(Personal, OnlyExposeReadsIt) {
  const Phone phone{"+15550001111"};
  EXPECT_EQ(expose(phone, Purpose::kValidate), "+15550001111");
  EXPECT_EQ(phone.clone(), phone);
}

TEST(Secret, IsWipedWhenMovedFrom) {
  Secret first{std::string(40, 'k')};
  const Secret second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(second.size(), 40U);
}

TEST(Wipe, ClearsTheWholeBuffer) {
  std::string text(100, 'k');
  text.resize(10);
  const char* memory = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  for (std::size_t i = 1; i < 100; ++i) EXPECT_EQ(memory[i], '\0') << i;
}

}  // namespace
}  // namespace wac
