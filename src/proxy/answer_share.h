// What one answer has of the bounds on all that is kept of answers: of those of its namespace, of all
// answers, and of requests and answers together.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/namespace_budget.h"
#include "proxy/shared_byte_budget.h"

namespace headgate::proxy {

// One thread. Gives back what it has at its end.
class AnswerShare {
 public:
  AnswerShare(SharedByteBudget& all, NamespaceBudget& answers, std::string_view namespace_name)
      : of_namespace_(answers.of(namespace_name)), of_answers_(answers.all()), of_all_(all) {}

  // False: there are not that many left, and nothing is taken.
  [[nodiscard]] bool take(std::uint64_t bytes) {
    if (!of_namespace_.take(bytes)) return false;
    if (of_answers_.take(bytes)) {
      if (of_all_.take(bytes)) return true;
      of_answers_.give_back(bytes);
    }
    of_namespace_.give_back(bytes);
    return false;
  }
  // No more than was taken.
  void give_back(std::uint64_t bytes) {
    of_namespace_.give_back(bytes);
    of_answers_.give_back(bytes);
    of_all_.give_back(bytes);
  }
  void give_back() {
    of_namespace_.give_back();
    of_answers_.give_back();
    of_all_.give_back();
  }

 private:
  SharedByteBudget::Share of_namespace_;
  SharedByteBudget::Share of_answers_;
  SharedByteBudget::Share of_all_;
};

}  // namespace headgate::proxy
