// Compressed answers, alone and through the real server; zlib itself undoes them.
#include "api/gzip.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "api/http_server.h"
#include "unit/api/http_client.h"

namespace millrace::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string unzipped(const std::string& packed, std::size_t room) {
    std::string plain(room + 1, '\0');
    z_stream stream{};
    if (::inflateInit2(&stream, 15 + 16) != Z_OK) return "no memory";
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    const int result = ::inflate(&stream, Z_FINISH);
    plain.resize(stream.total_out);
    const bool whole = result == Z_STREAM_END && stream.avail_in == 0;
    ::inflateEnd(&stream);
    return whole ? plain : "broken";
}

std::string some_text(std::size_t bytes) {
    std::string text;
    for (int number = 0; text.size() < bytes; ++number) text += R"({"volume": )" + std::to_string(number % 977) + "}, ";
    text.resize(bytes);
    return text;
}

std::string noise(std::size_t bytes) {
    std::mt19937 random(7);
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
}

std::string packed(const std::string& plain, int* steps = nullptr) {
    Gzip gzip(plain);
    int taken = 1;
    while (!gzip.step()) ++taken;
    if (steps != nullptr) *steps = taken;
    return gzip.take();
}

TEST(Gzip, GivesBackEveryLengthAroundASlice) {
    for (const std::size_t bytes : {0u, 1u, 65'535u, 65'536u, 65'537u, 131'072u, 1'000'000u}) {
        const std::string text = some_text(bytes);
        EXPECT_EQ(unzipped(packed(text), bytes), text) << bytes;
        const std::string hard = noise(bytes);
        EXPECT_EQ(unzipped(packed(hard), bytes), hard) << bytes;
    }
}

TEST(Gzip, TakesOneStepForEachSliceAndSavesMost) {
    int steps = 0;
    EXPECT_LT(packed(some_text(16 * 65'536), &steps).size(), 16u * 65'536 / 4);
    EXPECT_EQ(steps, 16);
}

class CompressedAnswers : public ::testing::Test {
protected:
    CompressedAnswers() {
        router_.add(Method::Get, "/long",
                    [this](const Request&, const Responder& responder) { responder.answer(json_response(text_)); });
        router_.add(Method::Get, "/stream", [](const Request&, const Responder& responder) {
            Response response;
            response.content_type = "text/event-stream";
            response.stream = [](const std::shared_ptr<StreamSink>& sink) { sink->send(std::string(5'000, 'x')); };
            responder.answer(std::move(response));
        });
        loop_.run([&] {
            server_ = std::make_unique<HttpServer>(loop_.loop, router_, HttpLimits{});
            ASSERT_TRUE(server_->start("127.0.0.1:0"));
            port_ = server_->port();
        });
    }
    ~CompressedAnswers() override {
        loop_.run([this] { server_.reset(); });
    }

    static std::string request(const std::string& method, const std::string& path, const std::string& headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    }
    const std::string taken_ = "Accept-Encoding: gzip, deflate\r\n";
    const std::string text_ = some_text(1'500'000);
    Router router_;
    LoopThread loop_;
    std::unique_ptr<HttpServer> server_;
    std::uint16_t port_ = 0;
};

TEST_F(CompressedAnswers, DecodeToTheSameOverAKeptConnection) {
    HttpClient client(port_);
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(client.send(request("GET", "/long", taken_)));
        const auto answer = client.answer();
        ASSERT_TRUE(answer);
        EXPECT_THAT(answer->head, HasSubstr("Content-Encoding: gzip\r\n"));
        EXPECT_THAT(answer->head, HasSubstr("Vary: Accept-Encoding\r\n"));
        EXPECT_EQ(unzipped(answer->body, text_.size()), text_);
    }
    ASSERT_TRUE(client.send(request("GET", "/long", "")));
    const auto plain = client.answer();
    ASSERT_TRUE(plain);
    EXPECT_THAT(plain->head, Not(HasSubstr("Content-Encoding")));
    EXPECT_EQ(plain->body, text_);
}

TEST_F(CompressedAnswers, HeadTellsTheSameLength) {
    HttpClient client(port_);
    ASSERT_TRUE(client.send(request("GET", "/long", taken_)));
    const auto whole = client.answer();
    ASSERT_TRUE(whole);
    ASSERT_TRUE(client.send(request("HEAD", "/long", taken_)));
    const auto head = client.answer(true);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->head, whole->head);
}

TEST_F(CompressedAnswers, AStreamIsNeverCompressed) {
    HttpClient client(port_);
    ASSERT_TRUE(client.send(request("GET", "/stream", taken_)));
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->head, Not(HasSubstr("Content-Encoding")));
    EXPECT_THAT(answer->head, Not(HasSubstr("Vary")));
}

TEST_F(CompressedAnswers, AServerStopsInTheMiddleOfOne) {
    HttpClient client(port_);
    ASSERT_TRUE(client.send(request("GET", "/long", taken_)));
    loop_.run([this] { server_->stop(); });
    EXPECT_TRUE(client.closed_by_server());
}

}  // namespace
}  // namespace millrace::api
