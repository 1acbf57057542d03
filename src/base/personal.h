#pragma once
// Personal data and secrets as types without an exit: no stream, no format, no conversion, no hash, no
// comparison with strings. The only way to the text is expose() in base/expose.h, which few folders may
// include (scripts/check-house.py holds the list).

#include <iosfwd>
#include <string>
#include <string_view>

namespace wac {

struct ExposeAccess;

/// Overwrites memory in a way the optimiser keeps.
void wipe(std::string& text);

/// Text about a person: copies are explicit, nothing prints it.
template <class Tag>
class Personal {
 public:
  Personal() = default;
  explicit Personal(std::string text) : text_(std::move(text)) {}
  Personal(Personal&&) noexcept = default;
  Personal& operator=(Personal&&) noexcept = default;
  Personal(const Personal&) = delete;
  Personal& operator=(const Personal&) = delete;

  Personal clone() const { return Personal{text_}; }
  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }
  friend bool operator==(const Personal&, const Personal&) = default;

 private:
  friend struct ExposeAccess;
  std::string text_;
};

template <class Tag>
std::ostream& operator<<(std::ostream&, const Personal<Tag>&) = delete;

/// A phone number or wa_id: digits, or `+` and digits.
using Phone = Personal<struct PhoneTag>;
/// A business-scoped user id (`CC.…`): pseudonymous, still personal.
using UserId = Personal<struct UserIdTag>;
/// Meta's message id. Its base64 carries the phone number.
using Wamid = Personal<struct WamidTag>;
/// A message, a webhook, an event: JSON or text with anything in it.
using PersonalText = Personal<struct TextTag>;

/// A token, key or password: as Personal, and wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  // A short string is copied by a move: the source is wiped either way.
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }  // NOLINT
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(text_);
      text_ = other.text_;
      wipe(other.text_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text_); }

  Secret clone() const { return Secret{text_}; }
  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }

 private:
  friend struct ExposeAccess;
  std::string text_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace wac
