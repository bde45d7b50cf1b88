#include "api/problem.h"

#include <nlohmann/json.hpp>

#include "api/json.h"

namespace millrace::api {
namespace {

Response problem_response(unsigned status, const Json& document) {
    Response response = json_response(to_text(document), status);
    response.content_type = "application/problem+json";
    return response;
}

Json problem_document(unsigned status, std::string_view detail) {
    return Json{{"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", detail}};
}

// What is wrong with a request, one by one and all in a sentence.
class ErrorList {
public:
    void add(std::string_view kind, const std::string& name, const std::string& detail) {
        if (!text_.empty()) text_ += "; ";
        text_ += name.empty() ? detail : name + ": " + detail;
        list_.push_back(Json{{kind, name}, {"detail", detail}});
    }

    [[nodiscard]] Response response() && {
        Json document = problem_document(400, text_);
        document["errors"] = std::move(list_);
        return problem_response(400, document);
    }

private:
    std::string text_;
    Json list_ = Json::array();
};

}  // namespace

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        default: return "Unknown";
    }
}

std::string list_of(std::initializer_list<std::string_view> words) {
    std::string list;
    for (const std::string_view word : words) list.append(list.empty() ? "" : ", ").append(word);
    return list;
}

Response problem(unsigned status, std::string_view detail) {
    return problem_response(status, problem_document(status, detail));
}

Response parameter_problem(const std::vector<ParameterError>& errors) {
    ErrorList list;
    for (const ParameterError& error : errors) list.add("parameter", error.parameter, error.detail);
    return std::move(list).response();
}

Response field_problem(const std::vector<FieldError>& errors) {
    ErrorList list;
    for (const FieldError& error : errors) list.add("field", error.field, error.detail);
    return std::move(list).response();
}

}  // namespace millrace::api
