# Files that are part of the program: the page, as its build leaves it in MILLRACE_WEB, and openapi.json. From what is in
# the folder this makes assets.S, which takes the bytes in, and page_files.cpp, which lists them for page.cpp.
#
# The folder is looked at anew in each build, because names change with contents.
cmake_path(SET web NORMALIZE "${MILLRACE_WEB}")
if(NOT EXISTS "${web}/index.html")
    message(FATAL_ERROR "The page is not built: there is no ${web}/index.html. "
        "`./dev web` builds it (it needs Node.js). A source package that brings it built says where: -DMILLRACE_WEB=FOLDER")
endif()
file(GLOB_RECURSE web_files CONFIGURE_DEPENDS RELATIVE "${web}" "${web}/*")
list(SORT web_files)

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_json "application/json")
set(type_svg "image/svg+xml")
set(type_png "image/png")
set(type_webmanifest "application/manifest+json")

set(blobs "")         # of the assembler file
set(embedded_files "")

# millrace_embed(SYMBOL FILE)
macro(millrace_embed symbol file)
    string(APPEND blobs "\n    .global ${symbol}, ${symbol}_end\n${symbol}:\n    .incbin \"${file}\"\n${symbol}_end:\n    .byte 0\n")
    list(APPEND embedded_files "${file}")
endmacro()

set(symbols "")       # of the C++ file
set(rows "")
set(count 0)
foreach(name IN LISTS web_files)
    if(name MATCHES "\\.(gz|br)$")
        continue()  # taken with the file that they are beside
    endif()
    if(NOT name MATCHES "^[A-Za-z0-9_./-]+$")
        message(FATAL_ERROR "The page has a file whose name would need quoting: ${web}/${name}")
    endif()
    string(REGEX REPLACE "^.*\\." "" ending "${name}")
    if(NOT DEFINED type_${ending})
        message(FATAL_ERROR "What is the content type of ${web}/${name}? ${CMAKE_CURRENT_LIST_FILE} lists those it knows.")
    endif()
    set(path "/${name}")
    if(name STREQUAL "index.html")
        set(path "/")
    endif()
    set(hashed false)
    if(name MATCHES "^assets/.+-[A-Za-z0-9_-]+\\.[a-z0-9]+$")
        set(hashed true)
    endif()
    set(row "{\"${path}\", \"${type_${ending}}\"")
    foreach(coding "" .gz .br)
        if(NOT coding STREQUAL "" AND NOT "${name}${coding}" IN_LIST web_files)
            string(APPEND row ", {}")
            continue()
        endif()
        math(EXPR count "${count} + 1")
        set(symbol "millrace_page_${count}")
        millrace_embed(${symbol} "${web}/${name}${coding}")
        string(APPEND symbols "extern const char ${symbol}[], ${symbol}_end[];\n")
        string(APPEND row ", {${symbol}, ${symbol}_end}")
    endforeach()
    string(APPEND rows "        ${row}, ${hashed}},\n")
endforeach()
millrace_embed(millrace_openapi_json "${CMAKE_CURRENT_SOURCE_DIR}/openapi.json")

configure_file(assets.S.in assets.S @ONLY)
configure_file(page_files.cpp.in page_files.cpp @ONLY)
# The assembler reads the files itself, so the build system must be told of them.
set_source_files_properties("${CMAKE_CURRENT_BINARY_DIR}/assets.S" PROPERTIES OBJECT_DEPENDS "${embedded_files}")
