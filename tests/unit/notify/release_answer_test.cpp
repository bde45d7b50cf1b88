#include "notify/release_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "notify/http_client.h"

namespace millrace::notify {
namespace {

using nlohmann::json;

ports::Release read(const json& answer) {
    const auto release = parse_release(answer.dump());
    EXPECT_TRUE(release) << answer;
    return release.value_or(ports::Release{});
}

std::string summary_of(const std::string& text) {
    return read({{"version", "1.0"}, {"summary", text}}).summary;
}

std::string url_of(const std::string& text) {
    return read({{"version", "1.0"}, {"url", text}}).url;
}

TEST(ReleaseAnswer, OurFormIsRead) {
    const ports::Release wanted{"0.2.0", "https://example.org/millrace/0.2.0", "Finds slow leaks sooner."};
    EXPECT_EQ(read({{"version", "0.2.0"}, {"url", wanted.url}, {"summary", wanted.summary}}), wanted);
    EXPECT_EQ(read({{"version", "0.2.0"}}), (ports::Release{"0.2.0", "", ""})) << "the rest may be missing";
}

TEST(ReleaseAnswer, GitHubsFormIsRead) {
    const json answer{{"url", "https://api.example.org/repos/x/releases/1"},
                      {"html_url", "https://example.org/x/releases/tag/v1.10.0"},
                      {"tag_name", "v1.10.0"},
                      {"draft", false},
                      {"assets", json::array({{{"name", "millrace.deb"}, {"size", 4'000'000}}})},
                      {"body", "## New\r\n\r\n* Finds slow leaks sooner.\r\n* Smaller."}};
    EXPECT_EQ(read(answer), (ports::Release{"1.10.0", "https://example.org/x/releases/tag/v1.10.0",
                                            "## New * Finds slow leaks sooner. * Smaller."}));
}

TEST(ReleaseAnswer, WhatIsNoObjectOrHasNoVersionIsNoRelease) {
    for (const char* body :
         {"", "1.2.3", "null", "[]", "\"1.2.3\"", "{", "{}", R"({"version": 12})", R"({"version": null})",
          R"({"version": ""})", R"({"version": ["1.2"]})", R"({"tag_name": {"version": "1.2"}})",
          R"({"version": "latest"})", R"({"version": "1.2.3-rc1"})", R"([{"tag_name": "v1.2.3"}])",
          "{\"version\": \"1.2\xff\"}", "<html>1.2.3</html>"}) {
        const auto release = parse_release(body);
        ASSERT_FALSE(release) << body;
        EXPECT_FALSE(release.error().message.empty());
        EXPECT_EQ(release.error().message.find("1.2"), std::string::npos) << "it does not quote a stranger";
    }
}

TEST(ReleaseAnswer, MembersOfAWrongTypeAreAsIfMissing) {
    EXPECT_EQ(read({{"version", 1}, {"tag_name", "v1.2"}, {"url", 5}, {"summary", json::array({"x"})}, {"body", true}}),
              (ports::Release{"1.2", "", ""}));
}

TEST(ReleaseAnswer, AHugeOrDeepAnswerIsSurvived) {
    EXPECT_FALSE(parse_release(std::string(kMaxAnswerBytes, '[')));
    std::string deep = R"({"version": "1.2", "x": )";
    for (int i = 0; i < 100'000; ++i) deep += "[";
    for (int i = 0; i < 100'000; ++i) deep += "]";
    EXPECT_TRUE(parse_release(deep + "}"));
    EXPECT_EQ(summary_of(std::string(200'000, 'x')).size(), kMaxSummaryCharacters - 1 + std::string("…").size());
    EXPECT_FALSE(parse_release(json{{"version", std::string(200'000, '1')}}.dump()));
}

TEST(ReleaseAnswer, ASummaryIsOneLineAndItsMarkupAndControlsGo) {
    EXPECT_EQ(summary_of("  a\n\n\tb \r\n"), "a b");
    EXPECT_EQ(summary_of(std::string("a\0b\x1b[31mc\x7f", 10)), "a b 31mc");
    EXPECT_EQ(summary_of("a\u0085b\u2028c\u00a0d\u009be"), "a b c de");
    EXPECT_EQ(summary_of("\u202eright\u2066 to\u200b left\ufeff"), "right to left");
    EXPECT_EQ(summary_of("![x](http://example.org/y.png) <img src=x> `z`"), "!x(http://example.org/y.png) img src=x z");
    EXPECT_EQ(summary_of("Größer, 水, 💧"), "Größer, 水, 💧");
    EXPECT_EQ(summary_of(" \n<>"), "");
}

TEST(ReleaseAnswer, ASummaryIsCutBetweenCharactersAndSaysSo) {
    std::string whole;
    for (std::size_t i = 0; i < kMaxSummaryCharacters; ++i) whole += "水";
    EXPECT_EQ(summary_of(whole), whole);
    EXPECT_EQ(summary_of(whole + "\n"), whole);
    EXPECT_EQ(summary_of(whole + "x"), whole.substr(0, whole.size() - 3) + "…");
    EXPECT_EQ(summary_of(whole.substr(3) + " x"), whole.substr(3) + "…");
}

TEST(ReleaseAnswer, OnlyALinkIsALink) {
    const std::string good = "https://example.org:8443/a_b/~c?d=e&f=%20#g";
    EXPECT_EQ(url_of(good), good);
    EXPECT_EQ(url_of("http://example.org"), "http://example.org");
    for (const char* bad : {"", "javascript:alert(1)", "ftp://example.org/", "https://", "//example.org/x", "/x",
                            "https://user:password@example.org/", "https://example.org/a b", "https://example.org/\n",
                            "https://example.org/\"x", "https://example.org/<x>", "https://[bad/", "HTTPS://x/[y](z)",
                            "https://exämple.org/", "https://:80/", "https://#x", "https://?x"}) {
        EXPECT_EQ(url_of(bad), "") << bad;
    }
    const std::string start = "https://example.org/";
    EXPECT_NE(url_of(start + std::string(kMaxReleaseUrlBytes - start.size(), 'x')), "");
    EXPECT_EQ(url_of(start + std::string(kMaxReleaseUrlBytes - start.size() + 1, 'x')), "");
}

TEST(Version, ComparesAsPeopleCount) {
    const std::vector<std::string> ascending{"0",    "0.0.9",   "0.1", "0.1.1",    "0.2",
                                             "0.10", "1.0.0.1", "1.2", "999999999"};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t j = 0; j < ascending.size(); ++j) {
            EXPECT_EQ(parse_version(ascending[i]) < parse_version(ascending[j]), i < j)
                << ascending[i] << ' ' << ascending[j];
        }
    }
}

TEST(Version, MissingPartsAreZero) {
    EXPECT_EQ(parse_version("v1.2"), parse_version("1.2.0.0"));
    EXPECT_EQ(parse_version("01.002"), parse_version("1.2"));
}

TEST(Version, AnythingElseIsNone) {
    for (const char* text : {"",   "v",    "vv1", "V1", ".",   "1.",  ".1",  "1..2",  "1.2.3.4.5",  "-1",
                             "+1", "1.-2", " 1",  "1 ", "1.x", "1e3", "0x1", "1.2-3", "1234567890", "٣.١"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
}

TEST(Version, AnOlderReleaseIsShownAsWhatIsInstalled) {
    const ports::Release release{"0.10.0", "https://example.org/x", "Words."};
    EXPECT_EQ(not_older(release, "0.9.9"), release);
    EXPECT_EQ(not_older(release, "0.10.1"), (ports::Release{"0.10.1", "", ""})) << "its words are of another one";
    EXPECT_EQ(not_older(release, "0.10"), (ports::Release{"0.10", release.url, release.summary})) << "the same one";
}

}  // namespace
}  // namespace millrace::notify
