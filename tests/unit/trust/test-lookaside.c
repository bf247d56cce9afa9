/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "trust/lookaside.h"

#define HEX    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX

struct place {
	char dir[64];
	struct arena arena;
	struct lookaside l;
};

static void set_up(struct place *p)
{
	memcpy(p->dir, "/tmp/lookaside-XXXXXX", 22);
	assert_non_null(mkdtemp(p->dir));
	arena_init(&p->arena, 1 << 24);
	p->l = (struct lookaside){.base = arena_strf(&p->arena, "file://%s/a%%20b", p->dir),
				  .repository = STR("team/app")};
}

static void tear_down(struct place *p)
{
	char path[512];

	for (int i = 1; i < 4; i++) {
		snprintf(path, sizeof path, "%s/a b/team/app@sha256=" HEX "/signature-%d", p->dir,
			 i);
		(void)unlink(path);
	}
	snprintf(path, sizeof path, "%s/a b/team/app@sha256=" HEX, p->dir);
	(void)rmdir(path);
	snprintf(path, sizeof path, "%s/a b/team", p->dir);
	(void)rmdir(path);
	snprintf(path, sizeof path, "%s/a b", p->dir);
	(void)rmdir(path);
	(void)rmdir(p->dir);
	arena_done(&p->arena);
}

TEST(what_is_added_is_read_in_order_and_nothing_is_overwritten)
{
	struct containers_signatures found = {0};
	struct place p;
	struct str path;
	struct stat st;

	set_up(&p);
	assert_int_equal(lookaside_read(&p.l, STR(DIGEST), &p.arena, &found, NULL), 0);
	assert_int_equal(found.n, 0);
	assert_int_equal(lookaside_add(&p.l, STR(DIGEST), STR("\xa3one"), &p.arena, &path, NULL),
			 0);
	assert_true(str_has_suffix(path, STR("a b/team/app@sha256=" HEX "/signature-1")));
	assert_int_equal(stat(path.p, &st), 0);
	assert_int_equal(lookaside_add(&p.l, STR(DIGEST), STR("\xa3two"), &p.arena, &path, NULL),
			 0);
	assert_int_equal(lookaside_read(&p.l, STR(DIGEST), &p.arena, &found, NULL), 0);
	assert_int_equal(found.n, 2);
	assert_str(found.p[0].payload, "\xa3one");
	assert_str(found.p[1].payload, "\xa3two");
	assert_str(found.p[1].where, "signature-2");
	tear_down(&p);
}

TEST(a_form_that_is_not_known_is_left_out_and_told)
{
	struct containers_signatures found = {0};
	struct place p;
	struct str path;

	set_up(&p);
	assert_int_equal(lookaside_add(&p.l, STR(DIGEST), STR("text"), &p.arena, &path, NULL), 0);
	assert_int_equal(lookaside_add(&p.l, STR(DIGEST), STR("\xa3two"), &p.arena, &path, NULL),
			 0);
	assert_int_equal(lookaside_read(&p.l, STR(DIGEST), &p.arena, &found, NULL), 0);
	assert_int_equal(found.n, 1);
	assert_str(found.p[0].where, "signature-2");
	assert_true(str_has_prefix(found.note, STR("signature-1: is no OpenPGP message")));
	tear_down(&p);
}

TEST(places_that_cannot_be_are_refused)
{
	static const struct {
		const char *base, *digest, *says;
		int r;
	} rows[] = {
		{"file:///tmp/%0", DIGEST, "a '%' without a byte behind it", -ERR_FORMAT},
		{"file:///tmp/%00", DIGEST, "a '%' without a byte behind it", -ERR_FORMAT},
		{"file:///tmp", "sha256:../..", "", -ERR_FORMAT},
		{"https://example.com", DIGEST, "the network is not to be used", -ERR_UNSUPPORTED},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lookaside l = {.base = str_of(rows[i].base), .repository = STR("a")};
		struct containers_signatures found = {0};
		struct err err = {0};
		struct arena a;

		arena_init(&a, 1 << 20);
		assert_int_equal(lookaside_read(&l, str_of(rows[i].digest), &a, &found, &err),
				 rows[i].r);
		assert_has(err.msg, rows[i].says);
		arena_done(&a);
	}
}

TEST(signatures_are_written_to_files_alone)
{
	struct lookaside l = {.base = STR("https://example.com"), .repository = STR("a")};
	struct err err = {0};
	struct str path;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(lookaside_add(&l, STR(DIGEST), STR("x"), &a, &path, &err),
			 -ERR_UNSUPPORTED);
	assert_has(err.msg, "lookaside-staging");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_added_is_read_in_order_and_nothing_is_overwritten),
		RUN(a_form_that_is_not_known_is_left_out_and_told),
		RUN(places_that_cannot_be_are_refused),
		RUN(signatures_are_written_to_files_alone),
	};

	return RUN_ALL(tests);
}
