#include "policy/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "http/ascii.h"

namespace headgate::policy {
namespace {

// RE2: for the program and its caches.
constexpr std::int64_t kMostMemory = 512 * 1024;
// A step of the slowest of RE2's machines looks at each of them for each byte.
constexpr int kMostInstructions = 3000;

// PCRE2: a match that needs more is given up. nginx allows ten million steps, seconds of a worker's time, and
// that for each byte at which a match may begin.
constexpr std::uint32_t kMostSteps = 50'000;
// Bytes that one item may run over for the price of one step.
constexpr std::size_t kBytesPerStep = 8;
constexpr std::size_t kComparedPerStep = 64;
constexpr std::uint32_t kMostDepth = 10'000;
constexpr std::uint32_t kMostHeapKib = 2048;
constexpr std::uint32_t kMostNesting = 50;
constexpr std::size_t kMostCode = 32 * 1024;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* each) const {
    Free(each);
  }
};
using Code = std::unique_ptr<pcre2_code, Freed<pcre2_code_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Freed<pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>>;

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  const int size = pcre2_get_error_message(error, text.data(), text.size());
  return size < 0 ? "error " + std::to_string(error)
                  : std::string(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size));
}

PCRE2_SPTR bytes_of(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

// Read only once made: its code and limits may be used by many matches at a time.
class Pattern::Backtracker {
 public:
  static Result<std::unique_ptr<const Backtracker>> compile(std::string_view text, PatternCase letters) {
    const CompileContext context(pcre2_compile_context_create(nullptr));
    pcre2_set_parens_nest_limit(context.get(), kMostNesting);
    pcre2_set_max_pattern_length(context.get(), kMostBytes + 1);  // "^" before a path
    // AUTO_CALLOUT: StepCounter hears of every item that is tried.
    const std::uint32_t options = PCRE2_AUTO_CALLOUT | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
                                  PCRE2_NEVER_BACKSLASH_C |
                                  (letters == PatternCase::insensitive ? PCRE2_CASELESS : 0);
    int error = 0;
    PCRE2_SIZE at = 0;
    auto made = std::make_unique<Backtracker>();
    made->code_.reset(pcre2_compile(bytes_of(text), text.size(), options, &error, &at, context.get()));
    if (made->code_ == nullptr) return fail(message_of(error) + " at offset " + std::to_string(at));
    std::size_t size = 0;
    pcre2_pattern_info(made->code_.get(), PCRE2_INFO_SIZE, &size);
    if (size > kMostCode) return fail("it is too large when compiled");
    std::uint32_t groups = 0;
    pcre2_pattern_info(made->code_.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
    made->groups_ = groups;
    std::uint32_t references = 0;
    pcre2_pattern_info(made->code_.get(), PCRE2_INFO_BACKREFMAX, &references);
    made->has_references_ = references != 0;
    made->limits_.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(made->limits_.get(), kMostSteps);
    pcre2_set_depth_limit(made->limits_.get(), kMostDepth);
    pcre2_set_heap_limit(made->limits_.get(), kMostHeapKib);
    return std::unique_ptr<const Backtracker>(std::move(made));
  }

  [[nodiscard]] Verdict find_in(std::string_view subject, Captures* captures, PatternBudget* budget) const {
    const MatchData data(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
    const MatchContext limits(pcre2_match_context_copy(limits_.get()));
    if (data == nullptr || limits == nullptr) return Verdict::gave_up;
    StepCounter counter;
    counter.most = budget == nullptr ? kMostSteps : std::min<std::uint64_t>(kMostSteps, budget->steps);
    // What is compared with a back-reference in vain moves nothing that could be counted.
    counter.price = 1 + (has_references_ ? subject.size() / kComparedPerStep : 0);
    pcre2_set_callout(limits.get(), &StepCounter::hear, &counter);
    const int found =
        pcre2_match(code_.get(), bytes_of(subject), subject.size(), 0, 0, data.get(), limits.get());
    if (budget != nullptr) budget->steps -= std::min(counter.taken, counter.most);
    if (found == PCRE2_ERROR_NOMATCH) return Verdict::no;
    if (found < 0) return Verdict::gave_up;
    if (captures == nullptr) return Verdict::yes;
    const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(data.get());
    for (std::size_t i = 0; i < captures->size(); ++i) {
      const bool is_set = i < static_cast<std::size_t>(found) && ends[2 * i] != PCRE2_UNSET &&
                          ends[2 * i] <= ends[2 * i + 1];  // \K in a look-ahead may turn them round
      (*captures)[i] =
          is_set ? subject.substr(ends[2 * i], ends[2 * i + 1] - ends[2 * i]) : std::string_view();
    }
    return Verdict::yes;
  }

  [[nodiscard]] std::size_t groups() const { return groups_; }

 private:
  // Of one match, from all bytes at which it may begin: PCRE2's own limit starts anew with each of them.
  struct StepCounter {
    std::uint64_t most = 0;
    std::uint64_t price = 1;
    std::uint64_t taken = 0;
    std::size_t at = 0;

    static int hear(pcre2_callout_block* heard, void* counter) {
      auto& self = *static_cast<StepCounter*>(counter);
      const std::size_t moved = heard->current_position > self.at ? heard->current_position - self.at : 0;
      self.taken += self.price + moved / kBytesPerStep;
      self.at = heard->current_position;
      return self.taken > self.most ? PCRE2_ERROR_MATCHLIMIT : 0;
    }
  };

  Code code_;
  MatchContext limits_;
  std::size_t groups_ = 0;
  bool has_references_ = false;
};

Pattern::Pattern(std::string_view text, PatternCase letters) : text_(text), letters_(letters) {}

Pattern::~Pattern() = default;

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view text, PatternCase letters) {
  const auto refuse = [text](const std::string& why) {
    return fail(quoted(text) + " is not a regular expression that can be used: " + why);
  };
  if (text.size() > kMostBytes + 1)
    return refuse("it is longer than " + std::to_string(kMostBytes) + " bytes");
  if (text.find('\0') != std::string_view::npos) return refuse("it holds a NUL");
  std::shared_ptr<Pattern> made(new Pattern(text, letters));
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMostMemory);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_case_sensitive(letters == PatternCase::sensitive);
  // With a group to fill, RE2 does not begin with the machine that all threads share under a lock: an empty
  // one of ours, unless it would be quoted.
  const bool has_own_group = text.find("\\Q") == std::string_view::npos;
  auto automaton = std::make_unique<re2::RE2>(std::string(text) + (has_own_group ? "()" : ""), options);
  if (automaton->ok()) {
    const int size = automaton->ProgramSize();
    if (size < 0 || size > kMostInstructions) return refuse("it is too large when compiled");
    made->steps_per_byte_ = static_cast<std::uint64_t>(size);
    made->group_count_ =
        static_cast<std::size_t>(automaton->NumberOfCapturingGroups()) - (has_own_group ? 1 : 0);
    made->automaton_ = std::move(automaton);
    return std::shared_ptr<const Pattern>(std::move(made));
  }
  const auto code = automaton->error_code();
  if (code == re2::RE2::ErrorRepeatSize || code == re2::RE2::ErrorPatternTooLarge)
    return refuse(automaton->error());
  auto backtracker = Backtracker::compile(text, letters);
  if (!backtracker) return refuse(backtracker.error().message);
  made->backtracker_ = *std::move(backtracker);
  made->group_count_ = made->backtracker_->groups();
  return std::shared_ptr<const Pattern>(std::move(made));
}

Pattern::Verdict Pattern::find_in(std::string_view subject, Captures* captures, PatternBudget* budget) const {
  if (backtracker_ != nullptr) return backtracker_->find_in(subject, captures, budget);
  if (budget != nullptr) {  // RE2 does not count
    const std::uint64_t steps = most_steps(subject.size());
    if (steps > budget->steps) return Verdict::gave_up;
    budget->steps -= steps;
  }
  std::array<re2::StringPiece, kMostCaptures + 2> groups;
  const std::size_t wanted = captures == nullptr ? 2 : groups.size();
  const re2::StringPiece text(subject.data(), subject.size());
  if (!automaton_->Match(text, 0, subject.size(), re2::RE2::UNANCHORED, groups.data(),
                         static_cast<int>(wanted)))
    return Verdict::no;
  if (captures == nullptr) return Verdict::yes;
  for (std::size_t i = 0; i < captures->size(); ++i) {
    const bool is_set = i <= group_count_ && groups[i].data() != nullptr;
    (*captures)[i] = is_set ? std::string_view(groups[i].data(), groups[i].size()) : std::string_view();
  }
  return Verdict::yes;
}

std::uint64_t Pattern::most_steps(std::size_t subject_bytes) const {
  return backtracker_ != nullptr ? kMostSteps : steps_per_byte_ * (subject_bytes + 1);
}

std::string quote_pattern(std::string_view text) {
  constexpr std::string_view kPlain = "/-_~ ";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (http::to_lower(c) >= 'a' && http::to_lower(c) <= 'z') || http::is_digit(c) ||
                          kPlain.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
    if (!is_plain) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace headgate::policy
