/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every unit test needs: cmocka, and a registration-free way to name tests by behaviour.
 *
 *     TEST(a_bad_line_says_where) { ... }
 *     int main(void) { const struct CMUnitTest tests[] = {RUN(a_bad_line_says_where)}; ... }
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/str.h"

#define TEST(name)     static void name(void **state)
#define RUN(name)      cmocka_unit_test(name)
#define RUN_ALL(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* Equal bytes; both are printed when they are not. */
static inline void assert_str(struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", STR_FMT(got), want ? want : "(null)");
}

/* The text holds the part: for error messages, which are user interface. */
static inline void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not say \"%s\"", text, part);
}
