#include "crypto/keyring.h"

#include "base/encoding.h"
#include "base/expose.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <optional>

namespace wac::crypto {
namespace {

namespace json = boost::json;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxKeys = 64;
constexpr std::size_t kMaxFileBytes = 64 * 1024;

/// Keeps no key material in freed memory. Boost.JSON asks for no more than the default alignment.
class WipingResource final : public json::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t) override { return ::operator new(bytes); }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    explicit_bzero(memory, bytes);
    ::operator delete(memory);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

bool has_only(const json::object& object, std::initializer_list<std::string_view> fields) {
  return std::ranges::all_of(object, [&](const auto& member) {
    return std::ranges::find(fields, std::string_view{member.key()}) != fields.end();
  });
}

std::optional<Secret> key_of(const json::object& object, std::string_view field) {
  const auto* text = object.if_contains(field);
  if (text == nullptr || !text->is_string()) return std::nullopt;
  auto bytes = from_base64(std::string_view{text->get_string()});
  if (!bytes) return std::nullopt;
  Secret key{std::move(*bytes)};
  if (key.size() != kKeyBytes) return std::nullopt;
  return key;
}

std::optional<std::uint32_t> id_of(const json::object& object, std::string_view field) {
  const auto* number = object.if_contains(field);
  if (number == nullptr || !number->is_int64()) return std::nullopt;
  const std::int64_t id = number->get_int64();
  if (id < 1 || id > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(id);
}

std::unexpected<Error> invalid(const char* where) {
  return fail(ErrorCode::kInvalid, where);
}

void append_random_key(std::string& text, Random& random) {
  std::array<std::uint8_t, kKeyBytes> bytes{};
  random.fill(bytes);
  std::string encoded = to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  text += encoded;
  explicit_bzero(bytes.data(), bytes.size());
  wipe(encoded);
}

}  // namespace

Result<std::shared_ptr<const Keyring>> Keyring::parse(const Secret& file) {
  if (file.size() > kMaxFileBytes) return invalid("keyring: at most 64 KiB");
  WipingResource memory;
  // The parser gets no scratch space of its own, which would stay on the stack with key material in it.
  json::parser parser{&memory};
  parser.reset(&memory);
  json::error_code error;
  parser.write(expose(file, Purpose::kValidate), error);
  if (error) return invalid("keyring: not JSON");
  const json::value document = parser.release();
  const auto* root = document.if_object();
  if (root == nullptr) return invalid("keyring: an object is expected");
  if (!has_only(*root, {"version", "fingerprint", "active", "seal"}))
    return invalid("keyring: unknown field");
  if (id_of(*root, "version") != 1U) return invalid("keyring.version: 1 is expected");

  auto ring = std::make_shared<Keyring>();
  auto fingerprint = key_of(*root, "fingerprint");
  if (!fingerprint) return invalid("keyring.fingerprint: 32 bytes in base64 are expected");
  ring->fingerprint_key_ = std::move(*fingerprint);

  const auto* seal = root->if_contains("seal");
  if (seal == nullptr || !seal->is_array()) return invalid("keyring.seal: an array is expected");
  if (seal->get_array().empty() || seal->get_array().size() > kMaxKeys) {
    return invalid("keyring.seal: 1 to 64 keys are expected");
  }
  for (const json::value& entry : seal->get_array()) {
    const auto* object = entry.if_object();
    if (object == nullptr || !has_only(*object, {"id", "key"})) {
      return invalid("keyring.seal[]: an object of id and key is expected");
    }
    const auto id = id_of(*object, "id");
    if (!id) return invalid("keyring.seal[].id: a number from 1 to 4294967295 is expected");
    if (std::ranges::find(ring->seal_keys_, *id, &SealKey::id) != ring->seal_keys_.end()) {
      return invalid("keyring.seal[].id: given twice");
    }
    auto key = key_of(*object, "key");
    if (!key) return invalid("keyring.seal[].key: 32 bytes in base64 are expected");
    ring->seal_keys_.push_back({*id, std::move(*key)});
  }
  const auto active = id_of(*root, "active");
  if (!active || std::ranges::find(ring->seal_keys_, *active, &SealKey::id) == ring->seal_keys_.end()) {
    return invalid("keyring.active: the id of a key in seal is expected");
  }
  ring->active_ = *active;
  return ring;
}

Secret Keyring::generate(Random& random) {
  std::string text;
  // Room for all of it, so that growing leaves no copies of keys behind.
  text.reserve(256);
  text += R"({"version":1,"fingerprint":")";
  append_random_key(text, random);
  text += R"(","active":1,"seal":[{"id":1,"key":")";
  append_random_key(text, random);
  text += R"("}]})";
  return Secret{std::move(text)};
}

}  // namespace wac::crypto
