// The grammars of annotation values: what a row of the registry accepts, and what accepted text means. Errors
// quote the value, shortened, and say what is expected.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::k8swatch {

// Without blanks around it: whoever takes a value as a name takes it in this form, or two readers mean two
// names.
std::string_view trimmed(std::string_view text);
// Go's strconv.ParseBool: 1 t T TRUE true True, 0 f F FALSE false False.
std::optional<bool> parse_go_bool(std::string_view text);

// Letters, digits and the characters of `punctuation`.
bool is_made_of(std::string_view text, std::string_view punctuation);

Result<void> check_boolean(std::string_view value);
Result<void> check_on_off(std::string_view value);
// "namespace/name" or "name", of the characters ingress-nginx lets through.
Result<void> check_object_name(std::string_view value);
// Separated by commas.
Result<void> check_field_names(std::string_view value);
Result<void> check_verify_client(std::string_view value);
Result<void> check_depth(std::string_view value);  // 0 to 100; 0 means the default
Result<void> check_error_page(std::string_view value);
Result<void> check_match_cn(std::string_view value);
Result<void> check_cipher_list(std::string_view value);
// Some entry is an address or a network; others may be anything.
Result<void> check_address_list(std::string_view value);

}  // namespace headgate::k8swatch
