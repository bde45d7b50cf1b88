#include "api/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/problem.h"

namespace millrace::api {
namespace {

using ::testing::HasSubstr;

class RouterTest : public ::testing::Test {
protected:
    RouterTest() {
        add(Method::Get, "/", "root");
        add(Method::Get, "/api/v1/sensors/{uuid}/usage", "usage");
        add(Method::Get, "/api/v1/alarms", "alarms");
        add(Method::Post, "/api/v1/alarms", "made");
    }

    void add(Method method, std::string_view pattern, std::string name) {
        router_.add(method, pattern, [name](const Request& request, const Responder& responder) {
            responder.answer(json_response(name + std::string(request.path_parameter("uuid"))));
        });
    }

    bool wants_body(Method method, std::vector<std::string> segments) {
        Request request;
        request.method = method;
        request.segments = std::move(segments);
        return router_.wants_body(request);
    }

    Response ask(Method method, std::vector<std::string> segments) {
        Response got;
        got.status = 0;
        Request request;
        request.method = method;
        request.segments = std::move(segments);
        router_.handle(std::move(request), Responder([&](Response response) { got = std::move(response); }));
        return got;
    }

    Router router_;
};

std::string allow_of(const Response& response) {
    for (const auto& [name, value] : response.headers) {
        if (name == "Allow") return value;
    }
    return {};
}

TEST_F(RouterTest, GivesNamedSegmentsToTheHandler) {
    EXPECT_EQ(ask(Method::Get, {"api", "v1", "sensors", "AB", "usage"}).body, "usageAB");
    EXPECT_EQ(ask(Method::Get, {""}).body, "root");
}

TEST_F(RouterTest, OnlyGetHasQueryParameters) {
    const std::string longest(500, 'n');
    const auto with_parameter = [&](Method method) {
        Request request;
        request.method = method;
        request.segments = {"api", "v1", "alarms"};
        request.query = {{"dry_run", "1"}, {longest, "1"}};
        Response got;
        router_.handle(std::move(request), Responder([&](Response response) { got = std::move(response); }));
        return got;
    };
    const Response refused = with_parameter(Method::Post);
    EXPECT_EQ(refused.status, 400u);
    EXPECT_THAT(refused.body, HasSubstr("\"parameter\":\"dry_run\""));
    EXPECT_THAT(refused.body, HasSubstr("which has none"));
    EXPECT_THAT(refused.body, HasSubstr(longest.substr(0, 40) + "\"")) << "every one is named, and none at length";
    EXPECT_EQ(with_parameter(Method::Get).body, "alarms");
}

TEST_F(RouterTest, UnknownPathIsAProblemWith404) {
    for (const auto& path : std::vector<std::vector<std::string>>{
             {"api"}, {"api", "v1", "alarms", ""}, {"api", "v1", "sensors", "", "usage"}, {"..", "etc", "passwd"}}) {
        const Response response = ask(Method::Get, path);
        EXPECT_EQ(response.status, 404u);
        EXPECT_EQ(response.content_type, "application/problem+json");
    }
}

TEST_F(RouterTest, WhatIsSpelledOutIsNoName) {
    add(Method::Delete, "/sensors/{uuid}", "forgotten");
    add(Method::Put, "/sensors/{uuid}", "put");
    add(Method::Post, "/sensors/reset", "reset");
    EXPECT_EQ(ask(Method::Post, {"sensors", "reset"}).body, "reset");
    EXPECT_EQ(ask(Method::Delete, {"sensors", "AB"}).body, "forgottenAB");
    EXPECT_EQ(allow_of(ask(Method::Options, {"sensors", "reset"})), "POST, OPTIONS");
    const Response response = ask(Method::Delete, {"sensors", "reset"});
    EXPECT_EQ(response.status, 405u) << "there may be no sensor of this name";
    EXPECT_EQ(allow_of(response), "POST, OPTIONS");
    EXPECT_FALSE(wants_body(Method::Put, {"sensors", "reset"}));
}

TEST_F(RouterTest, HeadIsServedWhereGetIs) {
    EXPECT_EQ(ask(Method::Head, {"api", "v1", "alarms"}).status, 200u);
    EXPECT_EQ(ask(Method::Head, {"api"}).status, 404u);
}

TEST_F(RouterTest, WrongMethodNamesTheRightOnes) {
    const Response response = ask(Method::Delete, {"api", "v1", "alarms"});
    EXPECT_EQ(response.status, 405u);
    EXPECT_EQ(allow_of(response), "GET, HEAD, POST, OPTIONS");
    EXPECT_THAT(response.body, HasSubstr("POST"));
    EXPECT_EQ(ask(Method::Other, {""}).status, 405u);
}

TEST_F(RouterTest, OptionsAreAnsweredWithoutAHandler) {
    const Response response = ask(Method::Options, {""});
    EXPECT_EQ(response.status, 204u);
    EXPECT_EQ(allow_of(response), "GET, HEAD, OPTIONS");
    EXPECT_EQ(allow_of(ask(Method::Options, {"*"})), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(ask(Method::Options, {"api"}).status, 404u);
}

TEST_F(RouterTest, OnlyARouteOfItsOwnWantsABody) {
    EXPECT_TRUE(wants_body(Method::Post, {"api", "v1", "alarms"}));
    EXPECT_FALSE(wants_body(Method::Post, {""}));
    EXPECT_FALSE(wants_body(Method::Get, {""}));
}

TEST_F(RouterTest, TellsItsRoutesAsTheyWereAdded) {
    router_.add(
        Method::Delete, "/keys/{number}", [](const Request&, const Responder&) {}, access::Scope::Admin);
    const auto routes = router_.routes();
    ASSERT_EQ(routes.size(), 5U);
    EXPECT_EQ(routes[0].pattern, "/");
    EXPECT_EQ(routes[1].method, "GET");
    EXPECT_EQ(routes[1].pattern, "/api/v1/sensors/{uuid}/usage");
    EXPECT_EQ(routes[1].scope, access::Scope::Read);
    EXPECT_EQ(routes[3].scope, access::Scope::Control);
    EXPECT_EQ(routes[4].method, "DELETE");
    EXPECT_EQ(routes[4].pattern, "/keys/{number}");
    EXPECT_EQ(routes[4].scope, access::Scope::Admin);
}

TEST(Problem, RefusalsOfTheGateHaveTheirTitles) {
    EXPECT_THAT(problem(401, "").body, HasSubstr("Unauthorized"));
    EXPECT_THAT(problem(429, "").body, HasSubstr("Too Many Requests"));
}

TEST_F(RouterTest, GuardIsToldWhatARouteNeeds) {
    std::vector<access::Scope> asked;
    router_.guard([&](Request&, access::Scope needed) {
        asked.push_back(needed);
        return std::optional(problem(403, "no"));
    });
    const auto refused = [&](Method method, std::vector<std::string> segments) {
        Request request;
        request.method = method;
        request.segments = std::move(segments);
        return router_.refusal(request).has_value();
    };
    router_.add(
        Method::Put, "/api/v1/alarms", [](const Request&, const Responder&) {}, access::Scope::Admin);
    EXPECT_TRUE(refused(Method::Get, {"api", "v1", "alarms"}));
    EXPECT_TRUE(refused(Method::Head, {"api", "v1", "alarms"}));
    EXPECT_TRUE(refused(Method::Post, {"api", "v1", "alarms"}));
    EXPECT_TRUE(refused(Method::Put, {"api", "v1", "alarms"}));
    EXPECT_FALSE(refused(Method::Post, {"nowhere"}));
    EXPECT_EQ(asked,
              (std::vector{access::Scope::Read, access::Scope::Read, access::Scope::Control, access::Scope::Admin}));
}

TEST(Responder, OnlyTheFirstAnswerCounts) {
    int answers = 0;
    const Responder responder([&](const Response&) { ++answers; });
    const Responder copy = responder;
    copy.answer({});
    responder.answer({});
    EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace millrace::api
