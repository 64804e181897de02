// Where links lead, and where they say that they lead. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::content {

// The authority of an http or https URL, which people also write as "www.…"; links of other schemes have none.
struct LinkTarget {
  std::string host;       // lower case, without port and last dot; an IPv6 address keeps its brackets
  bool ip = false;        // an address instead of a name, written in any way that browsers read: also "0x7f000001"
  bool userinfo = false;  // "https://bank.example@evil.example"
};
std::optional<LinkTarget> parse_link(std::string_view url);

// The registrable domain as far as it can be told without the public suffix list, which fakes/auth has: the last two
// labels, or three where the last two are such as "com.cn".
std::string_view site_of(std::string_view host);

bool is_shortener(std::string_view host);

// The host that the text of a link shows: a text that is a URL, or a name under a top-level domain that mail is full
// of.
std::optional<std::string> shown_host(std::string_view link_text);

// Every "http://…", "https://…" and "www.…" in a plain text, at most `count_max`.
std::vector<std::string_view> urls_in(std::string_view text, std::size_t count_max);

}  // namespace mailrig::content
