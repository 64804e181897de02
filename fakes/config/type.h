// Types of configuration values. A Type<V> reads one node into a V and describes itself as JSON Schema; the table of
// keys (table.h) is built from these, so parsing and schema cannot drift apart. Immutable once made, share freely.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"
#include "fakes/base/units.h"
#include "fakes/config/errors.h"
#include "fakes/config/nearest.h"
#include "fakes/config/node.h"

namespace mailrig::config {

template <class V>
class Type {
 public:
  // Reads `node` into `into` (which holds the default) or adds to `errors`.
  using Read = std::function<void(const Node& node, V& into, Errors& errors)>;

  Type(Read read, boost::json::object schema) : read_(std::move(read)), schema_(std::move(schema)) {}

  // True when nothing was wrong.
  bool read(const Node& node, V& into, Errors& errors) const {
    const std::size_t before = errors.count();
    read_(node, into, errors);
    return errors.count() == before;
  }
  const boost::json::object& schema() const { return schema_; }

 private:
  Read read_;
  boost::json::object schema_;
};

// A value that remembers where it stood, for checks that come after parsing.
template <class V>
struct Located {
  V value{};
  Location at{};
};

// Scalars.
Type<std::string> text();
Type<bool> boolean();         // true or false
Type<Duration> duration();    // "5m"
Type<std::uint64_t> size();   // "12KB" → bytes
Type<std::uint64_t> count();  // "100k"
Type<std::uint32_t> share();  // "3%" → parts per million
Type<Rate> rate();            // "50/s"
Type<Instant> instant();      // RFC 3339
Type<IpAddress> ip_address();
Type<std::int64_t> integer64(std::int64_t min, std::int64_t max);
// Whatever is there, unread.
Type<Node> node(boost::json::object schema = {});

// A scalar read by a function of its text: the message is reported with the key's path and place.
template <class V>
Type<V> scalar(std::function<Result<V>(std::string_view)> parse, std::string expected, boost::json::object schema) {
  return Type<V>(
      [parse = std::move(parse), expected = std::move(expected)](const Node& node, V& into, Errors& errors) {
        if (!node.is_scalar()) return errors.add(node, "expected " + expected + ", found " + describe(node));
        if (auto value = parse(node.text())) {
          into = std::move(*value);
        } else {
          errors.add(node, value.error().message);
        }
      },
      std::move(schema));
}

// A whole number in [min, max].
template <class V>
Type<V> integer(V min = std::numeric_limits<V>::min(), V max = std::numeric_limits<V>::max()) {
  static_assert(sizeof(V) < sizeof(std::int64_t) || std::is_signed_v<V>, "use count() for 64-bit counts");
  const auto wide = integer64(min, max);
  return Type<V>(
      [wide](const Node& node, V& into, Errors& errors) {
        std::int64_t value = 0;
        if (wide.read(node, value, errors)) into = static_cast<V>(value);
      },
      wide.schema());
}

// One of a few names.
template <class E>
Type<E> one_of(std::initializer_list<std::pair<const char*, E>> choices) {
  std::vector<std::string> names;
  std::vector<E> values;
  boost::json::array listed;
  for (const auto& [name, value] : choices) {
    names.emplace_back(name);
    values.push_back(value);
    listed.emplace_back(name);
  }
  return Type<E>(
      [names, values](const Node& node, E& into, Errors& errors) {
        if (!node.is_scalar())
          return errors.add(node, "expected a name, found " + describe(node) + suggestion("", names));
        for (std::size_t i = 0; i < names.size(); ++i) {
          if (names[i] == node.text()) {
            into = values[i];
            return;
          }
        }
        errors.add(node, "unknown value " + describe(node) + suggestion(node.text(), names));
      },
      {{"enum", std::move(listed)}});
}

template <class V>
Type<Located<V>> located(Type<V> type) {
  auto schema = type.schema();
  return Type<Located<V>>(
      [type = std::move(type)](const Node& node, Located<V>& into, Errors& errors) {
        into.at = node.at();
        type.read(node, into.value, errors);
      },
      std::move(schema));
}

// [a, b, c], replacing the default.
template <class V>
Type<std::vector<V>> list_of(Type<V> type) {
  boost::json::object schema{{"type", "array"}, {"items", type.schema()}};
  return Type<std::vector<V>>(
      [type = std::move(type)](const Node& node, std::vector<V>& into, Errors& errors) {
        if (!node.is_list()) return errors.add(node, "expected a list, found " + describe(node));
        into.clear();
        for (const Node& item : node.items()) {
          V value{};
          if (type.read(item, value, errors)) into.push_back(std::move(value));
        }
      },
      std::move(schema));
}

// Either one V or a list of them.
template <class V>
Type<std::vector<V>> one_or_list(Type<V> type) {
  const auto list = list_of(type);
  boost::json::object schema{{"anyOf", boost::json::array{type.schema(), list.schema()}}};
  return Type<std::vector<V>>(
      [type = std::move(type), list](const Node& node, std::vector<V>& into, Errors& errors) {
        if (node.is_list()) {
          list.read(node, into, errors);
          return;
        }
        V value{};
        if (type.read(node, value, errors)) into.assign(1, std::move(value));
      },
      std::move(schema));
}

// {name: V, …} in the order of the file.
template <class V>
Type<std::vector<std::pair<std::string, V>>> map_of(Type<V> type) {
  using Map = std::vector<std::pair<std::string, V>>;
  boost::json::object schema{{"type", "object"}, {"additionalProperties", type.schema()}};
  return Type<Map>(
      [type = std::move(type)](const Node& node, Map& into, Errors& errors) {
        if (!node.is_map()) return errors.add(node, "expected a map from names, found " + describe(node));
        into.clear();
        for (const auto& [key, key_at, item] : node.entries()) {
          V value{};
          if (type.read(item, value, errors)) into.emplace_back(key, std::move(value));
        }
      },
      std::move(schema));
}

// {name: V, …} for a V that has a member for its name.
template <class V>
Type<std::vector<V>> named(Type<V> type, std::string V::*name) {
  boost::json::object schema{{"type", "object"}, {"additionalProperties", type.schema()}};
  return Type<std::vector<V>>(
      [type = std::move(type), name](const Node& node, std::vector<V>& into, Errors& errors) {
        if (!node.is_map()) return errors.add(node, "expected a map from names, found " + describe(node));
        into.clear();
        for (const auto& [key, key_at, item] : node.entries()) {
          V value{};
          value.*name = key;
          if (type.read(item, value, errors)) into.push_back(std::move(value));
        }
      },
      std::move(schema));
}

// A short form (a scalar) next to the full form (a map), both giving a V.
template <class V>
Type<V> scalar_or(Type<V> short_form, Type<V> full_form) {
  boost::json::object schema{{"anyOf", boost::json::array{short_form.schema(), full_form.schema()}}};
  return Type<V>([short_form = std::move(short_form), full_form = std::move(full_form)](
                     const Node& node, V& into,
                     Errors& errors) { (node.is_scalar() ? short_form : full_form).read(node, into, errors); },
                 std::move(schema));
}

// Anything else: a function of the node, and its schema.
template <class V>
Type<V> custom(typename Type<V>::Read read, boost::json::object schema = {}) {
  return Type<V>(std::move(read), std::move(schema));
}

}  // namespace mailrig::config
