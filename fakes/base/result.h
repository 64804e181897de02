// Errors of configuration and I/O: a message for a person, with the place in a file where there is one.
// Protocol outcomes are not errors; they are enum values and replies.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace mailrig {

struct Error {
  std::string message;  // the fault and, where known, the remedy
  std::string file{};   // empty when the error is not about a file
  int line = 0;         // counted from 1; 0 when unknown
  int column = 0;       // counted from 1; 0 when unknown

  // "scenario.yaml:12:5: unknown key 'rat'; did you mean 'rate'?"
  std::string to_string() const;
};

// Thrown only when somebody calls value() on a result that holds an error.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace mailrig
