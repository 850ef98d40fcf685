// What a fuzz target is fed first and what is mutated: given by each target's own file of seeds.
#pragma once

#include <string>
#include <vector>

namespace headgate::fuzz {

std::vector<std::string> seeds();

}  // namespace headgate::fuzz
