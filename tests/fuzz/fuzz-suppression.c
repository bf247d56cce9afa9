/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments that switch rules off: each line of the input as a comment about lines of its own, the
 * whole as BuildKit's directive, and as the YAML file that the comments stand in.
 *
 * Who switches a rule off is a tool that we know; the reason and the date are words of the input;
 * a comment about some lines says nothing of others.
 */
#include <assert.h>

#include "check/suppression.h"
#include "check/yaml_comments.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 16 * 1024 * 1024, NOW = 1767225600, FAR = 1000000 };

static const struct str codes[] = {{"DL3008", 6}, {"DS-0002", 7}, {"CKV_DOCKER_3", 12}};
static const struct rule rule = {.id = {"apt-pin", 7}, .codes = {codes, 3}};

static void assert_within(struct str part, struct str whole)
{
	assert(!part.n || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

static bool ask(const struct suppressions *s, struct str input, uint64_t line)
{
	static const char *const tools[] = {"plimsoll", "hadolint", "trivy",
					    "checkov",	"kics",	    "BuildKit"};
	struct judge_suppression found = suppressions_find(s, &rule, line, NOW);
	bool known = found.by.n == 0;

	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		known |= str_is(found.by, tools[i]);
	assert(known);
	assert(!found.until.n || found.until.n == strlen("2026-12-31"));
	assert_within(found.reason, input);
	assert_within(found.until, input);
	found = suppressions_find_code(s, STR("SC2086"), line, NOW);
	assert_within(found.reason, input);
	return found.by.n > 0;
}

/* Each on its own: what it says of its lines and of a line far away. */
static void look_at_line(struct str line, uint64_t n)
{
	struct suppressions one;
	bool here, there;

	suppressions_init(&one);
	assert(suppressions_add(&one, line, n, n + 1, NULL) == 0);
	here = ask(&one, line, n);
	there = ask(&one, line, FAR);
	assert(here || !there);
	assert(ask(&one, line, n + 1) == here);
	suppressions_done(&one);
}

static void look_at_file(struct str text)
{
	struct source_lines lines;
	struct suppressions s;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	suppressions_init(&s);
	if (source_lines_make(text, &a, &lines, NULL) == 0 &&
	    yaml_comments_read(&lines, &s, NULL) == 0)
		for (uint64_t i = 1; i <= lines.n && i < 32; i++)
			(void)ask(&s, text, i); /* asserts */
	suppressions_done(&s);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size), rest = text, line;
	struct suppressions s;

	for (uint64_t n = 1; str_pull_line(&rest, &line) && n < 64; n++)
		look_at_line(line, n);
	look_at_file(text);
	suppressions_init(&s);
	if (suppressions_add_check(&s, text, NULL) == 0)
		(void)ask(&s, text, 1); /* asserts */
	suppressions_done(&s);
	return 0;
}
