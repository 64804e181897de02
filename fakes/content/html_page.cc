#include "fakes/content/html_page.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fakes/content/html_element.h"
#include "fakes/content/html_look.h"
#include "fakes/content/html_scanner.h"
#include "fakes/content/html_text.h"
#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t link_octets_max = 2'000;
constexpr std::size_t sample_octets_max = 100;
constexpr std::size_t name_octets_max = 20;  // of what an element or attribute is called, in evidence
constexpr std::uint32_t width_assumed = 300;
constexpr std::uint32_t height_assumed = 200;
constexpr std::uint32_t tracking_pixels_max = 3;

std::string tag_text(std::string_view name, bool closing) {
  return (closing ? "</" : "<") + mail::to_lower(name.substr(0, name_octets_max)) + ">";
}

// Blanks, and what is put in to look like nothing: no-break spaces, zero-width characters, soft hyphens, joiners.
bool is_blank_character(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character.front()) <= ' ';
  const char32_t code = mail::utf8_code(character);
  return code == 0xa0 || code == 0xad || code == 0x34f || (code >= 0x2000 && code <= 0x200f) || code == 0x3000 ||
         code == 0xfeff;
}

std::size_t count_ink(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t length = mail::utf8_length(text);
    if (length == 0 || !is_blank_character(text.substr(0, length))) ++count;
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return count;
}

class PageReader {
 public:
  HtmlPage read(std::string_view html, bool whole) {
    HtmlScanner scanner(html);
    HtmlToken token;
    while (scanner.next(token)) {
      switch (token.kind) {
        case HtmlToken::Kind::text:
          take_text(token.text);
          break;
        case HtmlToken::Kind::start_tag:
          begin_element(token, whole);
          break;
        case HtmlToken::Kind::end_tag:
          end_element(token);
          break;
        case HtmlToken::Kind::raw_text:
        case HtmlToken::Kind::comment:
          break;
      }
    }
    if (whole) {
      while (!open_.empty()) close_unclosed();
    }
    return std::move(page_);
  }

 private:
  struct Open {
    std::string_view name;  // as written
    HtmlElement element;
    HtmlLook look;
    bool link = false;
  };

  HtmlPage page_;
  std::vector<Open> open_;
  std::size_t untracked_ = 0;             // open elements below html_depth_max
  std::optional<std::size_t> open_link_;  // of page_.links
  std::string scratch_;

  HtmlLook look() const { return open_.empty() ? HtmlLook() : open_.back().look; }

  void fault(std::string text) {
    ++page_.fault_count;
    if (page_.faults.size() < html_faults_max) page_.faults.push_back(std::move(text));
  }

  void take_text(std::string_view text) {
    const HtmlLook now = look();
    if (now.visible()) {
      const std::size_t begin = page_.text.size();
      append_html_text(page_.text, text);
      add_to_link(std::string_view(page_.text).substr(begin));
      return;
    }
    scratch_.clear();
    append_html_text(scratch_, text);
    const std::size_t characters = count_ink(scratch_);
    if (!now.displayed) {
      page_.undisplayed_characters += characters;
      return;
    }
    page_.faint_characters += characters;
    if (characters > 0) append_sample(page_.faint_text, scratch_, sample_octets_max);
  }

  static void append_sample(std::string& sample, std::string_view text, std::size_t octets_max) {
    if (sample.size() < octets_max) sample += mail::utf8_prefix(text, octets_max - sample.size());
  }

  void add_to_link(std::string_view text) {
    if (open_link_) append_sample(page_.links[*open_link_].text, text, link_octets_max);
  }

  void break_line() {
    while (page_.text.ends_with(' ')) page_.text.pop_back();
    if (!page_.text.empty() && page_.text.back() != '\n') page_.text += '\n';
  }

  void begin_element(const HtmlToken& tag, bool whole) {
    const HtmlElement element = html_element(tag.name);
    if (tag.unfinished && whole) fault(tag_text(tag.name, false) + " has no end");
    if (element.block) break_line();
    close_siblings(element);
    note_active_content(tag);
    const bool is_link = mail::equals_ignoring_case(tag.name, "a") || mail::equals_ignoring_case(tag.name, "area");
    if (is_link) begin_link(tag);
    if (mail::equals_ignoring_case(tag.name, "img")) take_image(tag);
    if (element.is_void || tag.self_closing) {
      if (is_link) open_link_.reset();
      return;
    }
    if (open_.size() == html_depth_max) {
      ++untracked_;
      return;
    }
    open_.push_back({tag.name, element, look().inside(tag), is_link});
  }

  // The end tags that HTML allows to leave out.
  void close_siblings(const HtmlElement& next) {
    if (untracked_ > 0) return;
    if (next.block && !open_.empty() && mail::equals_ignoring_case(open_.back().name, "p") && !next.is_void) {
      open_.pop_back();
    }
    while (next.family != HtmlElement::Family::none && !open_.empty() && open_.back().element.family == next.family &&
           open_.back().element.level <= next.level) {
      open_.pop_back();
    }
  }

  void end_element(const HtmlToken& tag) {
    const HtmlElement element = html_element(tag.name);
    if (element.block) break_line();
    if (untracked_ > 0) {
      --untracked_;
      return;
    }
    const auto same = [&](const Open& open) { return mail::equals_ignoring_case(open.name, tag.name); };
    const auto found = std::find_if(open_.rbegin(), open_.rend(), same);
    if (found == open_.rend()) {
      // "</p>" and "</br>" stand for empty elements; other void elements are closed by people who mean well.
      if (!element.is_void && !mail::equals_ignoring_case(tag.name, "p")) {
        fault(tag_text(tag.name, true) + " closes nothing");
      }
      return;
    }
    while (!same(open_.back())) close_unclosed();
    close();
  }

  void close_unclosed() {
    if (!open_.back().element.optional_end) fault(tag_text(open_.back().name, false) + " is not closed");
    close();
  }

  void close() {
    if (open_.back().link) open_link_.reset();
    open_.pop_back();
  }

  void begin_link(const HtmlToken& tag) {
    open_link_.reset();
    const auto* href = tag.attribute("href");
    if (href == nullptr) return;
    std::string target = attribute_text(*href, link_octets_max);
    if (target.empty() || target.front() == '#') return;  // to another place of the message
    ++page_.link_count;
    if (page_.links.size() == html_links_max) return;
    open_link_ = page_.links.size();
    page_.links.push_back({std::move(target), {}});
  }

  void take_image(const HtmlToken& tag) {
    auto width = tag_pixels(tag, "width");
    auto height = tag_pixels(tag, "height");
    const HtmlLook inside = look().inside(tag);
    if ((width && *width <= tracking_pixels_max) || (height && *height <= tracking_pixels_max) || !inside.displayed) {
      return;
    }
    if (!width) width = height ? *height * width_assumed / height_assumed : width_assumed;
    if (!height) height = *width * height_assumed / width_assumed;
    ++page_.images;
    page_.image_area_px += std::uint64_t{*width} * *height;
    const auto* alt = tag.attribute("alt");
    if (alt == nullptr) {
      ++page_.images_without_alt;
    } else {
      add_to_link(attribute_text(*alt, sample_octets_max));
    }
  }

  void note_active_content(const HtmlToken& tag) {
    constexpr std::string_view inputs[] = {"form", "input", "select", "textarea", "button"};
    constexpr std::string_view programs[] = {"script", "iframe", "object", "embed", "applet"};
    const auto is_called = [&](std::string_view name) { return mail::equals_ignoring_case(tag.name, name); };
    if (page_.form.empty() && std::any_of(std::begin(inputs), std::end(inputs), is_called)) {
      page_.form = tag_text(tag.name, false);
    }
    if (!page_.script.empty()) return;
    if (std::any_of(std::begin(programs), std::end(programs), is_called) && !is_data(tag)) {
      page_.script = tag_text(tag.name, false);
      return;
    }
    for (const auto& [name, value] : tag.attributes) {
      // onclick, onload, …; no attribute of another kind begins so.
      const bool handler = name.size() > 4 && mail::equals_ignoring_case(name.substr(0, 2), "on");
      constexpr std::string_view scheme = "javascript:";
      if (handler || mail::equals_ignoring_case(mail::trim(value).substr(0, scheme.size()), scheme)) {
        page_.script = mail::to_lower(name.substr(0, name_octets_max));
        return;
      }
    }
  }

  // Orders and reservations in a form that mail programs read (schema.org) are no programs.
  static bool is_data(const HtmlToken& tag) {
    const auto* type = tag.attribute("type");
    return type != nullptr && type->ends_with("json");
  }
};

}  // namespace

HtmlPage read_html(std::string_view html, bool whole) {
  return PageReader().read(html, whole);
}

}  // namespace mailrig::content
