#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "settings/settings.h"
#include "settings/week_text.h"
#include "unit/settings/reading.h"

namespace millrace::settings {
namespace {

using base::Seconds;

TEST(AlarmSettings, EveryKeyReachesDetection) {
    const detect::Settings alarms = parsed(R"(
alarms:
  burst_rate: 10 gal/min
  burst_after: 90 s
  continuous_after: 1.5 h
  away_after: 2 min
  off: [long_use, radio_lost, long_use]
  irrigation: ["Mon,Wed 05:00-07:30", "22:00-24:00"]
  modes: ["away Mon-Fri 08:30-16:00", "vacation Sat 10:00-09:00"]
  sensor_silent_after: 2 h
  bridge_offline_after: 10 min
  battery_low_mv: 2400
  budget_day: 130 gal
  budget_week: 3.5 m3
  budget_month: 12000 l
)")
                                        .alarms;
    ASSERT_TRUE(alarms.burst_rate.has_value());
    EXPECT_EQ(alarms.burst_rate->microlitres_per_second, 630'902);  // 37.85 litres a minute
    EXPECT_EQ(alarms.burst_after, Seconds{90});
    EXPECT_EQ(alarms.continuous_after, Seconds{5'400});
    EXPECT_EQ(alarms.away_after, Seconds{120});
    EXPECT_EQ(alarms.off, (std::vector{detect::Rule::LongUse, detect::Rule::RadioLost}));
    ASSERT_EQ(alarms.irrigation.size(), 2u);
    EXPECT_EQ(alarms.irrigation[0], (detect::WeekWindow{0b101, 300, 450}));
    EXPECT_EQ(alarms.irrigation[1], (detect::WeekWindow{0x7f, 1'320, 0}));
    ASSERT_EQ(alarms.modes.size(), 2u);
    EXPECT_EQ(alarms.modes[0], (detect::ModeWindow{detect::Mode::Away, {0b11111, 510, 960}}));
    EXPECT_EQ(alarms.modes[1], (detect::ModeWindow{detect::Mode::Vacation, {0b100000, 600, 540}}));
    EXPECT_EQ(alarms.sensor_silent_after, Seconds{7'200});
    EXPECT_EQ(alarms.bridge_offline_after, Seconds{600});
    EXPECT_EQ(alarms.battery_low_mv, 2'400);
    EXPECT_EQ(alarms.budget_day, base::Volume{492'103'532});  // 130 gallons
    EXPECT_EQ(alarms.budget_week, base::Volume{3'500'000'000});
    EXPECT_EQ(alarms.budget_month, base::Volume{12'000'000'000});
}

TEST(AlarmSettings, WithoutKeysAllIsLearnedOrDefault) {
    EXPECT_EQ(parsed("alarms:\n").alarms, detect::Settings{});
}

TEST(AlarmSettings, MistakesAreNamedWithLineAndKey) {
    EXPECT_EQ(lines("alarms:\n  burst_rate: 10\n"),
              "c:2:15: alarms.burst_rate: \"10\" is not a number with l/min or gal/min behind it, such as 30 l/min\n");
    EXPECT_EQ(
        lines("alarms:\n  budget_day: 500\n"),
        "c:2:15: alarms.budget_day: \"500\" is not a number with l, m3, gal, ft3 or ccf behind it, such as 500 l\n");
    EXPECT_EQ(lines("alarms:\n  budget_week: 2000 m3\n"),
              "c:2:16: alarms.budget_week: \"2000 m3\" is not from 1 to 1000000 l\n");
    EXPECT_EQ(lines("alarms:\n  off: [budget_day, budget_week, budget_month]\n"), "");
    EXPECT_EQ(lines("alarms:\n  away_after: 5 s\n"), "c:2:15: alarms.away_after: \"5 s\" is not from 10 s to 1 h\n");
    EXPECT_EQ(
        lines("alarms:\n  away_after: 300\n"),
        "c:2:15: alarms.away_after: \"300\" is not a number with s, min, h or d behind it, such as 90 s or 10 min\n");
    EXPECT_NE(
        lines("alarms:\n  off: [bursts]\n").find("c:2:8: alarms.off: \"bursts\" is not a rule; these are: burst, "),
        std::string::npos);
    EXPECT_NE(lines("alarms:\n  irrigation: [\"Mon 5:00-7:30\"]\n").find("\"Mon 5:00-7:30\" is not days and times"),
              std::string::npos);
    EXPECT_NE(lines("alarms:\n  modes: [\"gone Mon 05:00-07:30\"]\n").find("is not home, away or vacation and days"),
              std::string::npos);
    EXPECT_NE(lines("alarms:\n  off: [[burst]]\n").find("alarms.off: must be a list of single values"),
              std::string::npos);
    EXPECT_NE(lines("alarms:\n  brust_rate: 1 l/min\n").find("did you mean `burst_rate`?"), std::string::npos);
}

TEST(WeekText, DaysAreListsAndSpansEvenOverTheWeeksEnd) {
    EXPECT_EQ(week_window("sat-mon 01:00-02:00")->days, 0b1100001);
    EXPECT_EQ(week_window("TUE,thu 01:00-02:00")->days, 0b1010);
    EXPECT_EQ(week_window("23:30-24:00")->to_minute, 0);
    EXPECT_TRUE(week_window("00:00-24:00"));
    for (const char* bad :
         {"", "Mon", "Mon 05:00", "05:00", "24:01-05:00", "Mon, 05:00-06:00", "5:00-6:00", "Mo 05:00-06:00",
          "05:00-06:00 Mon", "0a:00-06:00", "Mon- 05:00-06:00", "06:00-06:00", "Mon 00:00-00:00"}) {
        EXPECT_FALSE(week_window(bad).has_value()) << bad;
    }
}

TEST(NotifySettings, EveryKeyOfAChannelIsRead) {
    const notify::Settings notify = parsed(R"(
site: {time_zone: America/Denver, units: us}
notify:
  public_url: http://water.lan:8099
  ping_url: https://ping.example/abc
  ping_interval: 5 min
  channels:
    - name: phone
      type: ntfy
      url: https://ntfy.example
      topic: water
      token: tk_1
      least: info
      rules: [burst]
      quiet_hours: 22:00-07:00
      repeat: [5 min, 1 d]
      after: 15 min
      after_burst: 0 s
      send_resolved: no
      title: "{rule}!"
      text: |
        {sentence}
        {link}
    - {name: mail, type: smtp, host: mail.example, port: 2525, security: tls, user: u, password: p, from: a@b, to: [c@d, "E <e@f>"]}
    - {name: prog, type: exec, command: [/bin/true, "two words"], timeout: 3 s, repeat: off}
    - {name: ha, type: home_assistant, service: mobile_app_x}
    - {name: app, type: apprise, url: "http://a:8000", addresses: ["json://h/"], tag: t}
    - {name: hook, type: webhook, url: "http://h/p?q=1", hmac_key: k, ca_file: ca.crt}
)")
                                        .notify;
    EXPECT_EQ(notify.public_url, "http://water.lan:8099");
    EXPECT_EQ(notify.ping_url.reveal(), "https://ping.example/abc");
    EXPECT_EQ(notify.ping_interval, Seconds{300});
    EXPECT_EQ(notify.zone.name(), "America/Denver");
    EXPECT_EQ(notify.unit, base::VolumeUnit::Gallon);
    ASSERT_EQ(notify.channels.size(), 6u);
    const notify::Channel& phone = notify.channels[0];
    EXPECT_EQ(phone.name, "phone");
    EXPECT_EQ(phone.type, notify::ChannelType::Ntfy);
    EXPECT_EQ(phone.target, "water");
    EXPECT_EQ(phone.secret.reveal(), "tk_1");
    EXPECT_EQ(phone.least, detect::Severity::Info);
    EXPECT_EQ(phone.rules, std::vector{detect::Rule::Burst});
    EXPECT_EQ(phone.quiet, (notify::QuietHours{1'320, 420}));
    EXPECT_EQ(phone.repeat, (std::vector{Seconds{300}, Seconds{86'400}}));
    EXPECT_EQ(phone.after, Seconds{900});
    EXPECT_EQ(phone.after_burst, Seconds{0});
    EXPECT_FALSE(phone.send_resolved);
    EXPECT_EQ(phone.title, "{rule}!");
    EXPECT_EQ(phone.text, "{sentence}\n{link}\n");
    const notify::Channel& mail = notify.channels[1];
    EXPECT_EQ(mail.host, "mail.example");
    EXPECT_EQ(mail.port, 2525);
    EXPECT_EQ(mail.security, notify::MailSecurity::Tls);
    EXPECT_EQ(mail.user, "u");
    EXPECT_EQ(mail.secret.reveal(), "p");
    EXPECT_EQ(mail.to, (std::vector<std::string>{"c@d", "E <e@f>"}));
    EXPECT_FALSE(mail.send_resolved);  // by mail only when asked for
    EXPECT_EQ(mail.least, detect::Severity::Warning);
    EXPECT_EQ(mail.repeat.size(), 4u);
    EXPECT_EQ(notify.channels[2].command, (std::vector<std::string>{"/bin/true", "two words"}));
    EXPECT_EQ(notify.channels[2].timeout, Seconds{3});
    EXPECT_TRUE(notify.channels[2].repeat.empty());
    EXPECT_TRUE(notify.channels[2].send_resolved);
    EXPECT_EQ(notify.channels[3].target, "mobile_app_x");
    EXPECT_EQ(notify.channels[4].addresses.at(0).reveal(), "json://h/");
    EXPECT_EQ(notify.channels[4].target, "t");
    EXPECT_EQ(notify.channels[5].ca_file, "/etc/millrace/ca.crt");
}

TEST(NotifySettings, MistakesAreNamedWithLineAndKey) {
    const auto channel = [](const std::string& keys) { return lines("notify:\n  channels:\n    - {" + keys + "}\n"); };
    EXPECT_EQ(channel("type: ntfy, url: 'http://n', topic: t"),
              "c:3:7: notify.channels[0].name: is missing: every channel needs a name of its own\n");
    EXPECT_NE(channel("name: a").find("c:3:7: notify.channels[0].type: is missing"), std::string::npos);
    EXPECT_EQ(channel("name: a, type: ntfy, url: 'http://n'"),
              "c:3:7: notify.channels[0].topic: is missing: type ntfy needs topic\n");
    EXPECT_EQ(channel("name: a, type: gotify, url: 'http://n'"),
              "c:3:7: notify.channels[0].token: is missing: type gotify needs token or token_file\n");
    EXPECT_EQ(channel("name: a, type: exec, command: [/b], topic: t"),
              "c:3:51: notify.channels[0].topic: has no meaning for a channel of type exec\n");
    EXPECT_NE(channel("name: a b, type: exec, command: [/b]").find("[0].name: must have 1 to 40 letters"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: exec, command: [sh, -c]").find("begins with a program's whole path"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: exec, command: [/b], timeout: 20 s").find("is not from 1 s to 14 s"),
              std::string::npos);
    EXPECT_NE(
        channel("name: a, type: exec, command: [/b], text: 'x {secret}'").find("has {secret}, which is no variable"),
        std::string::npos);
    EXPECT_NE(channel("name: a, type: exec, command: [/b], title: 'x {title'").find("has {title, which is no variable"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: exec, command: [/b], quiet_hours: 22-7").find("must be from and to"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: exec, command: [/b], repeat: [10]").find("must be off, or a list of spans"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: pager").find("webhook, ntfy, smtp"), std::string::npos);
    EXPECT_NE(
        channel("name: a, type: smtp, host: h, from: a@b, to: [c@d], user: u").find("needs password or password_file"),
        std::string::npos);
    EXPECT_NE(channel("name: a, type: smtp, host: h, from: a@b, to: [c@d], user: u, password: p, security: none")
                  .find("security: must not be none"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: smtp, host: h, from: a@b, to: [nobody]").find("[0].to: must be an address"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: home_assistant, service: s, url: 'http://h'").find("url: needs token"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: home_assistant, service: 'x/../y'").find("service: must have"),
              std::string::npos);
    EXPECT_NE(channel("name: a, type: exec, command: [/b]}\n    - {name: a, type: exec, command: [/b]")
                  .find("c:4:14: notify.channels[1].name: is another channel's name already"),
              std::string::npos);
}

TEST(NotifySettings, SeventeenChannelsAreTooMany) {
    std::string text = "notify:\n  channels:\n";
    for (int i = 0; i < 16; ++i) text += "    - {name: c" + std::to_string(i) + ", type: exec, command: [/b]}\n";
    EXPECT_EQ(lines(text), "");
    EXPECT_NE(lines(text + "    - {name: one_more, type: exec, command: [/b]}\n").find("has more than 16 channels"),
              std::string::npos);
}

TEST(NotifySettings, SecretsAreNeverQuoted) {
    for (const char* text : {
             "notify:\n  ping_url: ftp://hush/hush\n",
             "notify:\n  channels:\n    - {name: a, type: webhook, url: 'hush://hush'}\n",
             "notify:\n  channels:\n    - {name: a, type: apprise, url: 'http://h', addresses: [hush]}\n",
             "notify:\n  channels:\n    - {name: a, type: ntfy, url: 'http://h', topic: t, token: \"hush\\x01\"}\n",
         }) {
        const std::string said = lines(text);
        EXPECT_FALSE(said.empty()) << text;
        EXPECT_EQ(said.find("hush"), std::string::npos) << said;
    }
    std::ostringstream shown;
    shown << notify::Secret("hush");
    EXPECT_EQ(shown.str(), "****");
}

TEST(NotifySettings, SecretsComeFromFiles) {
    const auto folder =
        std::filesystem::path(testing::TempDir()) / ("millrace-notify-settings-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "token") << "from the file\n";
    const std::string config = (folder / "c.yaml").string();
    const std::string head = "notify:\n  channels:\n    - {name: a, type: gotify, url: 'http://g', ";
    std::ofstream(config) << head << "token_file: token}\n";
    const auto good = load(config);
    ASSERT_TRUE(good.has_value());
    EXPECT_EQ(good->notify.channels.at(0).secret.reveal(), "from the file");
    std::ofstream(config) << head << "token_file: nothing}\n";
    const auto missing = load(config);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().front().key, "notify.channels[0].token_file");
    EXPECT_EQ(missing.error().front().at.line, 3u);
    std::ofstream(config) << head << "token: t, token_file: token}\n";
    EXPECT_NE(to_line("c", load(config).error().front()).find("cannot be given beside token"), std::string::npos);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace millrace::settings
