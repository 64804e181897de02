#include "fakes/config/errors.h"

namespace mailrig::config {

void Errors::add(Error error) {
  ++count_;
  if (list_.size() < kept_max) list_.push_back(std::move(error));
}

}  // namespace mailrig::config
