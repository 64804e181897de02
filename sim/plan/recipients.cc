#include "sim/plan/recipients.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fakes/mail/address.h"

namespace mailrig::plan {

std::string local_prefix(const scenario::List& list) {
  return list.local + ".";
}

Result<Recipients> Recipients::create(const scenario::List& list, std::span<const std::uint32_t> to_ppm,
                                      const ReceiverDomains& domains, Draw draw) {
  if (list.count == 0)
    return list.at.error(fmt::format("lists.{}: nobody is on it; give a count or a file", list.name));
  Recipients recipients(list, Permutation(list.count, draw.bits("list/" + list.name, "order", 0)));
  if (!list.file.empty()) {
    std::map<std::string_view, std::uint32_t> receiver_of;
    for (std::uint32_t r = 0; r < domains.size(); ++r) {
      for (const std::string& domain : domains[r]) receiver_of.emplace(domain, r);
    }
    recipients.receivers_.reserve(list.addresses.size());
    for (const std::string& text : list.addresses) {
      const auto address = mail::parse_address(text);
      const auto found = address ? receiver_of.find(address->domain) : receiver_of.end();
      recipients.receivers_.push_back(found == receiver_of.end() ? no_receiver : found->second);
      recipients.address_octets_max_ = std::max(recipients.address_octets_max_, text.size());
    }
    return recipients;
  }

  recipients.interleave_.emplace(to_ppm);
  recipients.prefix_ = local_prefix(list);
  recipients.digits_ = fmt::formatted_size("{}", list.count);
  std::size_t domain_octets = 0;
  for (std::uint32_t r = 0; r < to_ppm.size(); ++r) {
    const bool used = to_ppm[r] > 0;
    if (used && (r >= domains.size() || domains[r].empty())) {
      return list.at.error(fmt::format("lists.{}: receiver number {} has no domain to live at", list.name, r));
    }
    recipients.domains_.push_back(used ? domains[r].front() : std::string());
    domain_octets = std::max(domain_octets, recipients.domains_.back().size());
  }
  recipients.address_octets_max_ = recipients.prefix_.size() + recipients.digits_ + 1 + domain_octets;
  return recipients;
}

PlannedRecipient Recipients::at(std::uint64_t position) const {
  position %= list_->count;
  if (!interleave_) return {list_->addresses[position], receivers_[position]};
  const std::uint32_t receiver = (*interleave_)[position];
  const std::string& domain = domains_[receiver];
  std::string address;
  address.reserve(address_octets_max_);
  address += prefix_;
  address.append(digits_, '0');
  std::size_t at = address.size();
  for (std::uint64_t number = order_(position) + 1; number != 0; number /= 10) {
    address[--at] = static_cast<char>('0' + number % 10);
  }
  address += '@';
  address += domain;
  return {std::move(address), receiver};
}

}  // namespace mailrig::plan
