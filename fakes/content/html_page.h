// What a reader of an HTML part sees, and what a filter sees besides. Pure; any bytes will do. Time is linear in the
// input; memory is some times the input: the depth of open elements, the links and the samples kept are bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::content {

inline constexpr std::size_t html_depth_max = 256;  // elements deeper down are not tracked
inline constexpr std::size_t html_links_max = 1'000;
inline constexpr std::size_t html_faults_max = 8;

struct HtmlLink {
  std::string target;  // of href, references decoded
  std::string text;    // as shown; the alternative texts of images in it too
};

struct HtmlPage {
  std::string text;  // what can be seen, in UTF-8; blocks on lines of their own

  std::string faint_text;                  // a sample of what stands there but cannot be seen
  std::size_t faint_characters = 0;        // without blanks
  std::size_t undisplayed_characters = 0;  // without blanks: preheaders, and what hides behind their manners

  std::vector<HtmlLink> links;  // the first ones
  std::size_t link_count = 0;

  // Images to look at: not those of a few pixels that count openings or keep a distance.
  std::size_t images = 0;
  std::size_t images_without_alt = 0;
  std::uint64_t image_area_px = 0;  // where it is not said, that of 300 × 200 pixels

  std::vector<std::string> faults;  // the first ones: "<b> is not closed"
  std::size_t fault_count = 0;
  std::string form;    // the first tag of one; empty: none
  std::string script;  // the first tag or attribute that could run; empty: none
};

// `html` in UTF-8. `whole`: it was not cut off, so that what is open at its end was never closed.
HtmlPage read_html(std::string_view html, bool whole);

}  // namespace mailrig::content
