// One table of keys drives parsing, suggestions for misspelt keys and the JSON Schema:
//
//   Table<Greylist> greylist{"greylist"};
//   greylist.key("delay", &Greylist::delay, duration(), "How long a new triplet is deferred");
//   Table<Profile> profile{"receiver profile"};
//   profile.key("greylist", &Profile::greylist, object(greylist), "Greylisting");
//   Result<Profile> parsed = profile.parse(document.root());
//
// Build a table once, then share it freely.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/config/errors.h"
#include "fakes/config/nearest.h"
#include "fakes/config/node.h"
#include "fakes/config/type.h"

namespace mailrig::config {

enum class Presence : unsigned char { optional, required };

template <class T>
class Table {
 public:
  // `name` says what the map is ("receiver profile"); it stands in messages and as the schema's title.
  explicit Table(std::string name) : name_(std::move(name)) {}

  // A key that sets a member; a key that is absent leaves the member's default.
  template <class V, class U>
  Table& key(std::string name, V U::*member, Type<V> type, std::string doc, Presence presence = Presence::optional) {
    auto schema = type.schema();
    return add(std::move(name), std::move(schema), std::move(doc), presence,
               [member, type = std::move(type)](const Node& node, T& into, Errors& errors) {
                 type.read(node, into.*member, errors);
               });
  }

  // A key whose absence is kept as nullopt.
  template <class V, class U>
  Table& key(std::string name, std::optional<V> U::*member, Type<V> type, std::string doc,
             Presence presence = Presence::optional) {
    auto schema = type.schema();
    return add(std::move(name), std::move(schema), std::move(doc), presence,
               [member, type = std::move(type)](const Node& node, T& into, Errors& errors) {
                 V value{};
                 if (type.read(node, value, errors)) into.*member = std::move(value);
               });
  }

  // A key that needs more than one member: `type.read` is handed the whole T.
  Table& key(std::string name, Type<T> type, std::string doc, Presence presence = Presence::optional) {
    auto schema = type.schema();
    return add(std::move(name), std::move(schema), std::move(doc), presence,
               [type = std::move(type)](const Node& node, T& into, Errors& errors) { type.read(node, into, errors); });
  }

  // A key that the format knows and this version does not: an error that says so, and no entry in the schema.
  Table& not_available(std::string name) {
    keys_.push_back({std::move(name), "", {}, Presence::optional, nullptr});
    return *this;
  }

  // Where the map itself stands.
  Table& remember_location(Location T::*member) {
    location_ = member;
    return *this;
  }

  // Runs after a map was read without a fault: what concerns more than one key.
  using Check = std::function<void(const Node& node, T& value, Errors& errors)>;
  Table& check(Check check) {
    checks_.push_back(std::move(check));
    return *this;
  }

  // Reads over the defaults that `into` holds. Nothing at all (`gmail:`) reads as an empty map.
  void read(const Node& node, T& into, Errors& errors) const;

  // Everything at once: the value, or the first fault.
  Result<T> parse(const Node& node) const {
    Errors errors;
    T value{};
    read(node, value, errors);
    if (!errors.empty()) return errors.list().front();
    return value;
  }

  const std::string& name() const { return name_; }
  std::vector<std::string> key_names() const;
  boost::json::object schema() const;

 private:
  struct Key {
    std::string name;
    std::string doc;
    boost::json::object schema;
    Presence presence = Presence::optional;
    std::function<void(const Node&, T&, Errors&)> read;  // null: not available
  };

  Table& add(std::string name, boost::json::object schema, std::string doc, Presence presence,
             std::function<void(const Node&, T&, Errors&)> read) {
    keys_.push_back({std::move(name), std::move(doc), std::move(schema), presence, std::move(read)});
    return *this;
  }
  const Key* find(std::string_view name) const {
    for (const Key& key : keys_) {
      if (key.name == name) return &key;
    }
    return nullptr;
  }

  std::string name_;
  std::vector<Key> keys_;
  std::vector<Check> checks_;
  Location T::*location_ = nullptr;
};

template <class T>
void Table<T>::read(const Node& node, T& into, Errors& errors) const {
  if (!node.is_map() && !node.is_null()) {
    return errors.add(node, "expected a map (" + name_ + "), found " + describe(node));
  }
  const std::size_t before = errors.count();
  if (location_ != nullptr) into.*location_ = node.at();
  for (const auto& [name, key_at, value] : node.entries()) {
    const Key* key = find(name);
    if (key == nullptr) {
      errors.add(key_at, "unknown key '" + name + "' in " + name_ + suggestion(name, key_names()));
    } else if (!key->read) {
      errors.add(key_at, "key '" + name + "' in " + name_ + " is not available in this version");
    } else {
      key->read(value, into, errors);
    }
  }
  for (const Key& key : keys_) {
    if (key.presence == Presence::required && node.find(key.name) == nullptr) {
      errors.add(node, "key '" + key.name + "' is missing in " + name_);
    }
  }
  if (errors.count() != before) return;
  for (const Check& check : checks_) check(node, into, errors);
}

template <class T>
std::vector<std::string> Table<T>::key_names() const {
  std::vector<std::string> names;
  for (const Key& key : keys_) {
    if (key.read) names.push_back(key.name);
  }
  return names;
}

template <class T>
boost::json::object Table<T>::schema() const {
  boost::json::object properties;
  boost::json::array required;
  for (const Key& key : keys_) {
    if (!key.read) continue;
    boost::json::object property = key.schema;
    property["description"] = key.doc;
    properties[key.name] = std::move(property);
    if (key.presence == Presence::required) required.emplace_back(key.name);
  }
  boost::json::object schema{{"title", name_}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (required.empty()) {
    schema["type"] = boost::json::array{"object", "null"};
  } else {
    schema["type"] = "object";
    schema["required"] = std::move(required);
  }
  return schema;
}

// A nested map read by its own table.
template <class T>
Type<T> object(Table<T> table) {
  auto schema = table.schema();
  auto shared = std::make_shared<const Table<T>>(std::move(table));
  return Type<T>([shared](const Node& node, T& into, Errors& errors) { shared->read(node, into, errors); },
                 std::move(schema));
}

// A table's schema as a file of its own: JSON Schema draft 2020-12.
template <class T>
boost::json::object json_schema(const Table<T>& table) {
  boost::json::object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  for (auto& [key, value] : table.schema()) schema[key] = value;
  return schema;
}

}  // namespace mailrig::config
