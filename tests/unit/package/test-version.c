/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "tests/unit/package/version_cases.h"

static enum version_scheme find(const char *name)
{
	enum version_scheme scheme = VERSION_SCHEMES;

	if (!version_scheme_find(str_of(name), &scheme))
		fail_msg("%s: no such scheme", name);
	return scheme;
}

TEST(schemes_are_found_by_any_name)
{
	assert_int_equal(find("debian"), VERSION_DEBIAN);
	assert_int_equal(find("deb"), VERSION_DEBIAN);
	assert_int_equal(find("Debian:12"), VERSION_DEBIAN);
	assert_int_equal(find("Rocky Linux:9"), VERSION_REDHAT);
	assert_int_equal(find("crates.io"), VERSION_CARGO);
	assert_int_equal(find("PyPI"), VERSION_PYPI);
	assert_false(version_scheme_find(STR("nosuch"), &(enum version_scheme){0}));
	assert_false(version_scheme_find(STR(""), &(enum version_scheme){0}));
	assert_false(version_scheme_find(STR(":12"), &(enum version_scheme){0}));
}

TEST(names_are_sorted_and_belong_to_one_scheme)
{
	struct str before = STR_NULL;

	for (int i = 0; i < VERSION_SCHEMES; i++) {
		enum version_scheme scheme = (enum version_scheme)i;
		struct str names = str_of(version_scheme_names(scheme)), name;

		assert_true(str_cmp(before, version_scheme_name(scheme)) < 0);
		before = version_scheme_name(scheme);
		while (str_pull_until(&names, ',', &name)) {
			enum version_scheme found = VERSION_SCHEMES;

			assert_true(version_scheme_find(name, &found));
			assert_int_equal(found, scheme);
		}
		assert_true(version_scheme_title(scheme)[0] && version_scheme_spec(scheme)[0]);
	}
}

static struct str long_version(char *buffer, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buffer[i] = i % 2 ? '.' : '1';
	return str_make(buffer, n);
}

TEST(a_version_beyond_the_limit_is_refused_by_name)
{
	static char buffer[LIMIT_VERSION_BYTES + 1];
	struct str v = long_version(buffer, sizeof buffer);

	for (int i = 0; i < VERSION_SCHEMES; i++) {
		enum version_scheme scheme = (enum version_scheme)i;
		struct err err = {0};
		int order;

		assert_int_equal(version_check(scheme, v, &err), -ERR_LIMIT);
		assert_has(err.msg, "version_bytes (1024)");
		assert_int_equal(version_compare(scheme, v, STR("1"), &order, NULL), -ERR_LIMIT);
		assert_int_equal(version_compare(scheme, STR("1"), v, &order, NULL), -ERR_LIMIT);
	}
}

TEST(the_longest_version_is_ordered)
{
	static char buffer[LIMIT_VERSION_BYTES];

	for (int i = 0; i < VERSION_SCHEMES; i++)
		for (size_t k = 0; k < 3; k++) {
			/* Alternating bytes make the most items, in any scheme. */
			static const char pairs[3][2] = {{'1', '.'}, {'1', 'a'}, {'1', '-'}};
			int order = 7;

			for (size_t j = 0; j < sizeof buffer - 1; j++)
				buffer[j] = pairs[k][j % 2];
			buffer[sizeof buffer - 1] = '1';
			if (version_compare((enum version_scheme)i, str_make(buffer, sizeof buffer),
					    str_make(buffer, sizeof buffer), &order, NULL) == 0)
				assert_int_equal(order, 0);
		}
}

/* A small generator of its own, so that every run sees the same versions. */
static unsigned next_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

static struct str make_version(const char *const *atoms, size_t n_atoms, unsigned *state,
			       char *buffer, size_t cap)
{
	size_t n = 1 + next_random(state) % 6, used = 0;

	for (size_t i = 0; i < n; i++) {
		const char *atom = atoms[next_random(state) % n_atoms];
		size_t length = strlen(atom);

		assert_true(used + length <= cap);
		memcpy(buffer + used, atom, length);
		used += length;
	}
	return str_make(buffer, used);
}

#define CORPUS 60

static size_t make_corpus(enum version_scheme scheme, const char *const *atoms, size_t n_atoms,
			  struct str *corpus)
{
	static char buffers[CORPUS][64];
	unsigned seed = (unsigned)scheme + 1;
	size_t n = 0;

	for (size_t i = 0; i < CORPUS; i++) {
		int order;

		corpus[n] = make_version(atoms, n_atoms, &seed, buffers[n], sizeof buffers[n]);
		n += version_compare(scheme, corpus[n], corpus[n], &order, NULL) == 0;
	}
	return n;
}

static void check_triple(enum version_scheme scheme, const int (*order)[CORPUS],
			 const struct str *v, size_t i, size_t k, size_t m)
{
	if (order[i][k] <= 0 && order[k][m] <= 0 &&
	    (order[i][m] > 0 || (order[i][m] == 0 && (order[i][k] || order[k][m]))))
		fail_msg("%s: %.*s, %.*s, %.*s", version_scheme_names(scheme), STR_FMT(v[i]),
			 STR_FMT(v[k]), STR_FMT(v[m]));
}

static void check_order(enum version_scheme scheme, const struct str *corpus, size_t n)
{
	static int order[CORPUS][CORPUS];

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			order[i][k] = compare_or_fail(scheme, corpus[i], corpus[k]);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			if (order[i][k] != -order[k][i] || (i == k && order[i][k]))
				fail_msg("%s: %.*s and %.*s", version_scheme_names(scheme),
					 STR_FMT(corpus[i]), STR_FMT(corpus[k]));
			for (size_t m = 0; m < n; m++)
				check_triple(scheme, order, corpus, i, k, m);
		}
}

/* vercmp(8) leaves a release out of the comparison that only one has: that is not transitive. */
TEST(the_order_of_each_scheme_is_total)
{
	static const char *const atoms[] = {"1",   "0",	   "2",	 "10",	  "01",	  ".",	   ".",
					    "-",   "a",	   "rc", "alpha", "_p",	  "~",	   "+",
					    "-r1", "_rc1", "1.", "2.0",	  ".dev", ".post", "^"};
	struct str corpus[CORPUS + 1];

	for (int i = 0; i < VERSION_SCHEMES; i++) {
		enum version_scheme scheme = (enum version_scheme)i;
		size_t n = make_corpus(scheme, atoms, ARRAY_LEN(atoms), corpus);

		if (scheme != VERSION_ALPM && scheme != VERSION_FUZZY)
			check_order(scheme, corpus, n);
	}
}

TEST(what_is_valid_can_be_ordered)
{
	static const char *const atoms[] = {"1", "0", "2", ".", ".", "-", "a", "rc1", "_p", "+"};
	for (int i = 0; i < VERSION_SCHEMES; i++) {
		enum version_scheme scheme = (enum version_scheme)i;
		static char buffer[64];
		unsigned seed = 99;

		for (int k = 0; k < 200; k++) {
			struct str v =
				make_version(atoms, ARRAY_LEN(atoms), &seed, buffer, sizeof buffer);

			if (version_check(scheme, v, NULL) == 0)
				assert_int_equal(compare_or_fail(scheme, v, v), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(schemes_are_found_by_any_name),
		RUN(names_are_sorted_and_belong_to_one_scheme),
		RUN(a_version_beyond_the_limit_is_refused_by_name),
		RUN(the_longest_version_is_ordered),
		RUN(the_order_of_each_scheme_is_total),
		RUN(what_is_valid_can_be_ordered),
	};

	return RUN_ALL(tests);
}
