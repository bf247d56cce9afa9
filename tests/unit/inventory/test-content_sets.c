/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/limits.h"
#include "inventory/content_sets.h"
#include "tests/unit/test.h"

static const char dockerfile[] = "FROM sha256:abc\n"
				 "ARG BASE=ubi8\n"
				 "ENV COMPONENT ${BASE}-container\n"
				 "# a comment\n"
				 "LABEL maintainer=\"Example, Inc.\"\n"
				 "LABEL com.redhat.component=\"$COMPONENT\" \\\n"
				 "# inside\n"
				 "      name='ubi8' \\\n"
				 "      version=\"9.9\"\n"
				 "RUN echo version=1\n"
				 "label \"release\"=\"1\" \"architecture\"=\"x86_64\"\n";

static const struct {
	const char *path, *text, *sets, *nvr, *arch;
} rows[] = {
	{"root/buildinfo/content_manifests/ubi8-container-8.3-227.json",
	 "{\"metadata\": {\"icm_version\": 1}, \"content_sets\": [\"rhel-8-baseos\", "
	 "\"rhel-8-app\"],"
	 " \"image_contents\": []}",
	 "rhel-8-baseos,rhel-8-app,", "ubi8-container-8.3-227", ""},
	{"usr/share/buildinfo/content-sets.json", "{\"content_sets\": [\"a\"]}", "a,", "", ""},
	{"root/buildinfo/content_manifests/content-sets.json", "{\"content_sets\": []}", "", "",
	 ""},
	{"root/buildinfo/labels.json",
	 "{\"com.redhat.component\": \"ubi9-container\", \"version\": \"9.4\", \"release\": "
	 "\"1214\","
	 " \"architecture\": \"s390x\"}",
	 "", "ubi9-container-9.4-1214", "s390x"},
	{"usr/share/buildinfo/labels.json", "{\"architecture\": \"x86_64\"}", "", "", "x86_64"},
	{"root/buildinfo/Dockerfile-ubi8-8.3-227", dockerfile, "", "ubi8-container-8.3-227",
	 "x86_64"},
	{"root/buildinfo/Dockerfile-x", dockerfile, "", "ubi8-container-9.9-1", "x86_64"},
	{"root/buildinfo/Dockerfile-x-1-2", "ENV ab=c d=${ab} ${\nLABEL architecture=${", "", "",
	 ""},
	{"root/buildinfo/Dockerfile-x-1-2", "LABEL =\n$ \\", "", "", ""},
};

TEST(files_of_red_hat_images_are_understood)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct content_sets cs;
		struct arena arena;
		struct str want = str_of(rows[i].sets), part;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		assert_true(content_sets_is_path(str_of(rows[i].path)));
		assert_int_equal(content_sets_parse(str_of(rows[i].path), str_of(rows[i].text),
						    &arena, &cs, NULL),
				 0);
		for (size_t j = 0; j < cs.sets.n; j++) {
			assert_true(str_pull_until(&want, ',', &part));
			assert_true(str_eq(cs.sets.p[j], part));
		}
		assert_int_equal(want.n, 0);
		assert_str(cs.nvr, rows[i].nvr);
		assert_str(cs.arch, rows[i].arch);
		arena_done(&arena);
	}
}

static const struct {
	const char *path, *text, *message;
} bad_rows[] = {
	{"usr/share/buildinfo/content-sets.json", "{\"content_sets\": {}}",
	 "content_sets is no list"},
	{"usr/share/buildinfo/content-sets.json", "{\"content_sets\": [\"a\", 7]}",
	 "content_sets[1] is no name"},
	{"root/buildinfo/labels.json", "[]", "labels are no map"},
	{"root/buildinfo/labels.json", "{", "line 1"},
	{"root/buildinfo/Dockerfile-x",
	 "ENV A=0123456789abcdef\nENV A=$A$A$A$A$A$A$A$A A=$A$A$A$A$A$A$A$A A=$A$A$A$A$A$A$A$A\n"
	 "ENV A=$A$A$A$A$A$A$A$A\nLABEL version=$A\n",
	 "label version of 65536 bytes"},
};

TEST(what_is_wrong_is_said)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		struct content_sets cs = {.nvr = STR("untouched")};
		struct err err = {0};
		struct arena arena;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		assert_true(content_sets_parse(str_of(bad_rows[i].path), str_of(bad_rows[i].text),
					       &arena, &cs, &err) < 0);
		assert_has(err.msg, bad_rows[i].message);
		assert_str(cs.nvr, "untouched");
		arena_done(&arena);
	}
}

TEST(merging_fills_the_gaps)
{
	static const struct str set = {"a", 1};
	struct content_sets into = {.nvr = STR("x-1-1")};
	struct content_sets from = {.sets = {&set, 1}, .nvr = STR("y-1-1"), .arch = STR("arm64")};

	content_sets_merge(&into, &from);
	assert_int_equal(into.sets.n, 1);
	assert_str(into.nvr, "x-1-1");
	assert_str(into.arch, "arm64");
	assert_false(content_sets_is_path(STR("root/buildinfo/other")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(files_of_red_hat_images_are_understood),
		RUN(what_is_wrong_is_said),
		RUN(merging_fills_the_gaps),
	};
	return RUN_ALL(tests);
}
