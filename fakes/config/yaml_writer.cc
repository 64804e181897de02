#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include "fakes/config/node.h"

namespace mailrig::config {
namespace {

void write(YAML::Emitter& out, const Node& node) {
  switch (node.kind()) {
    case Node::Kind::null:
      out << YAML::Null;
      return;
    case Node::Kind::scalar:
      if (node.quoted()) out << YAML::DoubleQuoted;
      out << node.text();
      return;
    case Node::Kind::list:
      if (node.items().empty()) out << YAML::Flow;
      out << YAML::BeginSeq;
      for (const Node& item : node.items()) write(out, item);
      out << YAML::EndSeq;
      return;
    case Node::Kind::map:
      if (node.entries().empty()) out << YAML::Flow;
      out << YAML::BeginMap;
      for (const auto& [key, key_at, value] : node.entries()) {
        out << YAML::Key << key << YAML::Value;
        write(out, value);
      }
      out << YAML::EndMap;
      return;
  }
}

}  // namespace

std::string to_yaml(const Node& node) {
  YAML::Emitter out;
  write(out, node);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace mailrig::config
