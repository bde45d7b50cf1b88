// The words and documents of notices: render, requests, mail, signature, program's variables.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "detect/wording.h"
#include "incidents.h"
#include "notify/mail.h"
#include "notify/program.h"
#include "notify/render.h"
#include "notify/requests.h"
#include "notify/signature.h"

namespace millrace::notify {
namespace {

using detect::Rule;
using nlohmann::json;

Notice notice(NoticeKind kind = NoticeKind::Raised, Rule rule = Rule::Burst) {
    Notice notice;
    notice.number = 9;
    notice.kind = kind;
    notice.at = at_s(0);
    notice.incident = incident(12, rule);
    notice.incident_id = 12;
    notice.title = "Burst";
    notice.text = "Much water";
    notice.link = "http://w/";
    if (kind == NoticeKind::Cleared) notice.incident->cleared = at_s(300);
    return notice;
}

Notice test_notice() {
    Notice notice;
    notice.number = 3;
    notice.at = at_s(0);
    notice.title = "Test";
    notice.text = "x";
    return notice;
}

std::string header(const HttpRequest& request, const std::string& name) {
    for (const auto& [key, value] : request.headers) {
        if (key == name) return value;
    }
    return "";
}

TEST(Render, FillsEveryVariable) {
    Channel channel;
    channel.title = "{severity}: {title}";
    channel.text = "{rule}|{device}|{volume}|{flow}|{since}|{cloud}|{link}|{sentence}";
    Notice raised = notice();
    render(channel, {*base::TimeZone::load("America/Denver"), base::VolumeUnit::Gallon, "up", "http://w/"}, raised);
    EXPECT_EQ(raised.title, "critical: " + detect::title(Rule::Burst));
    EXPECT_TRUE(raised.text.starts_with("burst|61DA80B500000001|6.34 gal|0.63 gal/min|2026-11-23 22:50|up|http://w/|"))
        << raised.text;
    EXPECT_EQ(raised.text.find('{'), std::string::npos);
    EXPECT_FALSE(unknown_variable(channel.text).has_value());
    EXPECT_EQ(unknown_variable("a {b} c"), "{b}");
    EXPECT_EQ(unknown_variable("a {title"), "{title");
}

TEST(Render, WhatADeviceSaysIsNoTemplateAndBreaksNoLine) {
    Channel channel;
    channel.text = "{sentence}";
    Notice raised = notice(NoticeKind::Raised, Rule::DataErased);
    raised.incident->finding.measure = detect::Measure::None;
    raised.incident->finding.detail = "a\r\nBcc: x {link}\x01";
    render(channel, {{}, base::VolumeUnit::Litre, "", "http://w/"}, raised);
    EXPECT_EQ(raised.text.find_first_of("\r\n\x01"), std::string::npos);
    EXPECT_EQ(raised.text.find("http://w/"), std::string::npos);
}

TEST(Render, EmptyLinesAreLeftOutAndKindsAreSaid) {
    Notice cleared = notice(NoticeKind::Cleared);
    render(Channel{}, {{}, base::VolumeUnit::Litre, "up", ""}, cleared);
    EXPECT_TRUE(cleared.title.starts_with("Cleared: "));
    EXPECT_NE(cleared.text.find("after 5 min"), std::string::npos) << cleared.text;
    EXPECT_TRUE(cleared.text.ends_with("\nCloud: up")) << cleared.text;
    Notice test = test_notice();
    render(Channel{}, {{}, base::VolumeUnit::Litre, "up", ""}, test);
    EXPECT_EQ(test.title, "Test");
    EXPECT_FALSE(test.text.empty());
}

TEST(Render, LongTextsAreCutBetweenCharacters) {
    Channel channel;
    for (int i = 0; i < 150; ++i) channel.title += "\xc3\xa4";
    Notice raised = notice();
    render(channel, {}, raised);
    EXPECT_LE(raised.title.size(), kMaxTitleBytes);
    EXPECT_NE(static_cast<unsigned char>(raised.title.back()), 0xc3);
}

TEST(Signature, IsThatOfTheStandard) {
    // RFC 4231, test case 2.
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Requests, WebhookIsSignedOverTimeAndBody) {
    Channel channel;
    channel.url = "https://h/hook?x=1";
    channel.secret = Secret("key");
    const HttpRequest request = request_for(channel, notice(), {}, at_s(77));
    EXPECT_EQ(request.url, "https://h/hook?x=1");
    const std::string stamp = std::to_string(kStart + 77);
    EXPECT_EQ(header(request, "X-Millrace-Timestamp"), stamp);
    EXPECT_EQ(header(request, "X-Millrace-Signature"), "sha256=" + hmac_sha256_hex("key", stamp + "." + request.body));
    const json body = json::parse(request.body);
    EXPECT_EQ(body["version"], 1);
    EXPECT_EQ(body["kind"], "raised");
    EXPECT_EQ(body["severity"], "critical");
    EXPECT_EQ(body["incident"]["id"], 12);
    EXPECT_EQ(body["incident"]["rule"], "burst");
    EXPECT_EQ(body["incident"]["volume_l"], 24.0);
    EXPECT_EQ(body["incident"]["cleared"], nullptr);
    EXPECT_EQ(body["link"], "http://w/");
    channel.secret = {};
    EXPECT_EQ(header(request_for(channel, notice(), {}, at_s(0)), "X-Millrace-Signature"), "");
    EXPECT_EQ(json::parse(request_for(channel, test_notice(), {}, at_s(0)).body)["incident"], nullptr);
}

TEST(Requests, ABudgetHasAVolumeAndNoFlow) {
    Notice used_up = notice(NoticeKind::Raised, Rule::BudgetDay);
    const json incident = json::parse(request_for(Channel{}, used_up, {}, at_s(0)).body)["incident"];
    EXPECT_EQ(incident["volume_l"], 24.0);
    EXPECT_FALSE(incident.contains("flow_l_per_min"));
    Channel channel;
    channel.title = "{title} {volume} {flow}";
    render(channel, {{}, base::VolumeUnit::Litre, "", ""}, used_up);
    EXPECT_EQ(used_up.title, "Budget of the day 24 L -");
}

class FixedCodes : public ports::AnswerCodes {
    std::string code(std::int64_t incident, std::string_view answer) const override {
        return std::to_string(incident) + std::string(answer);
    }
};

TEST(Requests, NtfyHasPriorityTagsClickAndButtons) {
    Channel channel;
    channel.type = ChannelType::Ntfy;
    channel.url = "https://ntfy.lan/";
    channel.target = "water";
    channel.secret = Secret("tk");
    const HttpRequest request = request_for(channel, notice(), {"http://w", nullptr}, at_s(0));
    EXPECT_EQ(request.url, "https://ntfy.lan/");
    EXPECT_EQ(header(request, "Authorization"), "Bearer tk");
    const json body = json::parse(request.body);
    EXPECT_EQ(body["topic"], "water");
    EXPECT_EQ(body["priority"], 5);
    EXPECT_EQ(body["tags"][0], "rotating_light");
    EXPECT_EQ(body["click"], "http://w/");
    ASSERT_EQ(body["actions"].size(), 2u);
    EXPECT_EQ(body["actions"][0]["url"], "http://w/api/v1/alarms/12/acknowledge");
    EXPECT_EQ(body["actions"][1]["url"], "http://w/api/v1/alarms/12/snooze");
    EXPECT_EQ(json::parse(body["actions"][1]["body"].get<std::string>())["minutes"], 60);
    const FixedCodes codes;
    const json coded = json::parse(request_for(channel, notice(), {"http://w", &codes}, at_s(0)).body);
    EXPECT_EQ(coded["actions"][1]["url"], "http://w/api/v1/alarms/12/snooze?code=12snooze");
    EXPECT_FALSE(json::parse(request_for(channel, notice(), {}, at_s(0)).body).contains("actions"));
    const json cleared =
        json::parse(request_for(channel, notice(NoticeKind::Cleared), {"http://w", nullptr}, at_s(0)).body);
    EXPECT_FALSE(cleared.contains("actions"));
    EXPECT_EQ(cleared["priority"], 3);
}

TEST(Requests, GotifyAndAppriseAreAskedTheirWay) {
    Channel channel;
    channel.type = ChannelType::Gotify;
    channel.url = "http://g/sub/";
    channel.secret = Secret("A1");
    HttpRequest request = request_for(channel, notice(), {}, at_s(0));
    EXPECT_EQ(request.url, "http://g/sub/message");
    EXPECT_EQ(header(request, "X-Gotify-Key"), "A1");
    EXPECT_EQ(json::parse(request.body)["priority"], 9);
    channel.type = ChannelType::Apprise;
    channel.target = "family";
    request = request_for(channel, notice(), {}, at_s(0));
    EXPECT_EQ(request.url, "http://g/sub/notify/A1");
    EXPECT_EQ(json::parse(request.body)["type"], "failure");
    EXPECT_EQ(json::parse(request.body)["tag"], "family");
    channel.secret = {};
    channel.addresses = {Secret("json://a"), Secret("json://b")};
    request = request_for(channel, notice(), {}, at_s(0));
    EXPECT_EQ(request.url, "http://g/sub/notify");
    EXPECT_EQ(json::parse(request.body)["urls"], "json://a,json://b");
    EXPECT_TRUE(taken(ChannelType::Apprise, 200));
    EXPECT_FALSE(taken(ChannelType::Apprise, 204));
    EXPECT_TRUE(taken(ChannelType::Webhook, 204));
    EXPECT_FALSE(taken(ChannelType::Webhook, 302));
}

TEST(Requests, HomeAssistantIsAskedThroughTheSupervisor) {
    Channel channel;
    channel.type = ChannelType::HomeAssistant;
    channel.target = "mobile_app_phone";
    channel.secret = Secret("sv");
    HttpRequest request = request_for(channel, notice(), {}, at_s(0));
    EXPECT_EQ(request.url, "http://supervisor/core/api/services/notify/mobile_app_phone");
    EXPECT_EQ(header(request, "Authorization"), "Bearer sv");
    json body = json::parse(request.body);
    EXPECT_EQ(body["data"]["tag"], "millrace-12");
    EXPECT_EQ(body["data"]["actions"][0]["action"], "MILLRACE_ACK_12");
    EXPECT_EQ(body["data"]["push"]["sound"]["critical"], 1);
    // The end takes the place of what it ends, and disturbs nobody.
    body = json::parse(request_for(channel, notice(NoticeKind::Cleared), {}, at_s(0)).body);
    EXPECT_EQ(body["data"]["tag"], "millrace-12");
    EXPECT_FALSE(body["data"].contains("push"));
    channel.target = "alexa";
    EXPECT_FALSE(json::parse(request_for(channel, notice(), {}, at_s(0)).body).contains("data"));
    channel.type = ChannelType::PersistentNotification;
    channel.url = "http://ha:8123/";
    request = request_for(channel, notice(), {}, at_s(0));
    EXPECT_EQ(request.url, "http://ha:8123/api/services/persistent_notification/create");
    EXPECT_EQ(json::parse(request.body)["notification_id"], "millrace-12");
}

TEST(Requests, BytesThatAreNoTextMakeNoBrokenJson) {
    Notice odd = notice();
    odd.text = "a\xff\xfe";
    EXPECT_TRUE(json::accept(request_for(Channel{}, odd, {}, at_s(0)).body));
}

TEST(SplitUrl, HalvesOrRefuses) {
    EXPECT_EQ(split_url("https://h:1/p?q#f")->server, "https://h:1");
    EXPECT_EQ(split_url("https://h:1/p?q#f")->path, "/p?q");
    EXPECT_EQ(split_url("http://[::1]:80")->path, "/");
    EXPECT_EQ(split_url("http://h?x")->path, "/?x");
    for (const char* bad : {"", "h", "ftp://h/", "http://", "http:///p", "http://u:p@h/"}) {
        EXPECT_FALSE(split_url(bad).has_value()) << bad;
    }
}

TEST(Mail, IsWellFormed) {
    Channel channel;
    channel.type = ChannelType::Smtp;
    channel.from = "Water <water@h>";
    channel.to = {"a@b", "C <c@d>"};
    Notice raised = notice();
    raised.title = "Zu viel Wasser \xc3\xbc";
    const std::string mail = mail_text(channel, raised, *base::TimeZone::load("America/Denver"));
    EXPECT_NE(mail.find("From: Water <water@h>\r\nTo: a@b,\r\n C <c@d>\r\n"), std::string::npos) << mail;
    EXPECT_NE(mail.find("Subject: =?UTF-8?B?WnUgdmllbCBXYXNzZXIgw7w=?=\r\n"), std::string::npos) << mail;
    EXPECT_NE(mail.find("Date: Mon, 23 Nov 2026 23:00:00 -0700\r\n"), std::string::npos) << mail;
    EXPECT_NE(mail.find("References: <incident-12@millrace>\r\n"), std::string::npos);
    EXPECT_NE(mail.find("\r\n\r\nTXVjaCB3YXRlcg0K\r\n"), std::string::npos) << mail;
    EXPECT_EQ(mail_text(channel, test_notice(), {}).find("References"), std::string::npos);
    EXPECT_EQ(bare_address("C <c@d>"), "c@d");
    EXPECT_EQ(bare_address("a@b"), "a@b");
}

TEST(Mail, NoLineIsTooLong) {
    Channel channel;
    channel.from = "a@b";
    channel.to = {"c@d"};
    Notice raised = notice();
    raised.title = std::string(190, 'x') + "\xc3\xbc";
    raised.text = std::string(2'000, 'y');
    const std::string mail = mail_text(channel, raised, {});
    for (std::size_t at = 0; at < mail.size();) {
        const auto end = mail.find("\r\n", at);
        ASSERT_NE(end, std::string::npos);
        EXPECT_LE(end - at, 78u) << mail.substr(at, end - at);
        at = end + 2;
    }
}

TEST(ProgramEnvironment, VariablesHoldTheFactsAndNothingElse) {
    setenv("MILLRACE_TEST_SECRET", "hush", 1);
    const auto all = program_environment(notice());
    const auto has = [&](const std::string& line) { return std::find(all.begin(), all.end(), line) != all.end(); };
    EXPECT_TRUE(has("MILLRACE_KIND=raised"));
    EXPECT_TRUE(has("MILLRACE_INCIDENT=12"));
    EXPECT_TRUE(has("MILLRACE_RULE=burst"));
    EXPECT_TRUE(has("MILLRACE_DEVICE=61DA80B500000001"));
    EXPECT_TRUE(has("MILLRACE_TITLE=Burst"));
    EXPECT_FALSE(has("MILLRACE_TEST_SECRET=hush"));
}

}  // namespace
}  // namespace millrace::notify
