# SPDX-License-Identifier: GPL-3.0-or-later
# Helpers that keep every room's CMakeLists.txt to its list of files.

# ohm_room(NAME SOURCES ... [PUBLIC libs] [PRIVATE libs]): one library of core/, ui/ or widgets/.
# Headers are included as <room path>/<file>.h from the repository root, e.g. "core/base/error.h".
function(ohm_room name)
  cmake_parse_arguments(ARG "QT" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(ohm_${name} STATIC ${ARG_SOURCES})
  add_library(ohm::${name} ALIAS ohm_${name})
  target_include_directories(ohm_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(ohm_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ohm_flags ${ARG_PRIVATE})
  if(ARG_QT)
    set_target_properties(ohm_${name} PROPERTIES AUTOMOC ON AUTORCC ON)
    target_compile_definitions(ohm_${name} PRIVATE QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII
                                                   QT_NO_FOREACH)
  endif()
endfunction()

# ohm_test(NAME SOURCES ... LIBS ... [GUI] [TIMEOUT s]): one Qt Test program run by ctest.
function(ohm_test name)
  cmake_parse_arguments(ARG "GUI" "TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE ohm_flags Qt6::Test ${ARG_LIBS})
  target_compile_definitions(${name} PRIVATE OHMSCAPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             OHMSCAPE_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT}
                       ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;OMP_WAIT_POLICY=passive")
  if(ARG_GUI)
    set_tests_properties(${name} PROPERTIES LABELS gui)
  endif()
endfunction()
