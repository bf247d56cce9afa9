/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/path.h"
#include "base/strbuf.h"
#include "scan/path_index.h"

static const struct {
	const char *path, *reader; /* NULL: no package database */
	bool is_directory;
} rows[] = {
	{"var/lib/dpkg/status", "dpkg", false},
	{"var/lib/dpkg/status", NULL, true},
	{"var/lib/dpkg/status.d/base", "dpkg_status_d", false},
	{"var/lib/dpkg/info/a.list", "dpkg_info", false},
	{"var/lib/dpkg/info/a.listing", NULL, false},
	{"x/var/lib/dpkg/status", NULL, false},
	{"lib/apk/db/installed", "apk", false},
	{"var/lib/rpm/Packages", "rpm-bdb", false},
	{"status", NULL, false},
	{"", NULL, false},
};

TEST(a_path_finds_its_reader_and_no_other)
{
	struct path_index *index = NULL;

	assert_int_equal(path_index_new(&index, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct want wants[WANTS_MAX];
		size_t n =
			path_index_match(index, str_of(rows[i].path), rows[i].is_directory, wants);
		const char *got = NULL;

		for (size_t k = 0; k < n; k++)
			if (wants[k].kind == WANT_PKGDB)
				got = wants[k].pkgdb->id;
		if (!got != !rows[i].reader || (got && strcmp(got, rows[i].reader) != 0))
			fail_msg("%s: %s", rows[i].path, got ? got : "nothing");
	}
	path_index_free(index);
}

/* What the index is a short cut for: every pattern against the path. */
static size_t match_all(const struct path_index *index, struct str path)
{
	struct want want;
	struct str text;
	size_t n = 0;

	for (size_t i = 0; path_index_pattern(index, i, &text, &want); i++)
		n += path_match(text, path) &&
		     !(want.kind == WANT_PKGDB && want.pkgdb->flags & PKGDB_DIRECTORY) &&
		     !(want.kind == WANT_MARK && want.mark->is_directory);
	return n < WANTS_MAX ? n : WANTS_MAX;
}

TEST(the_short_cut_finds_what_all_patterns_find)
{
	static const char *const fillers[] = {"a", "a.b", "x-1.0", "meta"};
	struct path_index *index = NULL;
	struct want want, wants[WANTS_MAX];
	struct str text;
	size_t n_hits = 0;

	assert_int_equal(path_index_new(&index, NULL), 0);
	for (size_t i = 0; path_index_pattern(index, i, &text, &want); i++)
		for (size_t f = 0; f < ARRAY_LEN(fillers); f++) {
			CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(4096);
			size_t n;

			for (size_t k = 0; k < text.n; k++) {
				if (text.p[k] != '*')
					strbuf_addc(&path, text.p[k] == '?' ? 'q' : text.p[k]);
				else if (k + 1 == text.n || text.p[k + 1] != '*')
					strbuf_adds(&path, fillers[f]);
			}
			n = path_index_match(index, strbuf_str(&path), false, wants);
			if (n != match_all(index, strbuf_str(&path)))
				fail_msg("%s: %zu", strbuf_cstr(&path), n);
			n_hits += n;
		}
	assert_true(n_hits > 100);
	path_index_free(index);
}

TEST(an_index_of_files_wants_exactly_these)
{
	static const struct str paths[] = {STR("etc/a"), STR("b*")};
	struct path_index *index = NULL;
	struct want wants[WANTS_MAX];

	assert_int_equal(path_index_of_files(paths, 2, &index, NULL), 0);
	assert_int_equal(path_index_match(index, STR("etc/a"), false, wants), 1);
	assert_int_equal(wants[0].kind, WANT_BYTES);
	assert_int_equal(path_index_match(index, STR("etc/b"), false, wants), 0);
	assert_int_equal(path_index_match(index, STR("b*"), false, wants), 1);
	path_index_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(a_path_finds_its_reader_and_no_other),
					   RUN(the_short_cut_finds_what_all_patterns_find),
					   RUN(an_index_of_files_wants_exactly_these)};

	return RUN_ALL(tests);
}
