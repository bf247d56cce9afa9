/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/trail.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 0))) static struct str format(struct trail *t, const char *fmt,
							       va_list args)
{
	char line[ERR_MSG_MAX];

	(void)vsnprintf(line, sizeof line, fmt, args); /* a long one is cut */
	return arena_str(t->arena, str_of(line));
}

void trail_pass(struct trail *t, const char *check, const char *fmt, ...)
{
	va_list args;

	if (t->n_steps < TRAIL_STEPS_MAX) {
		va_start(args, fmt);
		t->steps[t->n_steps] = (struct trail_step){check, format(t, fmt, args)};
		va_end(args);
		t->n_steps++;
	}
}

/* The first failure stands: what fails behind it follows from it. */
static int fail(struct trail *t, struct err *err, enum err_code code, const char *check,
		const char *remedy, struct str why)
{
	if (!t->failed) {
		t->failed = check;
		t->why = why;
		t->remedy = arena_str(t->arena, str_of(remedy));
		t->unsure = code != ERR_DENIED;
	}
	return err_set(err, code, "%.*s", STR_FMT(why));
}

int trail_refuse(struct trail *t, struct err *err, const char *check, const char *remedy,
		 const char *fmt, ...)
{
	va_list args;
	struct str why;

	va_start(args, fmt);
	why = format(t, fmt, args);
	va_end(args);
	return fail(t, err, ERR_DENIED, check, remedy, why);
}

int trail_unsure(struct trail *t, struct err *err, enum err_code code, const char *check,
		 const char *remedy, const char *fmt, ...)
{
	va_list args;
	struct str why;

	va_start(args, fmt);
	why = format(t, fmt, args);
	va_end(args);
	if (code == ERR_OK || code == ERR_DENIED)
		code = ERR_BUG;
	return fail(t, err, code, check, remedy, why);
}

static bool is_fault_of_the_signature(int r)
{
	return r == -ERR_DENIED || r == -ERR_FORMAT || r == -ERR_LIMIT || r == -ERR_UNSUPPORTED;
}

int trail_take(struct trail *t, struct err *err, int r, const char *check, const char *remedy,
	       const char *context)
{
	enum err_code code = is_fault_of_the_signature(r) ? ERR_DENIED : (enum err_code) - r;

	if (context)
		err_wrap(err, r, "%s", context);
	if (r >= 0)
		code = ERR_BUG;
	return fail(t, err, code, check, remedy, arena_str(t->arena, str_of(err->msg)));
}
