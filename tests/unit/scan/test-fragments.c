/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "scan/fragments.h"

struct setting {
	struct arena temp, kept;
	struct fragments f;
};

static void setting_init(struct setting *s)
{
	arena_init(&s->temp, LIMIT_ARENA_BYTES);
	arena_init(&s->kept, LIMIT_ARENA_BYTES);
	fragments_init(&s->f, &s->temp, &s->kept);
}

static void setting_done(struct setting *s)
{
	fragments_done(&s->f);
	arena_done(&s->temp);
	arena_done(&s->kept);
}

static const struct str a_file[] = {STR("usr/bin/a")}, b_file[] = {STR("usr/bin/b")};
static const struct str mit[] = {STR("MIT")};

static const struct package parts[] = {
	{.type = STR("deb"), .name = STR("keel"), .arch = STR("amd64"), .files = {a_file, 1}},
	{.type = STR("deb"), .name = STR("keel"), .arch = STR("arm64"), .files = {b_file, 1}},
	{.type = STR("deb"), .name = STR("keel"), .licenses = {mit, 1}, .vendor = STR("us")},
	{.type = STR("rpm"), .name = STR("keel"), .files = {b_file, 1}},
	{.type = STR("deb"), .name = STR("mast"), .files = {b_file, 1}},
};

static const struct {
	const char *arch;
	size_t n_files, n_licenses;
} rows[] = {{"amd64", 1, 1}, {"arm64", 1, 1}, {"riscv64", 0, 1}, {"", 2, 1}};

TEST(a_fragment_goes_to_its_name_and_architecture)
{
	struct setting s;

	setting_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_int_equal(fragments_add(&s.f, &parts[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct package p = {.type = STR("deb"), .name = STR("keel")};

		p.arch = str_of(rows[i].arch);
		assert_int_equal(fragments_join(&s.f, &p, NULL), 0);
		assert_int_equal(p.files.n, rows[i].n_files);
		assert_int_equal(p.licenses.n, rows[i].n_licenses);
		assert_str(p.vendor, "us");
	}
	setting_done(&s);
}

TEST(what_a_package_says_itself_comes_first_and_stays)
{
	struct package p = {.type = STR("deb"),
			    .name = STR("keel"),
			    .arch = STR("amd64"),
			    .files = {b_file, 1},
			    .vendor = STR("them")};
	struct setting s;

	setting_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_int_equal(fragments_add(&s.f, &parts[i]), 0);
	assert_int_equal(fragments_join(&s.f, &p, NULL), 0);
	assert_int_equal(p.files.n, 2);
	assert_str(p.files.p[0], "usr/bin/b");
	assert_str(p.files.p[1], "usr/bin/a");
	assert_str(p.vendor, "them");
	setting_done(&s);
}

TEST(many_packages_of_one_name_share_one_list)
{
	struct setting s;
	const struct str *first = NULL;

	setting_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_int_equal(fragments_add(&s.f, &parts[i]), 0);
	for (int i = 0; i < 1000; i++) {
		struct package p = {.type = STR("deb"), .name = STR("keel")};

		assert_int_equal(fragments_join(&s.f, &p, NULL), 0);
		first = first ? first : p.files.p;
		assert_ptr_equal(p.files.p, first);
	}
	assert_int_equal(s.f.joined, 2);
	setting_done(&s);
}

TEST(joined_lists_end_at_package_files)
{
	CLEANUP(freep) struct str *many = calloc(1 << 20, sizeof *many);
	struct package part = {.type = STR("deb"), .name = STR("keel")};
	struct package p = {.type = STR("deb"), .name = STR("keel"), .files = {a_file, 1}};
	struct setting s;
	struct err err = {0};
	int r = 0;

	assert_non_null(many);
	setting_init(&s);
	part.files = (struct str_list){many, 1 << 20};
	assert_int_equal(fragments_add(&s.f, &part), 0);
	for (int i = 0; i < 17 && r == 0; i++) {
		p.files = (struct str_list){a_file, 1};
		r = fragments_join(&s.f, &p, &err);
	}
	assert_int_equal(r, -ERR_LIMIT);
	assert_has(err.msg, "package_files");
	assert_int_equal(p.files.n, 1);
	setting_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_fragment_goes_to_its_name_and_architecture),
		RUN(what_a_package_says_itself_comes_first_and_stays),
		RUN(many_packages_of_one_name_share_one_list),
		RUN(joined_lists_end_at_package_files),
	};

	return RUN_ALL(tests);
}
