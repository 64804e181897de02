// Reads encoded words (RFC 2047) as a mail program shows them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mailrig::mail {

// An unstructured field's value, unfolded or not, in UTF-8 as far as the words' character sets are known; what is no
// encoded word stays as it is. At most 64 KB are read.
std::string decode_encoded_words(std::string_view field_value);

}  // namespace mailrig::mail
