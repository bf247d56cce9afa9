/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for every reader of the family, driven by its fixture tests/fixtures/pkgdb/<id>/:
 * root/ is a small root file system, expected.txt what the reader makes of it.
 * PLIMSOLL_UPDATE_GOLDEN=1 writes expected.txt anew.
 */
#include "tests/unit/inventory/fixture_root.h"

#include "base/path.h"

static bool matches(const struct pkgdb *db, struct str path)
{
	for (size_t i = 0; db->paths[i]; i++)
		if (path_match(str_of(db->paths[i]), path))
			return true;
	return false;
}

static void serve(struct recording *rec, const struct fixture_root *root)
{
	recording_init(rec);
	for (size_t i = 0; i < root->n; i++)
		recording_sibling(rec, root->files[i].path.p, root->files[i].bytes);
}

/* The fixture of a reader, empty when it has none of this shape. */
static bool load(struct fixture_root *root, const struct pkgdb *db)
{
	char below[128];

	(void)snprintf(below, sizeof below, "pkgdb/%s/root", db->id);
	return fixture_root_load(root, below);
}

static void put(struct strbuf *sb, const char *label, struct str value)
{
	if (value.n)
		strbuf_addf(sb, "  %s %.*s\n", label, STR_FMT(value));
}

static void put_list(struct strbuf *sb, const char *label, struct str_list list)
{
	for (size_t i = 0; i < list.n; i++)
		put(sb, label, list.p[i]);
}

static void render(struct strbuf *sb, const char *kind, const struct vec *records)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct package *p = vec_at(records, i);

		strbuf_addf(sb, "%s %.*s %.*s %.*s\n", kind, STR_FMT(p->type), STR_FMT(p->name),
			    STR_FMT(p->version));
		put(sb, "namespace", p->namespace);
		put(sb, "arch", p->arch);
		put(sb, "source", p->source_name);
		put(sb, "source version", p->source_version);
		put(sb, "vendor", p->vendor);
		put(sb, "modularity", p->modularity);
		put_list(sb, "licence", p->licenses);
		put_list(sb, "attribute", p->attributes);
		put_list(sb, "file", p->files);
	}
}

static void read_fixture(const struct pkgdb *db, const struct fixture_root *root,
			 struct recording *rec)
{
	struct err err = {0};

	for (size_t i = 0; i < root->n; i++)
		if (matches(db, root->files[i].path) &&
		    recording_parse(rec, db, root->files[i].path.p, root->files[i].bytes, &err) < 0)
			fail_msg("%s: %s", root->files[i].path.p, err.msg);
}

static void compare_with_golden(const struct pkgdb *db, struct arena *a, struct str got)
{
	char below[128];
	struct str path;

	(void)snprintf(below, sizeof below, "pkgdb/%s/expected.txt", db->id);
	path = fixture_path(a, below);
	if (getenv("PLIMSOLL_UPDATE_GOLDEN")) {
		FILE *out = fopen(path.p, "w");

		assert_non_null(out);
		assert_int_equal(fwrite(got.p, 1, got.n, out), got.n);
		assert_int_equal(fclose(out), 0);
	}
	assert_str(got, fixture_read(a, path.p).p);
}

TEST(the_table_is_sorted_and_complete)
{
	for (size_t i = 0; pkgdbs[i]; i++) {
		const struct pkgdb *db = pkgdbs[i];

		assert_true(i == 0 || strcmp(pkgdbs[i - 1]->id, db->id) < 0);
		assert_true(db->title && db->title[0] && db->spec && db->spec[0]);
		assert_true(db->paths && db->paths[0] && db->parse);
		assert_true(db->max_size <= LIMIT_PKGDB_BYTES);
		assert_ptr_equal(pkgdb_find(str_of(db->id)), db);
		for (size_t k = 0; db->paths[k]; k++)
			assert_true(db->paths[k][0] != '/');
	}
	assert_null(pkgdb_find(STR("no such reader")));
}

TEST(fixtures_give_the_expected_records)
{
	for (size_t i = 0; pkgdbs[i]; i++) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(LIMIT_JSON_BYTES);
		struct fixture_root root;
		struct recording rec;

		if (load(&root, pkgdbs[i])) {
			serve(&rec, &root);
			read_fixture(pkgdbs[i], &root, &rec);
			render(&got, "package", &rec.packages);
			render(&got, "fragment", &rec.fragments);
			assert_int_equal(rec.problems.n, 0);
			compare_with_golden(pkgdbs[i], &root.arena, strbuf_str(&got));
			recording_done(&rec);
		}
		fixture_root_done(&root);
	}
}

/* Bytes that were tampered with: any result will do, but the sink's checks and the sanitizers. */
static void parse_tampered(const struct pkgdb *db, const struct fixture_root *root,
			   const struct recorded_file *file, struct str bytes)
{
	struct err err = {0};
	struct recording rec;

	serve(&rec, root);
	if (recording_parse(&rec, db, file->path.p, bytes, &err) < 0)
		assert_true(err.code != ERR_OK && err.msg[0] != '\0');
	recording_done(&rec);
}

static void tamper_with(const struct pkgdb *db, const struct fixture_root *root,
			const struct recorded_file *file)
{
	static const char flips[] = {1, ' ', (char)0x80, (char)0xff};
	char *bytes = malloc(file->bytes.n + 1);

	assert_non_null(bytes);
	memcpy(bytes, file->bytes.p, file->bytes.n);
	for (size_t n = 0; n < file->bytes.n; n++) {
		parse_tampered(db, root, file, str_make(bytes, n));
		for (size_t k = 0; k < sizeof flips; k++) {
			bytes[n] ^= flips[k];
			parse_tampered(db, root, file, str_make(bytes, file->bytes.n));
			bytes[n] ^= flips[k];
		}
	}
	free(bytes);
}

TEST(any_flipped_byte_and_any_cut_is_survived)
{
	for (size_t i = 0; pkgdbs[i]; i++) {
		struct fixture_root root;

		if (load(&root, pkgdbs[i]))
			for (size_t k = 0; k < root.n; k++)
				if (matches(pkgdbs[i], root.files[k].path) &&
				    root.files[k].bytes.n <= 4096)
					tamper_with(pkgdbs[i], &root, &root.files[k]);
		fixture_root_done(&root);
	}
}

/* Fails the n-th allocation or sink call, for n from 1 until nothing fails any more. */
static void starve(const struct pkgdb *db, const struct fixture_root *root,
		   const struct recorded_file *file, bool sink_fails)
{
	int r = -1;

	for (size_t n = 1; r < 0; n++) {
		struct err err = {0};
		struct recording rec;

		serve(&rec, root);
		if (sink_fails)
			rec.fail_after = n;
		else
			arena_fail_after(&rec.scratch, n);
		r = recording_parse(&rec, db, file->path.p, file->bytes, &err);
		if (r < 0)
			assert_int_equal(r, sink_fails ? -ERR_LIMIT : -ERR_NOMEM);
		recording_done(&rec);
		assert_true(n < 10000);
	}
}

TEST(a_full_arena_or_sink_ends_the_file_with_that_error)
{
	for (size_t i = 0; pkgdbs[i]; i++) {
		struct fixture_root root;

		if (load(&root, pkgdbs[i])) {
			for (size_t k = 0; k < root.n; k++) {
				if (!matches(pkgdbs[i], root.files[k].path))
					continue;
				starve(pkgdbs[i], &root, &root.files[k], false);
				starve(pkgdbs[i], &root, &root.files[k], true);
			}
		}
		fixture_root_done(&root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_table_is_sorted_and_complete),
		RUN(fixtures_give_the_expected_records),
		RUN(any_flipped_byte_and_any_cut_is_survived),
		RUN(a_full_arena_or_sink_ends_the_file_with_that_error),
	};

	return RUN_ALL(tests);
}
