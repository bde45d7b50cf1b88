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

}  // namespace

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 200: return "OK";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 421: return "Misdirected Request";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "Unknown";
    }
}

Response problem(unsigned status, std::string_view detail) {
    return problem_response(status, problem_document(status, detail));
}

Response parameter_problem(const std::vector<ParameterError>& errors) {
    std::string detail;
    Json list = Json::array();
    for (const ParameterError& error : errors) {
        if (!detail.empty()) detail += "; ";
        detail += error.parameter + ": " + error.detail;
        list.push_back(Json{{"parameter", error.parameter}, {"detail", error.detail}});
    }
    Json document = problem_document(400, detail);
    document["errors"] = std::move(list);
    return problem_response(400, document);
}

}  // namespace millrace::api
