#include "k8swatch/yaml_scalar.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::k8swatch {
namespace {

struct Case {
  const char* text;
  ScalarType type;
  const char* json;
};

class PlainScalarCase : public testing::TestWithParam<Case> {};

TEST_P(PlainScalarCase, IsReadAsKubectlReadsIt) {
  const PlainScalar scalar = resolve_plain_scalar(GetParam().text);
  EXPECT_EQ(scalar.type, GetParam().type) << GetParam().text;
  EXPECT_EQ(scalar.json, GetParam().json) << GetParam().text;
}

constexpr ScalarType kString = ScalarType::string;
constexpr ScalarType kBoolean = ScalarType::boolean;
constexpr ScalarType kNumber = ScalarType::number;

INSTANTIATE_TEST_SUITE_P(
    Table, PlainScalarCase,
    testing::Values(Case{"true", kBoolean, "true"}, Case{"Yes", kBoolean, "true"},
                    Case{"on", kBoolean, "true"}, Case{"y", kBoolean, "true"}, Case{"OFF", kBoolean, "false"},
                    Case{"n", kBoolean, "false"}, Case{"yEs", kString, ""}, Case{"yesterday", kString, ""},
                    Case{"12", kNumber, "12"}, Case{"-12", kNumber, "-12"}, Case{"+12", kNumber, "12"},
                    Case{"-0", kNumber, "0"}, Case{"0x1F", kNumber, "31"}, Case{"0o17", kNumber, "15"},
                    Case{"017", kNumber, "15"}, Case{"0b101", kNumber, "5"}, Case{"1_000", kNumber, "1000"},
                    Case{"08", kNumber, "8"}, Case{"1.5", kNumber, "1.5"}, Case{".5", kNumber, "0.5"},
                    Case{"1e3", kNumber, "1000"}, Case{"8.0", kNumber, "8"},
                    Case{"18446744073709551615", kNumber, "18446744073709551615"},
                    Case{".nan", ScalarType::not_a_number, ""}, Case{"-.inf", ScalarType::not_a_number, ""},
                    Case{"1.2.3", kString, ""}, Case{"127.0.0.1", kString, ""}, Case{"8m", kString, ""},
                    Case{"0x", kString, ""}, Case{"-", kString, ""}, Case{"_", kString, ""},
                    Case{"+_", kString, ""}, Case{"2024-05-01", kString, ""},
                    Case{"2024-05-01T12:00:00Z", kString, ""}, Case{"12:30:45", kString, ""},
                    Case{"", kString, ""}, Case{"web", kString, ""}));

TEST(PlainScalar, LeavesAbsurdlyLongDigitsAString) {
  EXPECT_EQ(resolve_plain_scalar(std::string(100'000, '9')).type, ScalarType::string);
}

}  // namespace
}  // namespace headgate::k8swatch
