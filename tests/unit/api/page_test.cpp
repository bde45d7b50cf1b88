#include "api/page.h"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/entity_tag.h"
#include "api/target.h"

namespace millrace::api {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

template <std::size_t kSize>
constexpr Embedded embedded(const char (&text)[kSize]) {
    return {text, text + kSize - 1};
}

// A page that shows which of its bytes are served.
class PageFiles : public ::testing::Test {
protected:
    PageFiles() {
        const std::vector<Asset> made = {
            {"/", "text/html; charset=utf-8", embedded("plain"), embedded("gzip"), embedded("brotli"), false},
            {"/assets/index-1a2b3c4d.js", "text/javascript", embedded("js"), embedded("js gz"), embedded("js br"),
             true},
            {"/icon.png", "image/png", embedded("picture"), {}, {}, false},
            {"/zipped.svg", "image/svg+xml", embedded("svg"), embedded("svg gz"), {}, false},
        };
        add_asset_routes(router_, made);
    }

    Response get(const std::string& path, std::string accept_encoding = {}, std::string if_none_match = {}) {
        Request request;
        request.method = Method::Get;
        request.segments = parse_target(path).value().segments;
        request.accept_encoding = std::move(accept_encoding);
        request.if_none_match = std::move(if_none_match);
        Response got;
        router_.handle(std::move(request), Responder([&](Response response) { got = std::move(response); }));
        return got;
    }

    // Empty when there is none; two that are the same would be a fault.
    static std::string header(const Response& response, std::string_view name) {
        std::string all;
        for (const auto& [key, value] : response.headers) {
            if (key == name) all += value;
        }
        return all;
    }

    Router router_;
};

TEST_F(PageFiles, ComeInTheCodingTheClientLikesBest) {
    EXPECT_EQ(get("/", "gzip, deflate, br").body, "brotli");
    EXPECT_EQ(header(get("/", "gzip, deflate, br"), "Content-Encoding"), "br");
    EXPECT_EQ(get("/", "gzip, deflate").body, "gzip");
    EXPECT_EQ(header(get("/", "gzip, deflate"), "Content-Encoding"), "gzip");
    EXPECT_EQ(get("/").body, "plain");
    EXPECT_EQ(header(get("/"), "Content-Encoding"), "");
    EXPECT_EQ(get("/", "br;q=0, *").body, "gzip");
    EXPECT_EQ(get("/zipped.svg", "br, gzip;q=0.1").body, "svg gz");
    EXPECT_EQ(get("/assets/index-1a2b3c4d.js", "br").content_type, "text/javascript");
}

TEST_F(PageFiles, SayWhatTheyDependOn) {
    for (const char* accepted : {"", "gzip", "br"}) {
        EXPECT_EQ(header(get("/", accepted), "Vary"), "Accept-Encoding");
        EXPECT_EQ(header(get("/icon.png", accepted), "Vary"), "");
        EXPECT_EQ(header(get("/icon.png", accepted), "Content-Encoding"), "");
        EXPECT_EQ(get("/icon.png", accepted).body, "picture");
    }
}

TEST_F(PageFiles, AreKeptForAYearOnlyWhenTheirNamesChangeWithThem) {
    for (const char* accepted : {"", "gzip", "br"}) {
        EXPECT_EQ(get("/assets/index-1a2b3c4d.js", accepted).cache_control, "public, max-age=31536000, immutable");
        EXPECT_EQ(get("/", accepted).cache_control, "no-cache");
        EXPECT_EQ(get("/icon.png", accepted).cache_control, "no-cache");
    }
}

TEST_F(PageFiles, HaveATagForEachCodingAndAreNotSentTwice) {
    for (const char* path : {"/", "/assets/index-1a2b3c4d.js"}) {
        const std::vector<std::string> codings = {"", "gzip", "br"};
        for (const std::string& coding : codings) {
            const Response first = get(path, coding);
            const std::string tag = header(first, "ETag");
            EXPECT_EQ(tag, entity_tag(first.body));
            for (const std::string& other : codings) {
                const Response again = get(path, other, "\"x\", W/" + tag);
                EXPECT_EQ(again.status, other == coding ? 304u : 200u) << coding << " " << other;
            }
            const Response unchanged = get(path, coding, tag);
            EXPECT_EQ(unchanged.body, "");
            EXPECT_EQ(unchanged.cache_control, first.cache_control);
            EXPECT_EQ(header(unchanged, "ETag"), tag);
            EXPECT_EQ(header(unchanged, "Vary"), "Accept-Encoding");
            EXPECT_EQ(header(unchanged, "Content-Encoding"), "");
        }
    }
}

TEST_F(PageFiles, OfAnOtherVersionAreNotThere) {
    EXPECT_EQ(get("/assets/index-00000000.js").status, 404u);
    EXPECT_EQ(get("/assets/index-00000000.js").cache_control, "no-store");
    EXPECT_EQ(get("/assets").status, 404u);
    EXPECT_EQ(get("/index.html").status, 404u);
}

TEST_F(PageFiles, AreOpenToEverybody) {
    for (const auto& route : router_.routes()) EXPECT_EQ(route.scope, access::Scope::Open) << route.pattern;
}

const Asset* find(std::string_view path) {
    for (const Asset& asset : assets()) {
        if (asset.path == path) return &asset;
    }
    return nullptr;
}

// What follows are the files that are in this program.
TEST(EmbeddedPage, HasItsFilesWithTheirTypes) {
    const auto type = [](std::string_view path) {
        const Asset* asset = find(path);
        return asset == nullptr ? std::string_view("there is none") : asset->content_type;
    };
    EXPECT_EQ(type("/"), "text/html; charset=utf-8");
    EXPECT_EQ(type("/favicon.svg"), "image/svg+xml");
    EXPECT_EQ(type("/manifest.webmanifest"), "application/manifest+json");
    std::size_t scripts = 0;
    for (const Asset& asset : assets()) {
        EXPECT_FALSE(asset.plain.bytes().empty()) << asset.path;
        EXPECT_EQ(asset.hashed, asset.path.starts_with("/assets/")) << asset.path;
        if (asset.path.ends_with(".js")) ++scripts;
        if (asset.path.ends_with(".png")) continue;
        EXPECT_THAT(std::string(asset.gzip.bytes()), StartsWith("\x1f\x8b")) << asset.path;
        EXPECT_FALSE(asset.brotli.bytes().empty()) << asset.path;
    }
    EXPECT_GE(scripts, 1u);
}

// The content security policy forbids inline code and styles, and any base path must do.
TEST(EmbeddedPage, ObeysItsOwnRules) {
    ASSERT_NE(find("/"), nullptr);
    const std::string html(find("/")->plain.bytes());
    EXPECT_THAT(html, HasSubstr("<!doctype html>"));
    EXPECT_THAT(html, HasSubstr("assets/"));
    EXPECT_THAT(html, Not(ContainsRegex("<style|style=|<script>| on[a-z]+=")));
    EXPECT_THAT(html, Not(ContainsRegex("(src|href)=\"(/|data:|[a-z]+://)")));
}

}  // namespace
}  // namespace millrace::api
