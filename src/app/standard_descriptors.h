// The three descriptors every process expects to have.
#pragma once

namespace headgate::app {

// Opens /dev/null in place of each of standard input, output and error that is closed. Otherwise the next
// socket or file would get that number, and the access log would go into it. To be called before anything
// else opens a descriptor. False: /dev/null cannot be opened.
bool fill_standard_descriptors();

}  // namespace headgate::app
