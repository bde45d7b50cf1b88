// The document at /api/openapi.json against the routes of the real server. What the answers hold to is shown by
// tests/daemon/test_openapi.py.
#include <map>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "api/page.h"
#include "api/router.h"
#include "api/server.h"
#include "unit/api/fakes.h"

namespace millrace::api {
namespace {

using nlohmann::json;

class OpenApi : public ::testing::Test {
protected:
    OpenApi()
        : server_(loop_, Settings{}, Dependencies{live_, history_, controls_, clock_, {}, {"9.9.9", {}}}),
          document_(json::parse(served())) {}

    std::string served() {
        Request request;
        request.segments = {"api", "openapi.json"};
        std::string body;
        server_.routes().handle(std::move(request), Responder([&](Response response) {
                                    EXPECT_EQ(response.content_type, "application/json");
                                    body = std::move(response.body);
                                }));
        return body;
    }

    // `use(method, path, operation)`, with the method in capitals.
    template <typename Use>
    void each_operation(Use use) const {
        for (const auto& [path, item] : document_.at("paths").items()) {
            for (const auto& [method, operation] : item.items()) {
                std::string capitals;
                for (const char c : method) capitals += static_cast<char>(c - 'a' + 'A');
                use(capitals, path, operation);
            }
        }
    }

    const json& target(const json& value) const {
        const auto reference = value.find("$ref");
        return reference == value.end() ? value
                                        : document_.at(json::json_pointer(reference->get<std::string>().substr(1)));
    }

    FakeClock clock_;
    FakeLive live_;
    FakeHistory history_;
    FakeControls controls_;
    boost::asio::io_context loop_;
    Server server_;
    json document_;
};

// Which scope an operation's `security` names, and that each way in names the same.
std::string scope_of(const json& security) {
    if (security.empty()) return "open";
    std::string scope;
    if (security.at(0) != json::object()) return "this machine is left out";
    for (std::size_t i = 1; i < security.size(); ++i) {
        const std::string named = security[i].begin().value().at(0).get<std::string>();
        if (!scope.empty() && scope != named) return scope + " or " + named;
        scope = named;
    }
    return scope;
}

using Operations = std::map<std::pair<std::string, std::string>, std::string>;  // (path, method) to scope

TEST_F(OpenApi, HasEveryRouteButThePagesFilesAndItsScope) {
    Operations served;
    std::set<std::string> page;
    for (const Asset& asset : assets()) page.emplace(asset.path);
    for (const auto& route : server_.routes().routes()) {
        if (!page.contains(route.pattern)) served[{route.pattern, route.method}] = access::name(route.scope);
    }
    Operations described;
    each_operation([&](const std::string& method, const std::string& path, const json& operation) {
        described[{path, method}] = scope_of(operation.at("security"));
    });
    EXPECT_GT(described.size(), 40U);
    EXPECT_EQ(described, served);
}

TEST_F(OpenApi, DescribesEachNamedSegmentOfAPathAndNoOther) {
    each_operation([&](const std::string& method, const std::string& path, const json& operation) {
        std::set<std::string> named;
        for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
            named.insert(path.substr(open + 1, path.find('}', open) - open - 1));
        }
        std::set<std::string> described;
        for (const json& parameter : operation.value("parameters", json::array())) {
            const json& known = target(parameter);
            if (known.at("in") != "path") continue;
            described.insert(known.at("name").get<std::string>());
            EXPECT_EQ(known.at("required"), true) << path;
        }
        EXPECT_EQ(described, named) << method << " " << path;
    });
}

TEST_F(OpenApi, GivesEachOperationANameOfItsOwn) {
    std::set<std::string> names;
    each_operation([&](const std::string& method, const std::string& path, const json& operation) {
        EXPECT_TRUE(names.insert(operation.at("operationId").get<std::string>()).second) << method << " " << path;
    });
}

TEST_F(OpenApi, HasWhatItRefersTo) {
    std::size_t references = 0;
    const json flat = document_.flatten();
    for (const auto& [place, value] : flat.items()) {
        if (!place.ends_with("/$ref")) continue;
        const std::string reference = value.get<std::string>();
        ASSERT_TRUE(reference.starts_with("#/")) << reference;
        EXPECT_TRUE(document_.contains(json::json_pointer(reference.substr(1)))) << place << ": " << reference;
        ++references;
    }
    EXPECT_GT(references, 100U);
}

}  // namespace
}  // namespace millrace::api
