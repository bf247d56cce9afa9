/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "trust/registries_d.h"

static const char example[] = "default-docker:\n"
			      "  lookaside: file:///default\n"
			      "docker:\n"
			      "  example.com:\n"
			      "    sigstore: https://old.example.com\n"
			      "    use-sigstore-attachments: true\n"
			      "  example.com/team:\n"
			      "    lookaside: https://new.example.com/x\n"
			      "    sigstore: https://not.example.com\n"
			      "    lookaside-staging: file:///staging\n"
			      "  example.com/team/off:\n"
			      "    use-sigstore-attachments: false\n"
			      "  '*.wild.example.com':\n"
			      "    lookaside: http://wild.example.com\n";

static const struct {
	const char *image;
	enum registries_d_use use;
	const char *base;
	bool attachments;
} rows[] = {
	{"busybox", REGISTRIES_D_READ, "file:///default", false},
	{"example.com/a:1", REGISTRIES_D_READ, "https://old.example.com", true},
	{"example.com/team/a:1", REGISTRIES_D_READ, "https://new.example.com/x", true},
	{"example.com/team/a:1", REGISTRIES_D_WRITE, "file:///staging", true},
	{"example.com/team/off:1", REGISTRIES_D_READ, "https://new.example.com/x", false},
	{"example.com/teams/a:1", REGISTRIES_D_READ, "https://old.example.com", true},
	{"a.wild.example.com/a:1", REGISTRIES_D_READ, "http://wild.example.com", false},
};

TEST(the_most_specific_scope_that_says_it_decides)
{
	CLEANUP(registries_d_freep) struct registries_d *d = NULL;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(registries_d_new(&d, NULL), 0);
	assert_int_equal(registries_d_add(d, "a.yaml", STR(example), NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct registries_d_place place;
		struct image_identity id;

		assert_int_equal(image_identity_parse(str_of(rows[i].image), &a, &id, NULL), 0);
		assert_int_equal(registries_d_find(d, &id, rows[i].use, &a, &place, NULL), 0);
		assert_str(place.base, rows[i].base);
		assert_int_equal(place.attachments, rows[i].attachments);
	}
	arena_done(&a);
}

TEST(nothing_said_is_no_error)
{
	static const char *const empty[] = {"", "# nothing\n", "docker:\n", "docker: {}\n",
					    "default-docker:\n"};

	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		CLEANUP(registries_d_freep) struct registries_d *d = NULL;
		struct registries_d_place place;
		struct image_identity id;
		struct arena a;

		arena_init(&a, 1 << 20);
		assert_int_equal(registries_d_new(&d, NULL), 0);
		assert_int_equal(registries_d_add(d, "a.yaml", str_of(empty[i]), NULL), 0);
		assert_int_equal(image_identity_parse(STR("busybox"), &a, &id, NULL), 0);
		assert_int_equal(registries_d_find(d, &id, REGISTRIES_D_READ, &a, &place, NULL), 0);
		assert_str(place.base, "");
		assert_false(place.attachments);
		arena_done(&a);
	}
}

TEST(what_is_wrong_is_told_with_file_and_line)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"dockers:\n", "a.yaml: line 1: is not known here: \"dockers\""},
		{"docker:\n  a:\n    look: x\n", "a.yaml: line 3: is not known here: \"look\""},
		{"docker:\n  a:\n    lookaside: ftp://x\n",
		 "a.yaml: line 3: expected a file:///, https:// or http:// address, not"},
		{"docker:\n  a:\n    lookaside: http://\n", "line 3"},
		{"docker:\n  a:\n    lookaside: http://x?y\n", "line 3"},
		{"docker:\n  a:\n    use-sigstore-attachments: maybe\n",
		 "expected true or false, not \"maybe\""},
		{"docker:\n  a: [1]\n", "expected settings"},
		{"docker: [1]\n", "expected scopes"},
		{"- a\n", "expected default-docker and docker"},
		{"docker:\n  example.com:\n    lookaside: http://x\n",
		 "another file too is about \"example.com\""},
		{"default-docker: {}\n", "another file too is about \"default-docker\""},
		{"docker:\n  a: {}\n  a: {}\n", "a.yaml"},
		{"docker: {}\n---\ndocker: {}\n", "more than one document"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CLEANUP(registries_d_freep) struct registries_d *d = NULL;
		struct err err = {0};

		assert_int_equal(registries_d_new(&d, NULL), 0);
		assert_int_equal(registries_d_add(d, "first.yaml", STR(example), NULL), 0);
		if (registries_d_add(d, "a.yaml", str_of(bad[i].text), &err) >= 0)
			fail_msg("taken: %s", bad[i].text);
		assert_has(err.msg, bad[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_most_specific_scope_that_says_it_decides),
		RUN(nothing_said_is_no_error),
		RUN(what_is_wrong_is_told_with_file_and_line),
	};

	return RUN_ALL(tests);
}
