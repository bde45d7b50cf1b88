#include "api/content_coding.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/entity_tag.h"

namespace millrace::api {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr std::array kAll = {Coding::Identity, Coding::Gzip, Coding::Brotli};
constexpr std::array kGzip = {Coding::Identity, Coding::Gzip};

std::string_view chosen(std::string_view header, std::span<const Coding> offered = kAll) {
    return name(best_coding(header, offered));
}

TEST(BestCoding, WhoSaysNothingGetsIdentity) {
    EXPECT_EQ(chosen(""), "identity");
    EXPECT_EQ(chosen(" , ,"), "identity");
}

TEST(BestCoding, BrotliGoesBeforeGzipBeforeIdentity) {
    EXPECT_EQ(chosen("gzip, deflate, br"), "br");
    EXPECT_EQ(chosen("br,gzip"), "br");
    EXPECT_EQ(chosen("gzip, deflate"), "gzip");
    EXPECT_EQ(chosen("identity, gzip"), "gzip");
    EXPECT_EQ(chosen("deflate, zstd"), "identity");
}

TEST(BestCoding, OnlyWhatIsOfferedIsChosen) {
    EXPECT_EQ(chosen("br, gzip", kGzip), "gzip");
    EXPECT_EQ(chosen("br", kGzip), "identity");
    EXPECT_EQ(chosen("*", std::array{Coding::Identity}), "identity");
}

TEST(BestCoding, QualityGoesBeforeOurOrder) {
    EXPECT_EQ(chosen("br;q=0.5, gzip;q=0.8"), "gzip");
    EXPECT_EQ(chosen("br;q=0.501, gzip;q=0.5"), "br");
    EXPECT_EQ(chosen("identity, gzip;q=0.9"), "identity");
    EXPECT_EQ(chosen("gzip;q=0.1"), "gzip") << "identity is not named, so all that is named goes before it";
    EXPECT_EQ(chosen("br ; q=0.2 ,\tgzip ;q=0.20"), "br");
}

TEST(BestCoding, QualityZeroRefuses) {
    EXPECT_EQ(chosen("br;q=0, gzip"), "gzip");
    EXPECT_EQ(chosen("gzip;q=0.000, br;q=0.0"), "identity");
    EXPECT_EQ(chosen("br;q=0, *"), "gzip");
}

TEST(BestCoding, StarIsWhatIsNotNamed) {
    EXPECT_EQ(chosen("*"), "br");
    EXPECT_EQ(chosen("*;q=0.5, gzip;q=0.8"), "gzip");
    EXPECT_EQ(chosen("*;q=0"), "identity");
    EXPECT_EQ(chosen("gzip, *;q=0"), "gzip");
    EXPECT_EQ(chosen("identity;q=1, *;q=0.5"), "identity");
}

TEST(BestCoding, WhoRefusesIdentityGetsItWhereThereIsNothingElse) {
    EXPECT_EQ(chosen("identity;q=0"), "identity");
    EXPECT_EQ(chosen("identity;q=0, gzip;q=0.001"), "gzip");
}

TEST(BestCoding, NamesAreReadInAnyCase) {
    EXPECT_EQ(chosen("GZip"), "gzip");
    EXPECT_EQ(chosen("BR;Q=1.0"), "br");
    EXPECT_EQ(chosen("x-gzip"), "gzip");
}

TEST(BestCoding, WhatIsNotWellFormedCountsForNothing) {
    for (const char* header : {"br;q=2", "br;q=1.001", "br;q=-1", "br;q=", "br;q=.5", "br;q=0.1234", "br;q=0,5",
                               "br;level=5", "br;q=x", "b r", "bread", "br;q=1;q=1"}) {
        EXPECT_EQ(chosen(header), "identity") << header;
    }
    EXPECT_EQ(chosen("br;q=2, gzip"), "gzip");
}

Response text_of(std::size_t bytes, std::string content_type = "application/json") {
    Response response = json_response(std::string(bytes, 'x'));
    response.content_type = std::move(content_type);
    return response;
}

TEST(WithCoding, LongTextIsCompressedForWhoTakesIt) {
    for (const char* type : {"application/json", "text/csv; charset=utf-8; header=present", "text/plain; version=0.0.4",
                             "application/openmetrics-text; version=1.0.0"}) {
        const Response response = with_coding(text_of(10'000, type), "gzip, br");
        EXPECT_TRUE(response.gzip) << type;
        EXPECT_THAT(response.headers, ElementsAre(Pair("Vary", "Accept-Encoding"))) << type;
    }
}

TEST(WithCoding, CachesAreToldEvenWhenTheClientTakesNone) {
    for (const char* header : {"", "br", "gzip;q=0"}) {
        const Response response = with_coding(text_of(10'000), header);
        EXPECT_FALSE(response.gzip) << header;
        EXPECT_THAT(response.headers, ElementsAre(Pair("Vary", "Accept-Encoding"))) << header;
    }
}

TEST(WithCoding, ShortTextPicturesErrorsStreamsAndLongBodiesStayAsTheyAre) {
    Response error = text_of(10'000);
    error.status = 404;
    Response stream = text_of(10'000);
    stream.stream = [](const std::shared_ptr<StreamSink>&) {};
    Response long_body = text_of(10'000);
    long_body.long_body = LongBody{10'000, {}};
    for (const Response& plain :
         {text_of(2'047), text_of(10'000, "image/png"), text_of(10'000, ""), error, stream, long_body}) {
        const Response response = with_coding(plain, "gzip");
        EXPECT_FALSE(response.gzip);
        EXPECT_THAT(response.headers, IsEmpty());
    }
    EXPECT_TRUE(with_coding(text_of(2'048), "gzip").gzip);
}

TEST(WithCoding, WhatIsCompressedHasATagOfItsOwn) {
    const auto answer = [](std::string_view accepted, std::string_view known) {
        return with_entity_tag(with_coding(text_of(10'000), accepted), known);
    };
    const std::string plain = entity_tag(std::string(10'000, 'x'));
    const std::string packed = plain.substr(0, plain.size() - 1) + "-gzip\"";
    EXPECT_THAT(answer("", "").headers, Contains(Pair("ETag", plain)));
    EXPECT_THAT(answer("gzip", "").headers, Contains(Pair("ETag", packed)));
    EXPECT_EQ(answer("", plain).status, 304u);
    EXPECT_EQ(answer("gzip", plain).status, 200u);
    EXPECT_EQ(answer("", packed).status, 200u);
    const Response unchanged = answer("gzip", packed);
    EXPECT_EQ(unchanged.status, 304u);
    EXPECT_FALSE(unchanged.gzip);
    EXPECT_THAT(unchanged.headers, Contains(Pair("Vary", "Accept-Encoding")));
}

TEST(WithCoding, WhatHasATagHasChosenAlready) {
    Response chosen_before = text_of(10'000, "text/css");
    chosen_before.headers.emplace_back("ETag", "\"1\"");
    const Response response = with_coding(chosen_before, "gzip");
    EXPECT_FALSE(response.gzip);
    EXPECT_THAT(response.headers, ElementsAre(Pair("ETag", "\"1\"")));
}

}  // namespace
}  // namespace millrace::api
