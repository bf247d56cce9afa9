/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "inventory/accounts.h"

struct root {
	const char *passwd, *shadow, *group; /* NULL: not there */
	struct str nul;			     /* instead of shadow */
	struct strbuf problems;		     /* "path: message\n" each */
	struct arena arena;
	struct vec accounts;
};

static bool get(void *ctx, struct str path, struct str *ret)
{
	const struct root *r = ctx;
	const char *text = str_is(path, "etc/passwd")	? r->passwd
			   : str_is(path, "etc/shadow") ? r->shadow
							: r->group;

	*ret = r->nul.n && str_is(path, "etc/shadow") ? r->nul : str_of(text);
	return text || (r->nul.n && str_is(path, "etc/shadow"));
}

static void problem(void *ctx, struct str path, const struct err *what)
{
	struct root *r = ctx;

	strbuf_addf(&r->problems, "%.*s: %s\n", STR_FMT(path), what->msg);
}

static void read(struct root *r)
{
	const struct distro_files files = {r, get, problem};

	arena_init(&r->arena, 1 << 20);
	r->problems = (struct strbuf)STRBUF_INIT(1 << 16);
	r->accounts = (struct vec)VEC_INIT(struct report_account, 16);
	assert_int_equal(accounts_read(&files, &r->arena, &r->accounts, NULL), 0);
}

static const struct report_account *at(const struct root *r, size_t i)
{
	const struct report_account *a = vec_at(&r->accounts, i);

	assert_non_null(a);
	return a;
}

static void done(struct root *r)
{
	vec_done(&r->accounts);
	strbuf_done(&r->problems);
	arena_done(&r->arena);
}

static const struct {
	const char *passwd, *shadow;
	enum password_state want;
} passwords[] = {
	{"a::1:1::/:/bin/sh\n", NULL, PASSWORD_EMPTY},
	{"a::1:1::/:/bin/sh\n", "a:!:1::::::\n", PASSWORD_EMPTY},
	{"a:x:1:1::/:/bin/sh\n", "a::1::::::\n", PASSWORD_EMPTY},
	{"a:x:1:1::/:/bin/sh\n", "a:*:1::::::\n", PASSWORD_LOCKED},
	{"a:x:1:1::/:/bin/sh\n", "a:!!:1::::::\n", PASSWORD_LOCKED},
	{"a:x:1:1::/:/bin/sh\n", "a:!$6$s$h:1::::::\n", PASSWORD_LOCKED},
	{"a:x:1:1::/:/bin/sh\n", "b::1::::::\n", PASSWORD_LOCKED},
	{"a:x:1:1::/:/bin/sh\n", NULL, PASSWORD_UNKNOWN},
	{"a:x:1:1::/:/bin/sh\n", "a:$6$salt$hash:1::::::\n", PASSWORD_SET},
	{"a:AbCdEfGhIjKlM:1:1::/:/bin/sh\n", NULL, PASSWORD_SET},
	{"a:x:1:1::/:/bin/sh\n", "a:!:1::::::\na::1::::::\n", PASSWORD_LOCKED},
	{"a:x:1:1::/:/bin/sh\n", "a:\n", PASSWORD_EMPTY},
};

TEST(a_password_is_what_passwd_and_shadow_say_together)
{
	for (size_t i = 0; i < ARRAY_LEN(passwords); i++) {
		struct root r = {.passwd = passwords[i].passwd, .shadow = passwords[i].shadow};

		read(&r);
		if (at(&r, 0)->password != passwords[i].want)
			fail_msg("row %zu: %d", i, (int)at(&r, 0)->password);
		done(&r);
	}
}

TEST(users_come_first_then_those_of_shadow_alone_then_groups)
{
	struct root r = {.passwd = "root:x:0:0:root:/root:/bin/bash\n# a comment\n+nis::::::\n",
			 .shadow = "root:*:1::::::\nghost::1::::::\n",
			 .group = "wheel:x:10:root,me\n"};

	read(&r);
	assert_int_equal(r.accounts.n, 3);
	assert_str(at(&r, 0)->name, "root");
	assert_str(at(&r, 0)->shell, "/bin/bash");
	assert_str(at(&r, 1)->name, "ghost");
	assert_false(at(&r, 1)->has_id);
	assert_int_equal(at(&r, 1)->line, 2);
	assert_str(at(&r, 1)->path, "etc/shadow");
	assert_true(at(&r, 2)->is_group);
	assert_int_equal(at(&r, 2)->id, 10);
	done(&r);
}

TEST(a_broken_line_says_where_and_the_rest_is_read)
{
	struct root r = {.passwd = "nonsense\na:x:one:1::/:/bin/sh\nb:x:2:2::/:/bin/sh\n"};

	read(&r);
	assert_int_equal(r.accounts.n, 2);
	assert_false(at(&r, 0)->has_id);
	assert_int_equal(at(&r, 1)->id, 2);
	assert_has(strbuf_cstr(&r.problems), "etc/passwd: line 1: expected \"NAME:PASSWORD:...\"\n"
					     "etc/passwd: line 2: the third field is no number\n");
	done(&r);
}

TEST(what_could_not_be_read_is_no_empty_password)
{
	struct root r = {.passwd = "a:x:1:1::/:/bin/sh\n", .nul = STR("\0\0\0\0")};

	read(&r);
	assert_int_equal(at(&r, 0)->password, PASSWORD_UNKNOWN);
	assert_has(strbuf_cstr(&r.problems), "etc/shadow: holds NUL bytes; not read");
	done(&r);
}

TEST(more_lines_than_there_may_be_are_told_once)
{
	struct strbuf sb = STRBUF_INIT(1 << 16);
	struct root r = {0};

	for (int i = 0; i < 40; i++)
		strbuf_addf(&sb, "u%d:x:%d:0::/:/bin/sh\n", i, i);
	r.passwd = strbuf_cstr(&sb);
	read(&r);
	assert_int_equal(r.accounts.n, 16);
	assert_string_equal(strbuf_cstr(&r.problems),
			    "etc/passwd: line 17: more than accounts; the rest is left out\n");
	done(&r);
	strbuf_done(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_password_is_what_passwd_and_shadow_say_together),
		RUN(users_come_first_then_those_of_shadow_alone_then_groups),
		RUN(a_broken_line_says_where_and_the_rest_is_read),
		RUN(what_could_not_be_read_is_no_empty_password),
		RUN(more_lines_than_there_may_be_are_told_once),
	};

	return RUN_ALL(tests);
}
