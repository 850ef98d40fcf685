// Chains and keys of the kinds that are taken, and the ways Secrets are broken. The keys open nothing: they
// were made for this file.
#include "fuzz/seeds.h"

namespace headgate::fuzz {
namespace {

constexpr const char* kLeaf =
    R"(-----BEGIN CERTIFICATE-----
MIIB2TCCAYCgAwIBAgIIAMhkhwqa3YMwCgYIKoZIzj0EAwIwJjEXMBUGA1UECgwO
SGVhZGdhdGUgVGVzdHMxCzAJBgNVBAMMAlIxMB4XDTI2MTEyMzAzNDYwMVoXDTI2
MTIyMzA0NDYwMVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABLXZZRRqCFNTOrzuW8ORmZFr10oH5CLMyK4txwjTy4CCwC3OGpzkgBw5
NZFDbPt76hTA9RPkNxPtJAkQd9UscKajga4wgaswDAYDVR0TAQH/BAIwADAOBgNV
HQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFJ0V3wUs
zaFRWMEMI1fmhaL/+C2gMDAGCCsGAQUFBwEBBCQwIjAgBggrBgEFBQcwAYYUaHR0
cDovL29jc3AuZXhhbXBsZS8wJQYDVR0RBB4wHIILb25lLmV4YW1wbGWCDSoub25l
LmV4YW1wbGUwCgYIKoZIzj0EAwIDRwAwRAIgKRmzQErqd6QBoUmHfX9gc9T21+nc
h2E8PcdLfmuesqMCIA/KzQr4hofmMxy5clQy/RFaMy1b/tFv3z29AbKIhSZO
-----END CERTIFICATE-----
)";

constexpr const char* kLeafKey =
    R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1LcL7OhO2bOk/lU+
3IoL7JP4gqwhKIJl2Wf+A+gVAG+hRANCAAS12WUUaghTUzq87lvDkZmRa9dKB+Qi
zMiuLccI08uAgsAtzhqc5IAcOTWRQ2z7e+oUwPUT5DcT7SQJEHfVLHCm
-----END PRIVATE KEY-----
)";

constexpr const char* kLeafKeySec1 =
    R"(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEINS3C+zoTtmzpP5VPtyKC+yT+IKsISiCZdln/gPoFQBvoAoGCCqGSM49
AwEHoUQDQgAEtdllFGoIU1M6vO5bw5GZkWvXSgfkIszIri3HCNPLgILALc4anOSA
HDk1kUNs+3vqFMD1E+Q3E+0kCRB31Sxwpg==
-----END EC PRIVATE KEY-----
)";

constexpr const char* kIntermediate =
    R"(-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIHODYYAlVB2jAKBggqhkjOPQQDAjAoMRcwFQYDVQQKDA5I
ZWFkZ2F0ZSBUZXN0czENMAsGA1UEAwwEUm9vdDAeFw0yNjExMjMwMzQ2MDFaFw0z
NjExMjAwNDQ2MDFaMCYxFzAVBgNVBAoMDkhlYWRnYXRlIFRlc3RzMQswCQYDVQQD
DAJSMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJQYSzuBAxKCHcuFFME/Imzl
r6SemKDGrLtRiLZNcfWMlUKEaxU4jK11C2R8mdJyHk38AthADYgUZbD7vzRJJtCj
QjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBTY
j8WCSTs+MZo7O3/8wW1rlSwT6DAKBggqhkjOPQQDAgNIADBFAiEApxDyrHgfCYW9
DmoyOUgY45+1iYYl66qpKzrSEZr+2rECID9MYJZIrMwJ/tyPNlTjzQiXRqrIU+qW
RNgwR04S3hDo
-----END CERTIFICATE-----
)";

constexpr const char* kEdwardsLeaf =
    R"(-----BEGIN CERTIFICATE-----
MIIBqTCCAVCgAwIBAgIHSbIacpud1DAKBggqhkjOPQQDAjAmMRcwFQYDVQQKDA5I
ZWFkZ2F0ZSBUZXN0czELMAkGA1UEAwwCUjEwHhcNMjYxMTIzMDM0NjAyWhcNMjYx
MjIzMDQ0NjAyWjAPMQ0wCwYDVQQDDAR0ZXN0MCowBQYDK2VwAyEA6H3t7D58InS2
YTu31isL2NOp4W4WEqOiMwRxnPklvLCjga4wgaswDAYDVR0TAQH/BAIwADAOBgNV
HQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFKxz2ZpZ
Qyt/zNF+yFeXCCC8C7fdMDAGCCsGAQUFBwEBBCQwIjAgBggrBgEFBQcwAYYUaHR0
cDovL29jc3AuZXhhbXBsZS8wJQYDVR0RBB4wHIILb25lLmV4YW1wbGWCDSoub25l
LmV4YW1wbGUwCgYIKoZIzj0EAwIDRwAwRAIgU07JxXTXA36lPhQphIzTwUXcIgJt
9LOJEVpmqXZBKXwCIBt4sjzV3Qs1co6t226qYAW+4chIO/qWQ/OyV7mkCW38
-----END CERTIFICATE-----
)";

constexpr const char* kEdwardsKey =
    R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIEQ+GsxTicmThRo3GUqSgaTDycZAMXbe/B+nU+zYlCsy
-----END PRIVATE KEY-----
)";

}  // namespace

std::vector<std::string> seeds() {
  const std::string between = "##\n";
  const std::string leaf = kLeaf;
  std::string windows;
  for (const char c : leaf) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return {
      "",
      between,
      "-----BEGIN CERTIFICATE-----\n",
      "-----BEGIN ",
      leaf + between + kLeafKey,
      leaf + between + kLeafKeySec1,
      leaf + kIntermediate + between + kLeafKey,
      kIntermediate + leaf + between + kLeafKey,
      windows + between + kLeafKeySec1,
      "text\n" + leaf + between + leaf + kLeafKey,
      leaf + between + kEdwardsKey,
      kEdwardsLeaf + between + kEdwardsKey,
  };
}

}  // namespace headgate::fuzz
