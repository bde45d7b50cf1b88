// The files of the page and the description of the API, laid into the read-only data of the program byte for byte. The
// build passes the folders web/ and daemon/api/ to the assembler as places to look. %progbits instead of @progbits,
// because @ begins a comment on ARM.

    .section .rodata.millrace_assets, "a", %progbits

    .global millrace_index_html, millrace_index_html_end
millrace_index_html:
    .incbin "index.html"
millrace_index_html_end:
    .byte 0

    .global millrace_app_js, millrace_app_js_end
millrace_app_js:
    .incbin "app.js"
millrace_app_js_end:
    .byte 0

    .global millrace_alarms_js, millrace_alarms_js_end
millrace_alarms_js:
    .incbin "alarms.js"
millrace_alarms_js_end:
    .byte 0

    .global millrace_login_js, millrace_login_js_end
millrace_login_js:
    .incbin "login.js"
millrace_login_js_end:
    .byte 0

    .global millrace_style_css, millrace_style_css_end
millrace_style_css:
    .incbin "style.css"
millrace_style_css_end:
    .byte 0

    .global millrace_favicon_svg, millrace_favicon_svg_end
millrace_favicon_svg:
    .incbin "favicon.svg"
millrace_favicon_svg_end:
    .byte 0

    .global millrace_openapi_json, millrace_openapi_json_end
millrace_openapi_json:
    .incbin "openapi.json"
millrace_openapi_json_end:
    .byte 0

    .section .note.GNU-stack, "", %progbits
