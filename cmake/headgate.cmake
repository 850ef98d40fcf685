# Warnings, sanitizers and the two helpers every folder uses.
add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(HEADGATE_WERROR)
  add_compile_options(-Werror)
endif()
if(HEADGATE_SANITIZE)
  add_compile_options(-fsanitize=${HEADGATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEADGATE_SANITIZE})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What ccache asks for where headers are precompiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

# Headers that nearly every file reads, read once: a third of the time of a build. Without it, as in release, the
# compiler tells of includes that are missing.
# headgate_precompile(base HEADERS) makes the set `base`, headgate_use_precompiled(target base) uses it. The target has
# to have the options of the folder where the set was made.
function(headgate_precompile NAME)
  if(NOT HEADGATE_PRECOMPILE)
    return()
  endif()
  file(CONFIGURE OUTPUT precompiled_${NAME}.cpp CONTENT "")
  add_library(headgate_precompiled_${NAME} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/precompiled_${NAME}.cpp)
  target_precompile_headers(headgate_precompiled_${NAME} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(headgate_precompiled_${NAME} PRIVATE -fpch-preprocess)
  endif()
endfunction()
function(headgate_use_precompiled TARGET NAME)
  if(TARGET headgate_precompiled_${NAME})
    target_precompile_headers(${TARGET} REUSE_FROM headgate_precompiled_${NAME})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${TARGET} PRIVATE -fpch-preprocess)
    endif()
  endif()
endfunction()

# headgate_module(NAME http SOURCES a.cpp … DEPS base … LIBS re2 …)
# One static library for each folder of src/. DEPS are other modules (checked against the layer table by
# tests/structure), LIBS third-party libraries, kept private to the module.
function(headgate_module)
  cmake_parse_arguments(M "" "NAME" "SOURCES;DEPS;LIBS" ${ARGN})
  if(NOT M_SOURCES)  # a folder that so far holds declarations only
    add_library(headgate_${M_NAME} INTERFACE)
    return()
  endif()
  add_library(headgate_${M_NAME} STATIC ${M_SOURCES})
  target_include_directories(headgate_${M_NAME} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  foreach(dep IN LISTS M_DEPS)
    target_link_libraries(headgate_${M_NAME} PUBLIC headgate_${dep})
  endforeach()
  target_link_libraries(headgate_${M_NAME} PRIVATE ${M_LIBS})
  headgate_use_precompiled(headgate_${M_NAME} standard)
endfunction()

# headgate_test(NAME http_test SOURCES … DEPS http … LIBS … DEFINITIONS … LABEL unit)
# A GoogleTest program registered with ctest as one test per program.
# OUTSIDE: it knows the product as a process only. Such programs are not built again for the sanitizers: those of the
# build HEADGATE_TEST_PROGRAMS (build/dev) are run with the binary of this one.
function(headgate_test)
  cmake_parse_arguments(T "OUTSIDE" "NAME;LABEL;TIMEOUT" "SOURCES;DEPS;LIBS;DEFINITIONS" ${ARGN})
  if(T_OUTSIDE AND HEADGATE_TEST_PROGRAMS)
    file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    add_test(NAME ${T_NAME} COMMAND ${HEADGATE_TEST_PROGRAMS}/${folder}/${T_NAME})
    set_property(TEST ${T_NAME} APPEND PROPERTY ENVIRONMENT "HEADGATE_BINARY=$<TARGET_FILE:headgate>")
  else()
    add_executable(${T_NAME} ${T_SOURCES})
    target_include_directories(${T_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
    foreach(dep IN LISTS T_DEPS)
      target_link_libraries(${T_NAME} PRIVATE headgate_${dep})
    endforeach()
    target_link_libraries(${T_NAME} PRIVATE ${T_LIBS} GTest::gtest GTest::gmock GTest::gtest_main Threads::Threads)
    target_compile_definitions(${T_NAME} PRIVATE ${T_DEFINITIONS})
    headgate_use_precompiled(${T_NAME} tests)
    if(HEADGATE_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # What gcc 12 wrongly says of std::string, and forgets to be silent about where it was precompiled.
      target_compile_options(${T_NAME} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
        -Wno-restrict -Wno-maybe-uninitialized)
    endif()
    add_test(NAME ${T_NAME} COMMAND ${T_NAME})
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  set_tests_properties(${T_NAME} PROPERTIES LABELS "${T_LABEL}" TIMEOUT ${T_TIMEOUT})
  if(HEADGATE_SANITIZE)
    set_property(TEST ${T_NAME} APPEND PROPERTY ENVIRONMENT "HEADGATE_SANITIZE=${HEADGATE_SANITIZE}")
  endif()
  if(HEADGATE_SANITIZE STREQUAL "thread")
    set_property(TEST ${T_NAME} APPEND PROPERTY ENVIRONMENT
      "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
  elseif(HEADGATE_SANITIZE MATCHES "address")
    set_property(TEST ${T_NAME} APPEND PROPERTY ENVIRONMENT
      "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/lsan.supp")
  endif()
endfunction()
