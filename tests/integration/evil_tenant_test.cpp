// What a tenant can do to another one: nothing. For each class of weakness that ingress controllers have had
// there is an Ingress that tries it, and a victim in another namespace whose answers must stay what they
// were.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/backend_scripts.h"
#include "support/echo_backend.h"
#include "support/gate.h"
#include "support/headgate_process.h"
#include "support/manifests.h"
#include "support/metrics.h"
#include "support/raw_client.h"
#include "support/test_certificate.h"
#include "support/tls_client.h"

namespace headgate::test_support {
namespace {

// As YAML and JSON both read it.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (byte < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

struct Evil {
  std::string name;
  FieldList annotations;
  std::vector<HostRule> rules;
  std::vector<TlsRule> tls{};
  std::string default_service{};
};

// Of namespace `evil`, younger than the victim's.
std::string manifest_of(const Evil& evil) {
  std::string text = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + evil.name +
                     "\n  namespace: evil\n  creationTimestamp: \"2025-01-01T00:00:00Z\"\n";
  if (!evil.annotations.empty()) text += "  annotations:\n";
  for (const auto& [name, value] : evil.annotations)
    text += "    nginx.ingress.kubernetes.io/" + name + ": " + in_quotes(value) + "\n";
  text += "spec:\n";
  if (!evil.default_service.empty())
    text += "  defaultBackend: {service: {name: " + evil.default_service + ", port: {number: 80}}}\n";
  if (!evil.tls.empty()) text += "  tls:\n";
  for (const TlsRule& rule : evil.tls)
    text += "  - {hosts: [" + in_quotes(rule.hosts.front()) + "], secretName: " + rule.secret + "}\n";
  if (!evil.rules.empty()) text += "  rules:\n";
  for (const HostRule& rule : evil.rules) {
    text += "  - host: " + in_quotes(rule.host) + "\n    http:\n      paths:\n";
    for (const PathRule& path : rule.paths)
      text += "      - {path: " + in_quotes(path.path) + ", pathType: " + path.type +
              ", backend: {service: {name: evil, port: {number: 80}}}}\n";
  }
  return text;
}

std::string in_namespace(std::string text, const std::string& name) {
  const std::string from = "namespace: default";
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
    text.replace(at, from.size(), "namespace: " + name);
  return text;
}

class EvilTenant : public ::testing::Test {
 protected:
  EvilTenant() {
    folder.write("victim.yaml", victim());
    folder.write("services.yaml", service_of("web", victim_pod) +
                                      in_namespace(service_of("evil", evil_pod), "evil") +
                                      tls_secret("s-tls", certificate) + config_map("headgate", {}) +
                                      config_map("fields", {{"X-Evil", "1"}}));
    folder.write("evil.yaml", manifest_of({"evil", {}, {{"quiet.test", {{"/", "Prefix", "", ""}}}}}));
    HeadgateOptions options;
    options.flags = {"--configmap=system/headgate"};
    options.https = true;
    headgate = std::make_unique<HeadgateProcess>(folder, options);
    before = answers();
    EXPECT_NE(before.find("pod=victim"), std::string::npos) << before;
    EXPECT_NE(before.find("v.test /private 403"), std::string::npos) << before;
    EXPECT_NE(before.find("s.test " + certificate.fingerprint()), std::string::npos) << before;
  }

  // Five years older than what is evil.
  static std::string victim() {
    std::vector<IngressSpec> specs(4);
    specs[0].name = "web";
    specs[0].rules = {
        {"v.test", {{"/", "Prefix", "web"}, {"/api", "Prefix", "web"}, {"/login", "Exact", "web"}}},
        {"*.w.test", {{"/", "Prefix", "web"}}}};
    specs[0].annotations = {{"server-alias", "alias.test"}, {"from-to-www-redirect", "true"}};
    specs[1].name = "private";
    specs[1].rules = {{"v.test", {{"/private", "Prefix", "web"}}}};
    specs[1].annotations = {{"whitelist-source-range", "10.9.9.9"}};
    specs[2].name = "secure";
    specs[2].rules = {{"s.test", {{"/", "Prefix", "web"}}}};
    specs[2].tls = {{"s-tls", {"s.test"}}};
    specs[3].name = "regex";
    specs[3].rules = {{"r.test", {{"/(a|b)(/.*)", "ImplementationSpecific", "web"}, {"/", "Prefix", "web"}}}};
    specs[3].annotations = {{"rewrite-target", "/x$2"}};
    std::string text;
    for (const IngressSpec& spec : specs) text += ingress(spec);
    const std::string from = "namespace: default";
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + from.size()))
      text.insert(at + from.size(), ", creationTimestamp: \"2020-01-01T00:00:00Z\"");
    return text;
  }

  static void add(std::string& out, const std::string& what, const HttpResponse& response) {
    out += what + " " + std::to_string(response.status) + response.problem + "\n";
    for (const auto& [name, value] : response.fields)
      if (name != "Date") out.append("  ").append(name).append(": ").append(value).append("\n");
    std::istringstream lines(response.body);
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("X-Request-ID=") && !line.starts_with("X-Request-Id=")) out += "  " + line + "\n";
  }

  // All that the victim's clients see.
  [[nodiscard]] std::string answers() const {
    std::string out;
    const std::string long_path = "/" + std::string(2000, 'a') + "!";
    for (const std::string host : {"v.test", "www.v.test", "alias.test", "one.w.test", "s.test", "r.test"})
      for (const std::string& path :
           {std::string("/"), std::string("/api"), std::string("/API/x"), std::string("/apis"),
            std::string("/api/"), std::string("/api/x"), std::string("/private/"), std::string("//private/x"),
            std::string("/private%2fx"), std::string("/login"), std::string("/login/x"),
            std::string("/private"), std::string("//private"), std::string("/x/../private"),
            std::string("/%2e%2e/private"), std::string("/a/b?q=1"), std::string("/x%2fprivate"),
            std::string("/x%00"), long_path})
        add(out, host + " " + path, headgate->get(host, path));
    TlsOptions options;
    options.server_name = "s.test";
    TlsClient client(headgate->https_port(), options);
    out += "s.test " + client.server_fingerprint() + client.failure() + "\n";
    add(out, "https s.test", client.exchange(make_request("GET", "s.test", "/")));
    add(out, "unknown", headgate->get("nobody.example", "/", ""));
    return out;
  }

  // Puts the Ingresses there and waits until they have been judged, all of them.
  void apply(const std::vector<Evil>& evils, std::string_view more = "") {
    std::string text(more);
    for (const Evil& evil : evils) text += manifest_of(evil);
    const std::string marker = "marker" + std::to_string(++markers) + ".test";
    folder.write("evil.yaml", text);
    folder.write("marker.yaml", manifest_of({"marker", {}, {{marker, {{"/", "Prefix", "", ""}}}}}));
    ASSERT_TRUE(eventually([&] {
      return headgate->admin("/debug/routes").body.find("host " + marker + "\n") != std::string::npos;
    })) << headgate->admin("/debug/findings").body.substr(0, 4000);
  }
  void expect_victim_unharmed(const std::string& by) {
    const std::string after = answers();
    EXPECT_EQ(before, after) << by;
    EXPECT_TRUE(headgate->is_running());
  }
  [[nodiscard]] std::string findings() const { return headgate->admin("/debug/findings").body; }
  // Some line names that Ingress and holds `text`.
  [[nodiscard]] bool is_told(const std::string& name, const std::string& text = "") const {
    std::istringstream lines(findings());
    for (std::string line; std::getline(lines, line);)
      if (line.find("Ingress evil/" + name + ":") != std::string::npos &&
          line.find(text) != std::string::npos)
        return true;
    return false;
  }

  // Members of the fixture: they outlive the process.
  ManifestFolder folder;
  TestCertificate certificate{{{"s.test"}}};
  EchoBackend victim_pod{"victim"};
  EchoBackend evil_pod{"evil"};
  std::unique_ptr<HeadgateProcess> headgate;  // ends first
  std::string before;
  int markers = 0;
};

PathRule at(const std::string& path, const std::string& type = "Prefix") { return {path, type, "", ""}; }
PathRule pattern(const std::string& path) { return at(path, "ImplementationSpecific"); }

TEST_F(EvilTenant, InjectsNothingThroughAnyAnnotation) {
  const std::string names[] = {"app-root",
                               "auth-cache-key",
                               "auth-method",
                               "auth-proxy-set-headers",
                               "auth-realm",
                               "auth-response-headers",
                               "auth-secret",
                               "auth-signin",
                               "auth-snippet",
                               "auth-tls-error-page",
                               "auth-tls-match-cn",
                               "auth-tls-secret",
                               "auth-type",
                               "auth-url",
                               "backend-protocol",
                               "canary-by-header-pattern",
                               "configuration-snippet",
                               "connection-proxy-header",
                               "cors-allow-headers",
                               "cors-allow-origin",
                               "custom-headers",
                               "custom-http-errors",
                               "default-backend",
                               "denylist-source-range",
                               "limit-rps",
                               "load-balance",
                               "mirror-host",
                               "mirror-target",
                               "modsecurity-snippet",
                               "permanent-redirect",
                               "proxy-body-size",
                               "proxy-cookie-domain",
                               "proxy-cookie-path",
                               "proxy-next-upstream",
                               "proxy-redirect-from",
                               "proxy-ssl-ciphers",
                               "proxy-ssl-name",
                               "proxy-ssl-secret",
                               "rewrite-target",
                               "server-alias",
                               "server-snippet",
                               "session-cookie-name",
                               "session-cookie-path",
                               "ssl-ciphers",
                               "stream-snippet",
                               "temporal-redirect",
                               "upstream-hash-by",
                               "upstream-vhost",
                               "x-forwarded-prefix"};
  const std::string payloads[] = {
      "x\r\nX-Evil: 1\r\n\r\nGET /smuggled HTTP/1.1\r\n",  "x\"; } location / { return 200 \"X-Evil\"; } #",
      "x'; content_by_lua_block { ngx.say('X-Evil') }",    "/$evil${evil}$(X-Evil)`X-Evil`",
      "https://a/{{ .X-Evil }}\n}\nserver { listen 80; }",
  };
  for (const std::string& payload : payloads) {
    std::vector<Evil> evils;
    for (const std::string& name : names) {
      FieldList annotations = {{name, payload}};
      if (name.starts_with("cors-")) annotations.emplace_back("enable-cors", "true");
      if (name == "canary-by-header-pattern")
        annotations.insert(annotations.end(), {{"canary", "true"}, {"canary-by-header", "X-Canary"}});
      if (name == "auth-secret" || name == "auth-realm") annotations.emplace_back("auth-type", "basic");
      if (name == "auth-tls-error-page" || name == "auth-tls-match-cn")
        annotations.emplace_back("auth-tls-secret", "evil/none");
      if (name.starts_with("session-")) annotations.emplace_back("affinity", "cookie");
      evils.push_back(
          {"e-" + name, annotations, {{"e-" + name + ".test", {at("/")}}, {"v.test", {at("/e-" + name)}}}});
    }
    apply(evils);
    expect_victim_unharmed(payload);
    for (const std::string& name : names) {
      // What is hashed is any text.
      const bool is_data = name == "upstream-hash-by" && payload.find_first_of("$\r") == std::string::npos;
      EXPECT_TRUE(is_data || is_told("e-" + name)) << name << " " << payload;
      evil_pod.forget_requests();
      const HttpResponse response = headgate->get("e-" + name + ".test", "/");
      EXPECT_FALSE(response.has("X-Evil")) << name << " " << payload;
      EXPECT_FALSE(evil_pod.last_request().has("X-Evil")) << name << " " << payload;
    }
    EXPECT_EQ(std::min(findings().find('\r'), findings().find('\0')), std::string::npos) << "one line each";
  }
}

TEST_F(EvilTenant, TakesNothingByTricksInPaths) {
  const std::string paths[] = {"//private",
                               "/private/..",
                               "/x/../private",
                               "/%2e%2e/private",
                               "/x%2f..%2fprivate",
                               "/private%00",
                               "/private\r\nX-Evil: 1",
                               "/private;",
                               "/{private}",
                               "/pri\"vate",
                               "private",
                               "/private#",
                               "/private?x",
                               "/\\private",
                               "/./api",
                               "/api%2f",
                               "/private/",
                               "//private%2f",
                               "/private/.",
                               "/api/../private"};
  std::vector<Evil> evils;
  for (std::size_t i = 0; i < std::size(paths); ++i)
    for (const std::string type : {"Exact", "Prefix", "ImplementationSpecific"})
      evils.push_back({"p" + std::to_string(i) + "-" + std::string(1, static_cast<char>(type[0] + 32)),
                       {},
                       {{"v.test", {at(paths[i], type)}}}});
  apply(evils);
  expect_victim_unharmed("tricks in paths");
  for (const std::size_t refused : {5, 6, 10, 15, 17, 18, 19})
    EXPECT_TRUE(is_told("p" + std::to_string(refused) + "-p")) << paths[refused] << "\n" << findings();
  for (const std::string path : {"/private", "//private", "/x/../private", "/%70rivate"})
    EXPECT_EQ(headgate->get("v.test", path).status, 403) << path;
}

TEST_F(EvilTenant, BlocksNobodyWithPatterns) {
  const std::vector<std::string> patterns = {
      "/(a+)+$",          "/(?=a)(a+)+$",       "/(a|aa)+\\1$",
      "/(?:a?){14}(?=x)", "/(.*)*x(.*)*y(?=z)", "/((a{1,50}){1,50}){1,50}"};
  std::vector<Evil> evils;
  std::vector<PathRule> paths;
  for (const std::string& each : patterns) paths.push_back(pattern(each));
  std::vector<PathRule> many;
  for (int i = 0; i < 150; ++i) many.push_back(pattern("/(?=a)(a+)+" + std::to_string(i) + "$"));
  evils.push_back(
      {"paths", {{"use-regex", "true"}}, {{"v.test", paths}, {"r.test", paths}, {"evil.test", paths}}});
  evils.push_back({"many", {{"use-regex", "true"}}, {{"v.test", many}, {"r.test", many}}});
  evils.push_back(
      {"all",
       {{"use-regex", "true"}},
       {{"v.test", {pattern("/.*"), pattern("/(.|aaaaaaaaaaaaaaaaaaaaaaaaa)*"), pattern("/[a-z]+")}}}});
  evils.push_back({"rewrite",
                   {{"rewrite-target", "/"}},
                   {{"v.test", {pattern("/LOGIN(.*)"), pattern("/api(.*)")}},
                    {"r.test", {pattern("/(a|b|c)(/.*)(x|y|z|)*")}}}});
  evils.push_back(
      {"alias", {{"server-alias", "~.,~(a+)+$,~(?=a)(a+)+$,~^v.test$"}}, {{"alias-evil.test", {at("/")}}}});
  evils.push_back(
      {"canary",
       {{"canary", "true"}, {"canary-by-header", "X-C"}, {"canary-by-header-pattern", "(?=a)(a+)+$"}},
       {{"v.test", {at("/")}}}});
  evils.push_back({"origin",
                   {{"enable-cors", "true"}, {"cors-allow-origin", "https://*.*.*.(a+)+$"}},
                   {{"v.test", {at("/origin")}}}});
  apply(evils);
  // What nobody has is that of the pattern: an unknown host here.
  std::string same = before.substr(0, before.find("unknown 404"));
  EXPECT_EQ(answers().substr(0, same.size()), same);
  for (const std::string name : {"paths", "all", "rewrite"})
    EXPECT_TRUE(is_told(name, "change no paths but its own")) << name << findings().substr(0, 4000);
  EXPECT_TRUE(is_told("alias", "look-around")) << findings().substr(0, 4000);
  EXPECT_TRUE(is_told("canary", "another namespace"));
  EXPECT_TRUE(is_told("origin"));
  EXPECT_EQ(headgate->get("v.test", "/", "X-C: " + std::string(4000, 'a') + "!\r\n").status, 200);
}

TEST_F(EvilTenant, UsesNoSecretsAndConfigMapsOfOthers) {
  const std::vector<Evil> evils = {
      {"basic", {{"auth-type", "basic"}, {"auth-secret", "default/s-tls"}}, {{"basic.test", {at("/")}}}},
      {"client",
       {{"auth-tls-secret", "default/s-tls"}},
       {{"client.test", {at("/")}}, {"s.test", {at("/c")}}}},
      {"pods",
       {{"backend-protocol", "HTTPS"}, {"proxy-ssl-secret", "default/s-tls"}},
       {{"pods.test", {at("/")}}}},
      {"tls", {}, {{"s.test", {at("/t")}}}, {{"s-tls", {"s.test"}}}},
      {"traversal",
       {{"auth-type", "basic"}, {"auth-secret", "../default/s-tls"}},
       {{"dots.test", {at("/")}}}},
      {"headers", {{"custom-headers", "default/fields"}}, {{"headers.test", {at("/")}}}},
      {"auth",
       {{"auth-url", "http://evil.evil.svc/"}, {"auth-proxy-set-headers", "default/fields"}},
       {{"auth.test", {at("/")}}}},
      {"settings",
       {{"auth-url", "http://evil.evil.svc/"}, {"auth-proxy-set-headers", "system/fields"}},
       {{"settings.test", {at("/")}}}},
  };
  apply(evils,
        in_namespace(config_map("fields", {{"X-Secret", "1"}}) + config_map("headgate", {}), "system"));
  expect_victim_unharmed("Secrets of others");
  for (const Evil& evil : evils)
    EXPECT_TRUE(is_told(evil.name)) << evil.name << "\n" << findings().substr(0, 4000);
  for (const std::string host : {"basic.test", "dots.test", "headers.test", "auth.test", "settings.test"})
    EXPECT_EQ(headgate->get(host, "/").status, 503) << host;
  EXPECT_NE(headgate->get("client.test", "/").status, 200);
  EXPECT_NE(headgate->get("pods.test", "/").status, 200);
  EXPECT_EQ(evil_pod.request_count(), 0u);
}

TEST_F(EvilTenant, StealsNoHost) {
  const std::vector<Evil> evils = {
      {"same", {}, {{"v.test", {at("/"), at("/login", "Exact")}}}},
      {"upper", {}, {{"V.TEST", {at("/")}}}},
      {"alias",
       {{"server-alias", "v.test,alias.test,*.w.test,one.w.test.,~v.test"}},
       {{"a.evil", {at("/")}}}},
      {"www", {{"from-to-www-redirect", "true"}}, {{"v.test", {at("/www")}}}},
      {"root", {{"app-root", "/evil"}}, {{"v.test", {at("/root")}}}},
      {"through", {{"ssl-passthrough", "true"}}, {{"s.test", {at("/through")}}}},
      {"ciphers", {{"ssl-ciphers", "NULL-MD5"}}, {{"s.test", {at("/ciphers")}}}},
      {"canary", {{"canary", "true"}, {"canary-weight", "100"}}, {{"v.test", {at("/")}}}},
      {"wild", {{"server-alias", "*.test"}}, {{"*.test", {at("/wild")}}}},
  };
  apply(evils);
  expect_victim_unharmed("host stealing");
  for (const Evil& evil : evils)
    if (evil.name != "wild") {
      EXPECT_TRUE(is_told(evil.name)) << evil.name << "\n" << findings().substr(0, 4000);
    }
  EXPECT_EQ(evil_pod.request_count(), 0u);
}

TEST_F(EvilTenant, HasNoRoomForMillions) {
  const std::string megabyte(1 << 20, 'a');
  apply({{"megabyte", {{"configuration-snippet", megabyte}}, {{"m.test", {at("/")}}}},
         {"regex", {{"use-regex", "true"}}, {{"v.test", {pattern("/" + megabyte + "+")}}}},
         {"alias", {{"server-alias", megabyte}}, {{"n.test", {at("/")}}}},
         {"origin",
          {{"enable-cors", "true"}, {"cors-allow-origin", "https://" + megabyte}},
          {{"o.test", {at("/")}}}}});
  expect_victim_unharmed("a megabyte");
  for (const std::string name : {"megabyte", "regex", "alias", "origin"})
    EXPECT_TRUE(is_told(name)) << name << findings().substr(0, 4000);
  EXPECT_LT(findings().size(), 100'000u) << "no Finding repeats a megabyte";
  Evil paths{"paths", {}, {{"v.test", {}}}};
  Evil hosts{"hosts", {}, {}};
  for (int i = 0; i < 10'000; ++i) {
    paths.rules[0].paths.push_back(at("/many/" + std::to_string(i)));
    hosts.rules.push_back({"h" + std::to_string(i) + ".many", {at("/")}});
  }
  apply({paths, hosts});
  expect_victim_unharmed("ten thousand paths and hosts");
  EXPECT_EQ(headgate->get("v.test", "/many/77").status, 200);
  EXPECT_EQ(headgate->get("h9999.many", "/").status, 200);
}

TEST_F(EvilTenant, ClientsCannotSteerWhatAnAuthServiceIsAsked) {
  apply(
      {{"auth", {{"auth-url", "http://evil.evil.svc/check$uri?h=$cookie_id"}}, {{"auth.test", {at("/")}}}},
       {"arg", {{"auth-url", "http://evil.evil.svc/users/$arg_user/allowed"}}, {{"arg.test", {at("/")}}}},
       {"mirror", {{"mirror-target", "http://evil.evil.svc/copy/$arg_user"}}, {{"mirror.test", {at("/")}}}}});
  ASSERT_EQ(headgate->get("auth.test", "/a%3Fok=1%26b%25", "Cookie: id=1&admin=1#x\r\n").status, 200);
  std::vector<HttpRequest> seen = evil_pod.requests();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].target, "/check/a%3Fok=1&b%25?h=1%26admin=1%23x");
  evil_pod.forget_requests();
  EXPECT_EQ(headgate->get("auth.test", "/a%0d%0aX-Evil:1").status, 400);
  EXPECT_EQ(headgate->get("arg.test", "/?user=..").status, 500);
  EXPECT_EQ(headgate->get("arg.test", "/?user=%2e%2e%2f%2e%2e").status, 500);
  EXPECT_EQ(evil_pod.request_count(), 0u) << "neither the service nor the pod";
  EXPECT_EQ(headgate->get("arg.test", "/?user=bob/../root?x").status, 500);
  EXPECT_EQ(headgate->get("arg.test", "/?user=bob/x?y").status, 200);
  EXPECT_EQ(evil_pod.requests().front().target, "/users/bob%2Fx%3Fy/allowed");
  evil_pod.forget_requests();
  EXPECT_EQ(headgate->get("mirror.test", "/?user=..").status, 200) << "the copy alone is dropped";
  EXPECT_EQ(headgate->get("mirror.test", "/?user=bob").status, 200);
  ASSERT_TRUE(evil_pod.wait_for_requests(3));
  for (const HttpRequest& each : evil_pod.requests()) EXPECT_NE(each.target, "/copy/..");
}

// Neither by a mirror that never answers nor by clients that never finish.
TEST_F(EvilTenant, LeavesRoomForTheMirrorsOfOthers) {
  EchoBackend silent{"silent"};
  silent.set_handler(never_answer());
  EchoBackend shadow{"shadow"};
  IngressSpec mirrored;
  mirrored.name = "mirrored";
  mirrored.rules = {{"m.test", {{"/", "Prefix", "web"}}}};
  mirrored.annotations = {{"mirror-target", "http://shadow.default.svc/"}};
  folder.write("mirrored.yaml", ingress(mirrored) + service_of("shadow", shadow));
  apply({{"silent", {{"mirror-target", "http://silent.evil.svc/"}}, {{"silent.test", {at("/")}}}},
         {"slow", {{"mirror-target", "http://evil.evil.svc/"}}, {{"slow.test", {at("/")}}}}},
        in_namespace(service_of("silent", silent), "evil"));
  const auto dropped = [&] {
    return metric(headgate->admin("/metrics").body, "headgate_http_rejected_total", "mirror_dropped");
  };
  std::size_t copies = 0;
  const auto expect_copies = [&](const std::string& beside) {
    for (int i = 0; i < 5; ++i) ASSERT_EQ(headgate->get("m.test", "/").status, 200);
    EXPECT_TRUE(shadow.wait_for_requests(copies += 5)) << beside;
    RawClient slow(headgate->http_port());
    slow.send("POST / HTTP/1.1\r\nHost: m.test\r\nContent-Length: 10\r\n\r\n12345");
    slow.send("67890");
    EXPECT_EQ(slow.receive("POST").status, 200);
    EXPECT_TRUE(shadow.wait_for_requests(++copies)) << beside;
  };
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(std::make_unique<RawClient>(headgate->http_port()));
    ASSERT_TRUE(slow.back()->send("POST / HTTP/1.1\r\nHost: slow.test\r\nContent-Length: 10\r\n\r\n1"));
  }
  EXPECT_TRUE(eventually([&] { return dropped() == 300 - 64; })) << dropped();
  expect_copies("clients that never finish");
  slow.clear();
  for (int i = 0; i < 300; ++i) ASSERT_EQ(headgate->get("silent.test", "/").status, 200);
  EXPECT_GE(dropped(), 2 * (300 - 64));
  expect_copies("a mirror that never answers");
}

}  // namespace
}  // namespace headgate::test_support
