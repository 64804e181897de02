// The Sender Rewriting Scheme: a forwarder puts its own domain into MAIL FROM, so that SPF passes at the next hop, and
// can tell later where a bounce to that address belongs. As Mail::SRS, libsrs2 and PostSRSd write it:
//
//   SRS0=HHHH=TT=shop.example=bounces@alumni.example               the first forwarder's address
//   SRS1=HHHH=alumni.example==HHHH=TT=shop.example=bounces@club.example   every further one's
//
// HHHH is a keyed hash, TT the day. Pure; safe to share.
#pragma once

#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/base/result.h"

namespace mailrig::forward {

// Whether it is written like one, by whomever; letter case does not count.
bool is_srs_address(std::string_view address);

class Srs {
 public:
  // `domain` in lower case: the forwarder's own.
  Srs(std::string secret, std::string domain) : secret_(std::move(secret)), domain_(std::move(domain)) {}

  // Addresses of the own domain, the null sender and what is no address stay as they are.
  std::string rewrite(Instant now, std::string_view mail_from) const;

  // Where mail to an address that rewrite() made belongs: the original sender, or the first forwarder. An error says
  // what is wrong with it: forged, expired, or none of ours.
  Result<std::string> reverse(Instant now, std::string_view address) const;

 private:
  std::string hash(std::string_view text) const;

  std::string secret_;
  std::string domain_;
};

}  // namespace mailrig::forward
