/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of versions for the tests of package/version.h.
 *
 *     assert_chain(VERSION_DEBIAN, "1~rc1 < 1 = 0:1 < 1-1");     every pair is compared, both ways
 *     assert_matches(VERSION_NPM, "^1.2", "1.2.0 1.9.9", "1.1.9 2.0.0");
 *     assert_valid(VERSION_DEBIAN, "1.0-1 0:1"); assert_invalid(VERSION_DEBIAN, "a:1");
 */
#pragma once

#include "package/version.h"
#include "tests/unit/test.h"

#define CHAIN_MAX 64

struct chain {
	struct str version[CHAIN_MAX];
	int rank[CHAIN_MAX]; /* equal ones share it */
	size_t n;
};

/* "''" stands for the empty version, "\s" is not needed: versions hold no blanks here. */
static inline struct str case_text(struct str word)
{
	return str_is(word, "''") ? STR("") : word;
}

static inline struct chain read_chain(const char *text)
{
	struct str rest = str_of(text), word;
	struct chain c = {0};
	int rank = 0;

	while (str_pull_word(&rest, &word)) {
		if (str_is(word, "=") || str_is(word, "<")) {
			rank += str_is(word, "<");
			continue;
		}
		assert_true(c.n < CHAIN_MAX);
		c.version[c.n] = case_text(word);
		c.rank[c.n++] = rank;
	}
	return c;
}

static inline int compare_or_fail(enum version_scheme scheme, struct str a, struct str b)
{
	struct err err = {0};
	int order = 7;

	if (version_compare(scheme, a, b, &order, &err) < 0)
		fail_msg("%.*s ? %.*s: %s", STR_FMT(a), STR_FMT(b), err.msg);
	return order;
}

static inline void assert_chain(enum version_scheme scheme, const char *text)
{
	struct chain c = read_chain(text);

	for (size_t i = 0; i < c.n; i++)
		for (size_t k = 0; k < c.n; k++) {
			int want = (c.rank[i] > c.rank[k]) - (c.rank[i] < c.rank[k]);
			int got = compare_or_fail(scheme, c.version[i], c.version[k]);

			if (got != want)
				fail_msg("\"%.*s\" and \"%.*s\": got %d, want %d",
					 STR_FMT(c.version[i]), STR_FMT(c.version[k]), got, want);
		}
}

static inline void assert_match(const struct version_range *range, const char *text,
				struct str version, bool want)
{
	struct err err = {0};
	bool inside = !want;

	if (version_range_match(range, version, &inside, &err) < 0)
		fail_msg("%s: %.*s: %s", text, STR_FMT(version), err.msg);
	if (inside != want)
		fail_msg("%.*s is %s %s", STR_FMT(version), want ? "not in" : "in", text);
}

static inline void assert_matches(enum version_scheme scheme, const char *text, const char *in,
				  const char *out)
{
	struct str inside = str_of(in), outside = str_of(out), version;
	struct version_range range;
	struct err err = {0};
	struct arena a;

	arena_init(&a, 1 << 20);
	if (version_range_parse(scheme, str_of(text), &a, &range, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	while (str_pull_word(&inside, &version))
		assert_match(&range, text, case_text(version), true);
	while (str_pull_word(&outside, &version))
		assert_match(&range, text, case_text(version), false);
	arena_done(&a);
}

/* The range is refused, and the message says so. */
static inline void assert_bad_range(enum version_scheme scheme, const char *text, const char *why)
{
	struct version_range range;
	struct err err = {0};
	struct arena a;

	arena_init(&a, 1 << 20);
	if (version_range_parse(scheme, str_of(text), &a, &range, &err) == 0)
		fail_msg("%s: taken", text);
	assert_has(err.msg, why);
	arena_done(&a);
}

static inline void assert_validity(enum version_scheme scheme, const char *versions, bool want)
{
	struct str rest = str_of(versions), word;
	struct err err = {0};

	while (str_pull_word(&rest, &word))
		if ((version_check(scheme, case_text(word), &err) == 0) != want)
			fail_msg("%.*s: %s", STR_FMT(word), want ? err.msg : "taken");
}

static inline void assert_valid(enum version_scheme scheme, const char *versions)
{
	assert_validity(scheme, versions, true);
}

static inline void assert_invalid(enum version_scheme scheme, const char *versions)
{
	assert_validity(scheme, versions, false);
}

/* `check` refuses it, and the message says so. */
static inline void assert_refused(enum version_scheme scheme, const char *version, const char *why)
{
	struct err err = {0};

	assert_int_equal(version_check(scheme, str_of(version), &err), -ERR_FORMAT);
	assert_has(err.msg, why);
}
