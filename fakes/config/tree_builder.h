// Builds the tree of one YAML text from yaml-cpp's parser events, within the bounds of document.h. Events rather than
// yaml-cpp's own tree, because only they tell duplicate keys, aliases and the place of every key. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/config/node.h"

namespace mailrig::config {

Result<Node> build_tree(std::string_view text, const std::shared_ptr<const std::string>& file);

}  // namespace mailrig::config
