#include "api/http_server.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/http_client.h"

namespace millrace::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HttpServerTest : public ::testing::Test {
protected:
    HttpServerTest() {
        router_.add(Method::Get, "/hello", [](const Request&, const Responder& responder) {
            Response response;
            response.content_type = "text/plain";
            response.body = "hello";
            responder.answer(std::move(response));
        });
        router_.add(Method::Get, "/echo/{what}", [](const Request& request, const Responder& responder) {
            responder.answer(json_response(std::string(request.path_parameter("what"))));
        });
        router_.add(Method::Get, "/later", [this](const Request&, const Responder& responder) {
            late_.push_back(responder);
            seen_.set_value();
        });
        router_.add(Method::Get, "/big", [](const Request&, const Responder& responder) {
            responder.answer(json_response(std::string(32 * 1024 * 1024, 'x')));
        });
        router_.add_slow(
            Method::Get, "/parts",
            [this](const Request&, const Responder& responder) {
                Response response;
                response.content_type = "text/plain";
                response.long_body = LongBody{promised_, [this, n = 0](std::function<void(std::string)> part) mutable {
                                                  ++n;
                                                  part(n <= kParts ? std::string(100'000, 'x') : std::string());
                                              }};
                responder.answer(std::move(response));
            },
            access::Scope::Read);
        router_.add_slow(
            Method::Get, "/slow",
            [this](const Request&, const Responder& responder) {
                late_.push_back(responder);
                seen_.set_value();
            },
            access::Scope::Read);
        router_.add(Method::Get, "/throw", [](const Request&, const Responder&) { throw std::runtime_error("lost"); });
        router_.add(Method::Post, "/keep", [](const Request& request, const Responder& responder) {
            responder.answer(json_response(std::to_string(request.body.size())));
        });
    }

    ~HttpServerTest() override {
        loop_.run([this] { server_.reset(); });
    }

    void start(HttpLimits limits = {}) {
        loop_.run([&] {
            server_ = std::make_unique<HttpServer>(loop_.loop, router_, limits);
            ASSERT_TRUE(server_->start("127.0.0.1:0"));
            port_ = server_->port();
        });
    }

    HttpFigures figures() {
        return loop_.run([this] { return server_->figures(); });
    }

    static std::string get(std::string_view path, std::string_view more = {}) {
        return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) + "\r\n";
    }

    // One request on a connection of its own.
    std::optional<HttpClient::Answer> ask(std::string_view request) {
        HttpClient client(port_);
        client.send(request);
        return client.answer(request.starts_with("HEAD"));
    }

    int status_of(std::string_view request) {
        const auto answer = ask(request);
        return answer ? answer->status : 0;
    }

    static constexpr int kParts = 50;
    Router router_;
    std::int64_t promised_ = kParts * 100'000;
    std::vector<Responder> late_;
    std::promise<void> seen_;
    LoopThread loop_;
    std::unique_ptr<HttpServer> server_;
    std::uint16_t port_ = 0;
};

TEST_F(HttpServerTest, AnswersOverAKeptConnection) {
    start();
    HttpClient client(port_);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(client.send(get("/hello")));
        const auto answer = client.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "hello");
        EXPECT_THAT(answer->head, HasSubstr("Connection: keep-alive\r\n"));
    }
    EXPECT_EQ(figures().accepted, 1u);
}

TEST_F(HttpServerTest, SendsTheSecurityHeadersWithEveryAnswer) {
    start();
    for (const char* path : {"/hello", "/nothing", "/%"}) {
        const auto answer = ask(get(path));
        ASSERT_TRUE(answer);
        EXPECT_THAT(answer->head, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self';"));
        EXPECT_THAT(answer->head, HasSubstr("; manifest-src 'self';"));
        EXPECT_THAT(answer->head, Not(HasSubstr("unsafe")));
        EXPECT_THAT(answer->head, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
        EXPECT_THAT(answer->head, HasSubstr("Referrer-Policy: no-referrer\r\n"));
        EXPECT_THAT(answer->head, HasSubstr(answer->status == 200 ? "Cache-Control: private, no-cache\r\n"
                                                                  : "Cache-Control: no-store\r\n"));
        EXPECT_THAT(answer->head, Not(HasSubstr("Access-Control-Allow-Origin")));
    }
}

TEST_F(HttpServerTest, ALongBodyGoesOutPartByPartAndTheConnectionGoesOn) {
    start();
    HttpClient client(port_);
    ASSERT_TRUE(client.send(get("/parts")));
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->head, HasSubstr("Content-Length: 5000000\r\n"));
    EXPECT_THAT(answer->head, Not(HasSubstr("ETag")));
    EXPECT_EQ(answer->body.size(), 5'000'000u);
    ASSERT_TRUE(client.send(get("/hello")));
    EXPECT_EQ(client.answer()->body, "hello");
}

TEST_F(HttpServerTest, ALongBodyThatEndsEarlyIsCutOff) {
    promised_ += 1;
    start();
    HttpClient client(port_);
    ASSERT_TRUE(client.send(get("/parts")));
    EXPECT_FALSE(client.answer()) << "the client must not take a part for the whole";
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, ALongBodyWhoseClientGoesAwayIsForgotten) {
    start();
    {
        HttpClient client(port_);
        ASSERT_TRUE(client.send(get("/parts")));
        ASSERT_TRUE(client.receive());
    }
    HttpClient other(port_);
    while (figures().connections > 1) ASSERT_TRUE(other.send(get("/hello")) && other.answer());
}

TEST_F(HttpServerTest, ASlowRouteMayTakeLongerThanOthers) {
    HttpLimits limits;
    limits.answer = base::Milliseconds{50};
    start(limits);
    HttpClient client(port_);
    ASSERT_TRUE(client.send(get("/slow")));
    seen_.get_future().wait();
    EXPECT_FALSE(client.readable(200)) << "four times what others may take";
    loop_.run([this] { late_.front().answer(json_response("{}")); });
    EXPECT_EQ(client.answer()->status, 200);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    HttpClient client(port_);
    std::string requests;
    for (int i = 0; i < 200; ++i) requests += get("/echo/" + std::to_string(i));
    ASSERT_TRUE(client.send(requests));
    for (int i = 0; i < 200; ++i) {
        const auto answer = client.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->body, std::to_string(i));
    }
}

TEST_F(HttpServerTest, AnswersARequestThatComesInPieces) {
    start();
    HttpClient client(port_);
    for (const char c : get("/hello")) ASSERT_TRUE(client.send({&c, 1}));
    EXPECT_EQ(client.answer()->body, "hello");
}

TEST_F(HttpServerTest, HeadHasTheLengthButNoBody) {
    start();
    HttpClient client(port_);
    client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/echo/next"));
    const auto head = client.answer(true);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_THAT(head->head, HasSubstr("Content-Length: 5\r\n"));
    EXPECT_EQ(client.answer()->body, "next");
}

TEST_F(HttpServerTest, WrongMethodAndOptionsNameTheRightOnes) {
    start();
    const auto wrong = ask("DELETE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(wrong->status, 405);
    EXPECT_THAT(wrong->head, HasSubstr("Allow: GET, HEAD, OPTIONS\r\n"));
    const auto options = ask("OPTIONS /keep HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(options->status, 204);
    EXPECT_THAT(options->head, HasSubstr("Allow: POST, OPTIONS\r\n"));
    EXPECT_EQ(status_of("BREW /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"), 405);
}

TEST_F(HttpServerTest, HonoursConnectionCloseAndOldClients) {
    start();
    HttpClient polite(port_);
    polite.send(get("/hello", "Connection: close\r\n"));
    EXPECT_THAT(polite.answer()->head, HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(polite.closed_by_server());
    HttpClient old(port_);
    old.send("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.answer()->body, "hello");
    EXPECT_TRUE(old.closed_by_server());
}

TEST_F(HttpServerTest, RefusesNamesThatAreNotLoopbacks) {
    start();
    EXPECT_EQ(status_of("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421);
    EXPECT_EQ(status_of("GET http://evil.example/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"), 421);
    EXPECT_EQ(status_of("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n"), 200);
    EXPECT_EQ(status_of("GET /hello HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"), 400);
}

TEST_F(HttpServerTest, NoPathLeadsToAFile) {
    start();
    for (const char* path : {"/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/hello/..",
                             "/./hello", "/..%2f..%2fetc%2fpasswd"}) {
        EXPECT_EQ(status_of(get(path)), 404) << path;
    }
    EXPECT_EQ(status_of(get("/hello%00.txt")), 400);
}

TEST_F(HttpServerTest, GarbageIsABadRequest) {
    start();
    EXPECT_EQ(status_of("\x16\x03\x01\x02garbage\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /hello HTTP/3.7\r\nHost: localhost\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /hello HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n"), 400);
    EXPECT_EQ(status_of(get("hello")), 400);
    EXPECT_EQ(status_of("POST /keep HTTP/1.1\r\nHost: localhost\r\nContent-Length: -2\r\n\r\n"), 400);
    EXPECT_EQ(status_of("POST /keep HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              400);
}

TEST_F(HttpServerTest, CutsAFloodOfHeaders) {
    start();
    HttpClient client(port_);
    client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n");
    const std::string line = "X-Flood: " + std::string(1000, 'x') + "\r\n";
    std::size_t sent = 0;
    while (sent < 64 * 1024 * 1024 && client.send(line)) sent += line.size();
    // What the kernel's socket buffers take in addition to the server's own limits.
    EXPECT_LT(sent, 16u * 1024 * 1024);
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, TellsAClientWhoseHeadersAreTooLarge) {
    start();
    HttpClient client(port_);
    client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nCookie: " + std::string(20'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(client.answer()->status, 431);
    EXPECT_EQ(status_of(get("/hello", "Cookie: " + std::string(12'000, 'x') + "\r\n")), 200);
}

TEST_F(HttpServerTest, TellsAClientWhoseAddressIsTooLong) {
    start();
    EXPECT_EQ(status_of(get("/" + std::string(9'000, 'x'))), 414);
    EXPECT_EQ(status_of(get("/" + std::string(40'000, 'x'))), 414);
}

TEST_F(HttpServerTest, ReadsBodiesUpToTheLimitOnly) {
    HttpLimits limits;
    limits.body_bytes = 1000;
    start(limits);
    const auto post = [](std::string_view path, std::size_t size) {
        return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) +
               "\r\n\r\n" + std::string(size, 'x');
    };
    EXPECT_EQ(ask(post("/keep", 1000))->body, "1000");
    EXPECT_EQ(status_of(post("/keep", 1001)), 413);
    EXPECT_EQ(status_of(post("/hello", 500)), 405);
    const std::string chunk = "1f4\r\n" + std::string(500, 'x') + "\r\n";
    const std::string chunked = "POST /keep HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(ask(chunked + chunk + "0\r\n\r\n")->body, "500");
    EXPECT_EQ(status_of(chunked + chunk + chunk + chunk + "0\r\n\r\n"), 413);
    EXPECT_EQ(status_of(get("/hello", "Content-Length: 5\r\n") + "hello"), 413);
}

TEST_F(HttpServerTest, CutsAClientThatSendsOneByteAtATime) {
    HttpLimits limits;
    limits.header = base::Milliseconds{200};
    start(limits);
    HttpClient client(port_);
    int sent = 0;
    // Every byte comes well within the limit, yet the whole request does not.
    while (sent < 1000 && client.send("G") && !client.readable(20)) ++sent;
    EXPECT_LT(sent, 100);
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_EQ(figures().timed_out, 1u);
}

TEST_F(HttpServerTest, ClosesIdleConnections) {
    HttpLimits limits;
    limits.idle = base::Milliseconds{100};
    start(limits);
    HttpClient fresh(port_);
    EXPECT_TRUE(fresh.closed_by_server());
    HttpClient used(port_);
    used.send(get("/hello"));
    EXPECT_EQ(used.answer()->status, 200);
    EXPECT_TRUE(used.closed_by_server());
}

TEST_F(HttpServerTest, CutsAClientThatDoesNotReadItsAnswer) {
    HttpLimits limits;
    limits.write = base::Milliseconds{200};
    start(limits);
    HttpClient client(port_);
    client.send(get("/big"));
    while (figures().timed_out == 0) ASSERT_TRUE(client.readable(10'000));
    EXPECT_EQ(figures().connections, 0u);
}

TEST_F(HttpServerTest, RefusesConnectionsOverTheCapPolitely) {
    HttpLimits limits;
    limits.connections = 50;
    limits.connections_per_address = 1000;
    limits.refusals = 1000;
    start(limits);
    std::vector<HttpClient> clients;
    int served = 0;
    int refused = 0;
    for (int i = 0; i < 300; ++i) {
        clients.emplace_back(port_);
        ASSERT_TRUE(clients.back().connected());
        clients.back().send(get("/hello"));
        const auto answer = clients.back().answer();
        ASSERT_TRUE(answer);
        if (answer->status == 200) ++served;
        if (answer->status == 503 && answer->head.find("Retry-After: ") != std::string::npos) ++refused;
    }
    EXPECT_EQ(served, 50);
    EXPECT_EQ(refused, 250);
    EXPECT_EQ(figures().connections, 50u);
    clients.clear();
    while (figures().connections > 0) std::this_thread::yield();
    EXPECT_EQ(status_of(get("/hello")), 200);
}

TEST_F(HttpServerTest, OneAddressGetsItsShareOnly) {
    HttpLimits limits;
    limits.connections_per_address = 2;
    start(limits);
    HttpClient first(port_);
    HttpClient second(port_);
    for (HttpClient* client : {&first, &second}) {
        client->send(get("/hello"));
        EXPECT_EQ(client->answer()->status, 200);
    }
    EXPECT_EQ(status_of(get("/hello")), 503);
    EXPECT_EQ(figures().refused, 1u);
}

TEST_F(HttpServerTest, ClosesWithoutAWordWhenEvenRefusalsAreTooMany) {
    HttpLimits limits;
    limits.connections = 0;
    limits.refusals = 0;
    start(limits);
    HttpClient client(port_);
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, AnswersLater) {
    start();
    HttpClient client(port_);
    client.send(get("/later") + get("/hello"));
    seen_.get_future().wait();
    EXPECT_FALSE(client.readable(0));
    loop_.run([this] { late_[0].answer(json_response("late")); });
    EXPECT_EQ(client.answer()->body, "late");
    EXPECT_EQ(client.answer()->body, "hello");
    // A second answer to the same request must not reach the next one.
    loop_.run([this] { late_[0].answer(json_response("twice")); });
    client.send(get("/hello"));
    EXPECT_EQ(client.answer()->body, "hello");
}

TEST_F(HttpServerTest, DropsTheAnswerToAClientThatIsGone) {
    start();
    {
        HttpClient client(port_);
        client.send(get("/later"));
        seen_.get_future().wait();
    }
    loop_.run([this] { late_[0].answer(json_response(std::string(1024 * 1024, 'x'))); });
    while (figures().connections > 0) std::this_thread::yield();
    EXPECT_EQ(status_of(get("/hello")), 200);
}

TEST_F(HttpServerTest, GivesUpOnAHandlerThatNeverAnswers) {
    HttpLimits limits;
    limits.answer = base::Milliseconds{100};
    start(limits);
    HttpClient client(port_);
    client.send(get("/later"));
    EXPECT_EQ(client.answer()->status, 503);
    EXPECT_TRUE(client.closed_by_server());
    loop_.run([this] { late_[0].answer(json_response("late")); });
}

TEST_F(HttpServerTest, OutlivesAHandlerThatThrows) {
    start();
    EXPECT_EQ(status_of(get("/throw")), 500);
    EXPECT_EQ(status_of(get("/hello")), 200);
}

TEST_F(HttpServerTest, DropsAnAnswerThatComesAfterTheServerHasGone) {
    start();
    HttpClient client(port_);
    client.send(get("/later"));
    seen_.get_future().wait();
    loop_.run([this] { server_.reset(); });
    loop_.run([this] { late_[0].answer(json_response("late")); });
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, StopClosesEveryConnectionAndTheListener) {
    start();
    HttpClient client(port_);
    client.send(get("/hello"));
    EXPECT_EQ(client.answer()->status, 200);
    loop_.run([this] { server_->stop(); });
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_FALSE(HttpClient(port_).connected());
    EXPECT_EQ(loop_.run([this] { return server_->address(); }), "");
}

TEST_F(HttpServerTest, PortInUseSaysHowToMendIt) {
    start();
    loop_.run([this] {
        HttpServer second(loop_.loop, router_, {});
        const auto result = second.start("127.0.0.1:" + std::to_string(port_));
        ASSERT_FALSE(result);
        EXPECT_THAT(result.error().message, HasSubstr("127.0.0.1:" + std::to_string(port_)));
        EXPECT_THAT(result.error().message, HasSubstr("--http-listen"));
        EXPECT_EQ(second.address(), "");
    });
}

TEST_F(HttpServerTest, RefusesAddressesItCannotListenOn) {
    loop_.run([this] {
        for (const char* address : {"", "8099", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "localhost:x",
                                    "example.org:80", "::1:8099", "[::1]", "127.0.0.1:-1"}) {
            HttpServer server(loop_.loop, router_, {});
            const auto result = server.start(address);
            ASSERT_FALSE(result) << address;
            EXPECT_THAT(result.error().message, HasSubstr("127.0.0.1:8099")) << address;
        }
    });
}

TEST_F(HttpServerTest, ListensOnLocalhostAndIpv6) {
    loop_.run([this] {
        HttpServer named(loop_.loop, router_, {});
        ASSERT_TRUE(named.start("localhost:0"));
        EXPECT_EQ(named.address(), "127.0.0.1:" + std::to_string(named.port()));
        HttpServer v6(loop_.loop, router_, {});
        // A machine without IPv6 cannot show this.
        if (v6.start("[::1]:0")) {
            EXPECT_EQ(v6.address(), "[::1]:" + std::to_string(v6.port()));
        }
    });
}

}  // namespace
}  // namespace millrace::api
