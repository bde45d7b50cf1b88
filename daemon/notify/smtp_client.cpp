#include "notify/smtp_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include "notify/mail.h"

namespace millrace::notify {
namespace {

struct Rest {
    const std::string& text;
    std::size_t at = 0;
};

std::size_t give(char* room, std::size_t size, std::size_t count, void* context) {
    auto& rest = *static_cast<Rest*>(context);
    const std::size_t bytes = std::min(size * count, rest.text.size() - rest.at);
    std::memcpy(room, rest.text.data() + rest.at, bytes);
    rest.at += bytes;
    return bytes;
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

int go_on(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Cancel*>(context)->requested() ? 1 : 0;
}

std::string server_url(const Channel& channel) {
    const bool tls = channel.security == MailSecurity::Tls;
    const int usual = tls ? 465 : channel.security == MailSecurity::StartTls ? 587 : 25;
    const std::string host = channel.host.find(':') == std::string::npos ? channel.host : "[" + channel.host + "]";
    return std::string(tls ? "smtps" : "smtp") + "://" + host + ":" +
           std::to_string(channel.port == 0 ? usual : channel.port);
}

Outcome outcome(CURLcode code, long answer) {
    const auto unreachable = [](std::string why) { return Outcome{Outcome::Kind::Unreachable, std::move(why)}; };
    const std::string answered = answer > 0 ? " (" + std::to_string(answer) + ")" : "";
    switch (code) {
        case CURLE_OK: return {};
        case CURLE_COULDNT_RESOLVE_HOST: return unreachable("the mail server's name is not known");
        case CURLE_COULDNT_CONNECT: return unreachable("no connection to the mail server");
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_ABORTED_BY_CALLBACK: return unreachable("the mail server took too long");
        case CURLE_PEER_FAILED_VERIFICATION: return unreachable("the mail server's certificate is not trusted");
        case CURLE_USE_SSL_FAILED: return unreachable("the mail server offers no STARTTLS");
        case CURLE_SSL_CONNECT_ERROR: return unreachable("TLS with the mail server failed");
        case CURLE_SSL_CACERT_BADFILE: return unreachable("the ca_file cannot be read");
        case CURLE_LOGIN_DENIED: return {Outcome::Kind::Refused, "the mail server refused user or password" + answered};
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_GOT_NOTHING: return unreachable("the mail server broke off");
        default:
            if (answer >= 400) return {Outcome::Kind::Refused, "the mail server refused the mail" + answered};
            return unreachable(std::string("mail failed: ") + curl_easy_strerror(code));
    }
}

}  // namespace

Outcome send_mail(const Channel& channel, const std::string& mail, base::Seconds limit, Cancel& cancel) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
    if (!curl) return {Outcome::Kind::Unreachable, "no memory for a mail"};
    curl_slist* list = nullptr;
    for (const std::string& address : channel.to) list = curl_slist_append(list, bare_address(address).c_str());
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(list, curl_slist_free_all);
    Rest rest{mail};
    CURL* handle = curl.get();
    const auto set = [handle](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
    const std::string from = bare_address(channel.from);
    // The path is the name we greet with; ours may be no public one, and servers only note it.
    const std::string url = server_url(channel) + "/millrace";
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");  // not what the environment says
    set(CURLOPT_USE_SSL, static_cast<long>(channel.security == MailSecurity::None ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!channel.ca_file.empty()) set(CURLOPT_CAINFO, channel.ca_file.c_str());
    if (!channel.user.empty()) {
        set(CURLOPT_USERNAME, channel.user.c_str());
        set(CURLOPT_PASSWORD, channel.secret.reveal().c_str());
    }
    set(CURLOPT_MAIL_FROM, from.c_str());
    set(CURLOPT_MAIL_RCPT, recipients.get());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &give);
    set(CURLOPT_READDATA, static_cast<void*>(&rest));
    set(CURLOPT_WRITEFUNCTION, &drop);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &go_on);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(&cancel));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, 8L);  // with TLS
    set(CURLOPT_TIMEOUT, static_cast<long>(limit.count()));
    const CURLcode code = curl_easy_perform(handle);
    long answer = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
    return outcome(code, answer);
}

}  // namespace millrace::notify
