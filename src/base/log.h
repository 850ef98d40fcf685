// The process log: one line per event, on stderr unless it is said otherwise, for people. Never used per
// request (that is the access log). Any thread may call; a line is one write(2).
#pragma once

#include <string>
#include <string_view>

namespace headgate::log {

enum class Level { error, warning, info, debug };

// Lines less severe than this are dropped.
void set_level(Level level);
Level level();
// Where lines go from now on. Not owned; it must stay open, for another thread may just be writing.
void set_descriptor(int descriptor);
bool enabled(Level level);

void write(Level level, std::string_view message);
inline void error(std::string_view message) { write(Level::error, message); }
inline void warning(std::string_view message) { write(Level::warning, message); }
inline void info(std::string_view message) { write(Level::info, message); }
inline void debug(std::string_view message) { write(Level::debug, message); }

}  // namespace headgate::log
