#include "api/body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json problem_of(Body& body) {
    const auto refusal = body.problem();
    return refusal ? json::parse(refusal->body) : json();
}

TEST(Body, ReadsEveryType) {
    Body body(R"({"t": "2026-11-23T09:00:00-07:00", "n": 2.5, "u": "l", "c": "b", "d": "0123456789ABCDEF", "f": true,
                  "v": 2, "s": "secret", "z": null})");
    EXPECT_EQ(body.time("t"), base::from_rfc3339("2026-11-23T16:00:00Z"));
    EXPECT_EQ(body.number("n", 0, 3), 2.5);
    EXPECT_EQ(body.unit("u"), base::VolumeUnit::Litre);
    EXPECT_EQ(body.choice("c", {"a", "b"}), "b");
    EXPECT_EQ(body.device("d"), base::DeviceId::parse("0123456789ABCDEF"));
    EXPECT_TRUE(body.flag("f"));
    EXPECT_EQ(body.volume("v", base::VolumeUnit::CubicMetre, 0)->microlitres, 2'000'000'000);
    EXPECT_EQ(body.secret("s", 10), base::to_bytes("secret"));
    EXPECT_FALSE(body.has("z"));
    EXPECT_FALSE(body.time("absent"));
    EXPECT_FALSE(body.flag("absent"));
    EXPECT_FALSE(body.problem());
}

TEST(Body, IsNotNestedDeeply) {
    const auto nested = [](int levels) {
        const auto text = [levels](char c) { return std::string(static_cast<std::size_t>(levels), c); };
        return "{\"n\": " + text('[') + text(']') + "}";
    };
    Body deep(nested(11));
    EXPECT_NE(deep.list("n", 1), nullptr);
    EXPECT_FALSE(deep.problem());
    for (const int levels : {12, 8'000}) {
        Body too_deep(nested(levels));
        EXPECT_THAT(problem_of(too_deep)["detail"], HasSubstr("nested")) << levels;
    }
}

TEST(Body, NamesEveryFieldThatIsWrong) {
    Body body(R"({"t": "yesterday", "n": 4, "u": "pint", "c": "x", "d": "1", "f": 1, "v": -1, "s": "12345678901",
                  "w": 7})");
    (void)body.time("t");
    (void)body.number("n", 0, 3);
    (void)body.unit("u");
    (void)body.choice("c", {"a", "b"});
    (void)body.device("d");
    (void)body.flag("f");
    (void)body.volume("v", base::VolumeUnit::Litre, 0);
    (void)body.secret("s", 10);
    (void)body.time("w");
    body.require("missing");
    const json document = problem_of(body);
    EXPECT_EQ(document["status"], 400);
    std::string fields;
    for (const json& error : document["errors"]) fields += error["field"].get<std::string>() + " ";
    EXPECT_EQ(fields, "t n u c d f v s w missing ");
    EXPECT_THAT(document["detail"].get<std::string>(), HasSubstr("missing: is missing"));
    EXPECT_THAT(document["detail"].get<std::string>(), HasSubstr("must be one of a, b"));
    EXPECT_THAT(document.dump(), ::testing::Not(HasSubstr("12345678901")));
}

TEST(Body, RefusesAFieldNobodyAskedForByItsName) {
    Body body(R"({"known": 1, "form": "2026-11-23T16:00:00Z"})");
    (void)body.number("known", 0, 2);
    const json document = problem_of(body);
    EXPECT_EQ(document["errors"][0]["field"], "form");
    EXPECT_THAT(document["detail"].get<std::string>(), HasSubstr("known are: known"));
}

TEST(Body, RefusesAFieldGivenTwice) {
    Body body(R"({"a": 1, "a": 2})");
    (void)body.number("a", 0, 3);
    EXPECT_EQ(problem_of(body)["errors"][0]["field"], "a");
}

TEST(Body, SaysWhenThereIsNoFieldToGive) {
    Body body(R"({"x": 1})");
    EXPECT_THAT(problem_of(body)["detail"].get<std::string>(), ::testing::EndsWith("which has none"));
}

TEST(Body, MustBeAnObject) {
    for (const auto text : {"[]", "7", "{", "{}x", "null", "\"a\"", "\xff", "{\"a\":}"}) {
        Body body(text);
        body.require("a");
        const json document = problem_of(body);
        EXPECT_THAT(document["detail"].get<std::string>(), ::testing::StartsWith("the body must be a JSON object"))
            << text;
        EXPECT_EQ(document["errors"].size(), 1u);
    }
    Body empty("");
    EXPECT_FALSE(empty.problem());
}

TEST(Body, SurvivesDeepNesting) {
    Body body("{\"a\":" + std::string(8000, '[') + std::string(8000, ']') + "}");
    EXPECT_FALSE(body.number("a", 0, 1));
    EXPECT_TRUE(body.problem());
}

TEST(Body, VolumeIsRoundedToTheMicrolitreInEveryUnit) {
    Body body(R"({"v": 1})");
    EXPECT_EQ(body.volume("v", base::VolumeUnit::Gallon, 0)->microlitres, 3'785'412);
    EXPECT_EQ(body.volume("v", base::VolumeUnit::CubicFoot, 0)->microlitres, 28'316'847);
    EXPECT_EQ(body.volume("v", base::VolumeUnit::Ccf, 0)->microlitres, 2'831'684'659);
    EXPECT_FALSE(body.volume("v", base::VolumeUnit::Litre, 1.5));
    EXPECT_TRUE(body.problem());
}

}  // namespace
}  // namespace millrace::api
