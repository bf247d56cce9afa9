/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "trust/image_identity.h"

static void check_scopes(const struct image_identity *id, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);
	struct str_list scopes;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(image_identity_scopes(id, &a, &scopes, NULL), 0);
	for (size_t i = 0; i < scopes.n; i++)
		strbuf_addf(&sb, "%s%.*s", i ? " " : "", STR_FMT(scopes.p[i]));
	assert_str(strbuf_str(&sb), want);
	arena_done(&a);
}

TEST(scopes_go_from_the_image_to_its_registry_and_its_domains)
{
	static const struct {
		const char *name, *scopes;
	} rows[] = {
		{"r.example.com:5000/team/app:1",
		 "r.example.com:5000/team/app:1 r.example.com:5000/team/app "
		 "r.example.com:5000/team r.example.com:5000 *.example.com:5000 *.com:5000"},
		{"busybox", "docker.io/library/busybox:latest docker.io/library/busybox "
			    "docker.io/library docker.io *.io"},
		{"localhost/app:2", "localhost/app:2 localhost/app localhost"},
		{"localhost/app@sha256:"
		 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		 "localhost/app@sha256:"
		 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef "
		 "localhost/app localhost"},
		{"localhost/app:3@sha256:"
		 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		 "localhost/app:3 localhost/app localhost"},
	};
	struct image_identity id;
	struct arena a;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		arena_init(&a, 1 << 20);
		assert_int_equal(image_identity_parse(str_of(rows[i].name), &a, &id, NULL), 0);
		check_scopes(&id, rows[i].scopes);
		arena_done(&a);
	}
}

TEST(scopes_of_a_directory_are_its_parents_without_the_root)
{
	struct image_identity layout = {
		.transport = STR("oci"), .path = STR("/a/b"), .choice = STR("1")};
	struct image_identity dir = {.transport = STR("dir"), .path = STR("/a/b/c")};
	struct image_identity archive = {.transport = STR("docker-archive")};

	check_scopes(&layout, "/a/b:1 /a/b /a");
	check_scopes(&dir, "/a/b/c /a/b /a");
	check_scopes(&archive, "");
}

TEST(a_scope_is_never_left_out_for_want_of_memory)
{
	struct image_identity id = {.transport = STR("dir"), .path = STR("/a/b/c")};

	for (size_t n = 1; n < 3; n++) {
		struct str_list scopes;
		struct arena a;
		int r;

		arena_init(&a, 1 << 20);
		arena_fail_after(&a, n);
		r = image_identity_scopes(&id, &a, &scopes, NULL);
		assert_true(r == -ERR_NOMEM || (r == 0 && scopes.n == 3));
		arena_done(&a);
	}
}

TEST(a_name_has_no_tag_that_was_not_written)
{
	struct image_name name, other;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(image_name_parse(STR("example.com:5000/app"), &a, &name, NULL), 0);
	assert_true(image_name_is_bare(&name));
	assert_int_equal(image_name_parse(STR("example.com:5000/app:latest"), &a, &other, NULL), 0);
	assert_str(other.tag, "latest");
	assert_false(image_name_same(&name, &other));
	assert_int_equal(image_name_parse(STR("Not/A/Name"), &a, &other, NULL), -ERR_USAGE);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(scopes_go_from_the_image_to_its_registry_and_its_domains),
		RUN(scopes_of_a_directory_are_its_parents_without_the_root),
		RUN(a_scope_is_never_left_out_for_want_of_memory),
		RUN(a_name_has_no_tag_that_was_not_written),
	};

	return RUN_ALL(tests);
}
