#include "whatsapp/schema.h"

#include "whatsapp/json_text.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wac::whatsapp::schema {
namespace {

namespace json = boost::json;

// RFC 6901 §3.
void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

struct Unit {
  std::string_view one;
  std::string_view many;
  std::string_view of(std::int64_t count) const { return count == 1 ? one : many; }
};
constexpr Unit kCharacters{"character", "characters"};
constexpr Unit kEntries{"entry", "entries"};
constexpr Unit kMembers{"member", "members"};

std::string range_words(std::int64_t min, std::int64_t max, const Unit& unit) {
  if (max == kNoLimit) return fmt::format("must have at least {} {}", min, unit.of(min));
  if (min == 0) return fmt::format("must have at most {} {}", max, unit.of(max));
  if (min == max) return fmt::format("must have exactly {} {}", min, unit.of(min));
  return fmt::format("must have {} to {} {}", min, max, unit.of(max));
}

bool is_among(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

void check_size(std::size_t size, const Rule& rule, const Unit& unit, Report& report) {
  const auto count = static_cast<std::int64_t>(size);
  if (count < rule.min || count > rule.max) report.broken(range_words(rule.min, rule.max, unit));
}

void check_text(const json::value& value, const Rule& rule, Report& report) {
  const json::string* text = value.if_string();
  if (text == nullptr) return report.broken("must be text");
  const std::string_view view{text->data(), text->size()};
  if (!rule.words.empty()) {
    if (!is_among(view, rule.words)) {
      report.broken(fmt::format("must be one of {}", fmt::join(rule.words, ", ")));
    }
    return;
  }
  check_size(count_characters(view), rule, kCharacters, report);
  if (rule.form != nullptr && !rule.form->accepts(view))
    report.broken(fmt::format("must be {}", rule.form->words));
}

std::optional<std::int64_t> whole_number(const json::value& value) {
  if (const std::int64_t* number = value.if_int64()) return *number;
  if (const std::uint64_t* number = value.if_uint64()) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(*number, kMax));
  }
  return std::nullopt;
}

void check_integer(const json::value& value, const Rule& rule, Report& report) {
  const auto number = whole_number(value);
  if (!number) return report.broken("must be a whole number");
  if (*number >= rule.min && *number <= rule.max) return;
  report.broken(rule.max == kNoLimit ? fmt::format("must be at least {}", rule.min)
                                     : fmt::format("must be from {} to {}", rule.min, rule.max));
}

std::optional<double> decimal_number(const json::value& value) {
  if (const auto whole = whole_number(value)) return static_cast<double>(*whole);
  if (const double* number = value.if_double()) return *number;
  const json::string* text = value.if_string();
  double number = 0;
  if (text == nullptr) return std::nullopt;
  const auto [end, error] =
      std::from_chars(text->data(), text->data() + text->size(), number, std::chars_format::fixed);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

void check_decimal(const json::value& value, const Rule& rule, Report& report) {
  const auto number = decimal_number(value);
  if (!number) return report.broken("must be a decimal number");
  // Written so that a text "nan" is refused too.
  const bool inside = *number >= static_cast<double>(rule.min) && *number <= static_cast<double>(rule.max);
  if (!inside) report.broken(fmt::format("must be from {} to {}", rule.min, rule.max));
}

void check_value(const json::value& value, const Rule& rule, Report& report);

void check_object(const json::value& value, const Rule& rule, Report& report) {
  const json::object* object = value.if_object();
  if (object == nullptr) return report.broken("must be an object");
  check_size(object->size(), rule, kMembers, report);
  if (rule.shape != nullptr) check(*object, *rule.shape, report);
}

void check_list(const json::value& value, const Rule& rule, Report& report) {
  const json::array* list = value.if_array();
  if (list == nullptr) return report.broken("must be a list");
  check_size(list->size(), rule, kEntries, report);
  if (rule.entry == nullptr) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Report::Step step(report, i);
    check_value((*list)[i], *rule.entry, report);
  }
}

void check_value(const json::value& value, const Rule& rule, Report& report) {
  switch (rule.kind) {
    case Kind::kText:
      return check_text(value, rule, report);
    case Kind::kInteger:
      return check_integer(value, rule, report);
    case Kind::kDecimal:
      return check_decimal(value, rule, report);
    case Kind::kObject:
      return check_object(value, rule, report);
    case Kind::kList:
      return check_list(value, rule, report);
    case Kind::kForbidden:
      return report.broken(std::string{rule.reason});
    case Kind::kFlag:
      if (!value.is_bool()) report.broken("must be true or false");
      return;
  }
}

void check_fields(const json::object& object, std::span<const Field> fields, Report& report) {
  for (const Field& field : fields) {
    const json::value* value = object.if_contains(field.name);
    if (value == nullptr) {
      if (field.presence == Presence::kRequired) report.broken_at(field.name, "is required");
      continue;
    }
    const Report::Step step(report, field.name);
    check_value(*value, field.rule, report);
  }
}

const Shape* choose_variant(const json::object& object, const Shape& shape, Report& report) {
  const json::value* tag = object.if_contains(shape.tag);
  if (tag == nullptr) {
    report.broken_at(shape.tag, "is required");
    return nullptr;
  }
  const json::string* word = tag->if_string();
  if (word == nullptr) {
    report.broken_at(shape.tag, "must be text");
    return nullptr;
  }
  const std::string_view view{word->data(), word->size()};
  const auto found = std::ranges::find(shape.variants, view, &Variant::word);
  if (found != shape.variants.end()) return found->shape;
  std::vector<std::string_view> words;
  for (const Variant& variant : shape.variants) words.push_back(variant.word);
  report.broken_at(shape.tag, fmt::format("must be one of {}", fmt::join(words, ", ")));
  return nullptr;
}

bool lists(const Shape& shape, std::string_view member) {
  return shape.unlisted == Unlisted::kAllowed || shape.tag == member ||
         std::ranges::find(shape.fields, member, &Field::name) != shape.fields.end();
}

}  // namespace

void Report::broken_at(std::string_view member, std::string rule) {
  const Step step(*this, member);
  broken(std::move(rule));
}

Report::Step::Step(Report& report, std::string_view member)
    : report_(report), length_before_(report.pointer_.size()) {
  append_token(report.pointer_, member);
}

Report::Step::Step(Report& report, std::size_t entry)
    : report_(report), length_before_(report.pointer_.size()) {
  fmt::format_to(std::back_inserter(report.pointer_), "/{}", entry);
}

void check(const json::object& object, const Shape& shape, Report& report) {
  // The shape, the variant its tag chooses, the variant that one's tag chooses, …
  std::vector<const Shape*> chain{&shape};
  bool complete = true;
  while (!chain.back()->tag.empty()) {
    const Shape* variant = choose_variant(object, *chain.back(), report);
    complete = variant != nullptr;
    if (!complete) break;
    chain.push_back(variant);
  }
  for (const Shape* part : chain) check_fields(object, part->fields, report);
  // With an unknown variant nobody can tell which members belong.
  if (complete) {
    for (const auto& member : object) {
      const std::string_view name{member.key().data(), member.key().size()};
      const auto listed = [&](const Shape* part) { return lists(*part, name); };
      if (std::ranges::none_of(chain, listed)) report.broken_at(name, "is not a field here");
    }
  }
  for (const Shape* part : chain) {
    if (part->check != nullptr) part->check(object, report);
  }
}

void exactly_one(const json::object& object, std::string_view one, std::string_view other, Report& report) {
  if (object.contains(one) == object.contains(other)) {
    report.broken(fmt::format("must have exactly one of {} and {}", one, other));
  }
}

}  // namespace wac::whatsapp::schema
