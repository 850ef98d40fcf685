// Objects as JSON again: what the decoders keep of them and nothing else, in the form of the API reference.
#pragma once

#include <string>

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// One line. Decoding it gives the object again, except that the texts of a certificate are written anew. That
// of a Secret holds its private key: the caller keeps it from others.
void append_json(std::string& out, const Object& object);

}  // namespace headgate::k8swatch
