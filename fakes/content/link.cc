#include "fakes/content/link.h"

#include <algorithm>
#include <array>

#include "fakes/base/ip_address.h"
#include "fakes/mail/address.h"
#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t host_octets_max = 253;

bool is_one_of(std::string_view text, auto sorted) {
  return std::binary_search(sorted.begin(), sorted.end(), text);
}

// Behind "http://", "https://" or "//", or at "www."; npos: none of them stands in front.
std::size_t authority_offset(std::string_view url) {
  static constexpr std::array<std::string_view, 3> schemes = {"http://", "https://", "//"};
  const char first = url.empty() ? '\0' : mail::to_lower(url.front());
  if (first != 'h' && first != 'w' && first != '/') return std::string_view::npos;  // most words
  if (mail::equals_ignoring_case(url.substr(0, 4), "www.")) return 0;
  for (const std::string_view scheme : schemes) {
    if (mail::equals_ignoring_case(url.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return std::string_view::npos;
}

// WHATWG URL §3.5: a host whose last label is a number is an IPv4 address, decimal, octal or hexadecimal.
bool is_ip_literal(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']'))
    return IpAddress::parse(host.substr(1, host.size() - 2)).has_value();
  if (IpAddress::parse(host)) return true;
  const std::string_view last = host.substr(host.rfind('.') + 1);  // npos + 1 is 0: the whole
  if (last.starts_with("0x")) {
    return std::all_of(last.begin() + 2, last.end(), [](char c) { return mail::hex_value(c) >= 0; });
  }
  return std::all_of(last.begin(), last.end(), [](char c) { return mail::is_digit(c); });
}

std::string_view label_before(std::string_view host, std::size_t dot) {
  const std::size_t previous = dot == 0 ? std::string_view::npos : host.rfind('.', dot - 1);
  return host.substr(previous + 1, dot - previous - 1);
}

bool ends_url(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"' || !mail::is_ascii(c);
}

}  // namespace

std::optional<LinkTarget> parse_link(std::string_view url) {
  url = mail::trim(url);
  const std::size_t begin = authority_offset(url);
  if (begin == std::string_view::npos) return std::nullopt;
  std::string_view authority = url.substr(begin);
  authority = authority.substr(0, authority.find_first_of("/\\?#"));
  LinkTarget target;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    target.userinfo = true;
    authority.remove_prefix(at + 1);
  }
  const std::size_t port = authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  authority = authority.substr(0, port == 0 ? std::string_view::npos : port);
  if (authority.ends_with('.')) authority.remove_suffix(1);
  if (authority.empty() || authority.size() > host_octets_max) return std::nullopt;
  target.host = mail::to_lower(authority);
  target.ip = is_ip_literal(target.host);
  if (!target.ip && !mail::is_domain(target.host)) return std::nullopt;
  return target;
}

std::string_view site_of(std::string_view host) {
  const std::size_t last = host.rfind('.');
  if (last == std::string_view::npos || last == 0) return host;
  const std::size_t second = host.rfind('.', last - 1);
  if (second == std::string_view::npos) return host;
  static constexpr std::array<std::string_view, 8> public_labels = {"ac",  "co", "com", "edu",
                                                                    "gov", "ne", "net", "org"};
  const bool country = host.size() - last - 1 == 2;
  if (!country || second == 0 || !is_one_of(label_before(host, last), public_labels)) return host.substr(second + 1);
  return host.substr(host.rfind('.', second - 1) + 1);
}

bool is_shortener(std::string_view host) {
  static constexpr std::array<std::string_view, 34> hosts = {
      "7.ly",        "adf.ly", "bit.do", "bit.ly", "bitly.com",  "buff.ly",     "c7.gg",
      "cutt.ly",     "dwz.cn", "dwz.mk", "goo.gl", "is.gd",      "j.mp",        "kurl.cn",
      "lnkd.in",     "mrw.so", "ow.ly",  "rb.gy",  "rebrand.ly", "s.id",        "shorturl.at",
      "sina.lt",     "suo.im", "suo.nz", "t.cn",   "t.co",       "t.ly",        "tiny.cc",
      "tinyurl.com", "u.to",   "url.cn", "v.gd",   "w.url.cn",   "xhslink.com",
  };
  static_assert(std::is_sorted(hosts.begin(), hosts.end()));
  return is_one_of(host, hosts);
}

std::optional<std::string> shown_host(std::string_view link_text) {
  link_text = mail::trim(link_text);
  if (link_text.empty() || std::any_of(link_text.begin(), link_text.end(), ends_url)) return std::nullopt;
  if (auto target = parse_link(link_text)) return std::move(target->host);
  const std::string host = mail::to_lower(link_text.substr(0, link_text.find_first_of("/?#:")));
  const std::size_t dot = host.rfind('.');
  if (dot == std::string::npos || !mail::is_domain(host)) return std::nullopt;
  // "Node.js" and "order.pdf" are no domains.
  static constexpr std::array<std::string_view, 23> top_level_domains = {
      "app", "biz",  "ca", "cn", "co",  "com", "de", "edu",  "eu", "example", "fr", "gov",
      "hk",  "info", "io", "jp", "net", "org", "ru", "shop", "tw", "uk",      "us"};
  static_assert(std::is_sorted(top_level_domains.begin(), top_level_domains.end()));
  if (!host.starts_with("www.") && !is_one_of(std::string_view(host).substr(dot + 1), top_level_domains)) {
    return std::nullopt;
  }
  return host;
}

std::vector<std::string_view> urls_in(std::string_view text, std::size_t count_max) {
  std::vector<std::string_view> urls;
  for (std::size_t at = 0; at < text.size() && urls.size() < count_max;) {
    const std::string_view rest = text.substr(at);
    const bool inside_word = at > 0 && (mail::is_letter_or_digit(text[at - 1]) || text[at - 1] == '.');
    // "//" alone is a comment rather than a link.
    if (inside_word || rest.front() == '/' || authority_offset(rest) == std::string_view::npos) {
      ++at;
      continue;
    }
    const auto end = std::find_if(rest.begin(), rest.end(), ends_url);
    urls.push_back(rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
    at += urls.back().size();
  }
  return urls;
}

}  // namespace mailrig::content
