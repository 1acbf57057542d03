#pragma once
// Tables for people.

#include <string>
#include <vector>

namespace wac::ctl {

enum class Align : std::uint8_t { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

/// A line per row under a line of titles, two spaces between columns, nothing behind the last one. Missing
/// cells are empty. Widths count code points.
std::string render_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows);

/// The first and the last characters around "…" when `text` is longer than `width` (at least 3).
std::string shorten(const std::string& text, std::size_t width);

}  // namespace wac::ctl
