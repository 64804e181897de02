// Whom the messages of one traffic entry go to. Position p of a list is a person with one address, so that a person
// who is written to again lives where he lived before. Immutable; share freely.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/result.h"
#include "sim/plan/interleave.h"
#include "sim/plan/message.h"
#include "sim/plan/permutation.h"
#include "sim/scenario/scenario.h"

namespace mailrig::plan {

// The domains of each receiver, by receiver index; generated people live at the first one.
using ReceiverDomains = std::vector<std::vector<std::string>>;

// "buyers.": what the local parts of a generated list begin with.
std::string local_prefix(const scenario::List& list);

class Recipients {
 public:
  // `to_ppm` as in scenario::Traffic. The list must outlive this.
  static Result<Recipients> create(const scenario::List& list, std::span<const std::uint32_t> to_ppm,
                                   const ReceiverDomains& domains, Draw draw);

  // Nobody twice within `count` positions. Generated people come in an order drawn from the seed, spread over the
  // receivers in exactly their shares; a file's people in the order of the file.
  PlannedRecipient at(std::uint64_t position) const;
  std::uint64_t count() const { return list_->count; }
  std::size_t address_octets_max() const { return address_octets_max_; }

 private:
  Recipients(const scenario::List& list, Permutation order) : list_(&list), order_(order) {}

  const scenario::List* list_;
  std::size_t address_octets_max_ = 0;

  // Of a generated list.
  Permutation order_;
  std::optional<Interleave> interleave_;
  std::vector<std::string> domains_;  // by receiver
  std::string prefix_;
  std::size_t digits_ = 0;

  // Of a file: by address.
  std::vector<std::uint32_t> receivers_;
};

}  // namespace mailrig::plan
