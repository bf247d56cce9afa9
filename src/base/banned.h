/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns functions that have no safe use on hostile input into compile errors.
 *
 * Included by base/str.h, hence everywhere. Use instead: str_* and strbuf_* for text, str_parse_u64
 * for numbers, clock.h for time, proc.h for programs.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
/* Macros of a fortified glibc under clang. */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok atoi atol atoll
#pragma GCC poison gets gmtime localtime asctime ctime system popen alloca
