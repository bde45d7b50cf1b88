#include "api/request.h"

namespace millrace::api {

std::string_view Request::path_parameter(std::string_view name) const {
    for (const auto& [key, value] : path_parameters) {
        if (key == name) return value;
    }
    return {};
}

Response json_response(std::string body, unsigned status) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(body);
    return response;
}

void Responder::answer(Response response) const {
    const Send send = std::exchange(*send_, nullptr);
    if (send) send(std::move(response));
}

}  // namespace millrace::api
