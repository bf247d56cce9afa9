/* SPDX-License-Identifier: Apache-2.0 */
/* The store of a layout, written and read; registries are for tests/cli. */
#include "trust/artifact_store.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "tests/unit/test.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"

static char dir[64];
static struct artifact_store *store;
static struct arena arena;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static int setup(void **state)
{
	(void)snprintf(dir, sizeof dir, "/tmp/plimsoll-store-XXXXXX");
	assert_non_null(mkdtemp(dir));
	arena_init(&arena, LIMIT_FIELD_BYTES);
	assert_int_equal(artifact_store_layout(dir, true, &store, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	artifact_store_free(store);
	arena_done(&arena);
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void reopen(void)
{
	artifact_store_free(store);
	assert_int_equal(artifact_store_layout(dir, false, &store, NULL), 0);
}

static struct artifact put_bytes(const char *bytes)
{
	struct artifact d = {.media_type = STR("a/b")};

	assert_int_equal(artifact_store_put_bytes(store, str_of(bytes), &arena, &d, NULL), 0);
	return d;
}

/* subject: NULL for none. */
static struct str make_manifest(const char *text, const char *subject)
{
	struct artifact d = put_bytes(text);
	struct str about = STR("");

	if (subject)
		about = arena_strf(
			&arena, ",\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":1}",
			subject);
	return arena_strf(&arena,
			  "{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_TYPE
			  "\",\"config\":{\"mediaType\":\"a/b\",\"digest\":\"%.*s\",\"size\":%zu},"
			  "\"layers\":[]%.*s}",
			  STR_FMT(d.digest), (size_t)d.size, STR_FMT(about));
}

static void put(struct str bytes, const char *tag, char digest[DIGEST_TEXT_MAX])
{
	struct artifact_put p = {
		.bytes = bytes, .media_type = STR(MANIFEST_TYPE), .tag = str_of(tag)};

	struct err err = {0};

	if (artifact_store_put_manifest(store, &p, digest, &err) < 0)
		fail_msg("%s", err.msg);
}

static int get(const char *version, struct registry_manifest *ret, struct err *err)
{
	return artifact_store_manifest(store, str_of(version), ret, err);
}

static char *blob_path(struct str digest)
{
	return (char *)(uintptr_t)arena_strf(&arena, "%s/blobs/sha256/%.*s", dir,
					     STR_FMT(str_skip(digest, 7)))
		.p;
}

TEST(what_is_written_is_read)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100);
	struct str bytes = make_manifest("hello", NULL);
	struct artifact blob = put_bytes("hello");
	char digest[DIGEST_TEXT_MAX];

	put(bytes, "1.0", digest);
	reopen();
	assert_int_equal(get("1.0", &m, NULL), 0);
	assert_true(str_eq(strbuf_str(&m.bytes), bytes));
	assert_string_equal(m.digest, digest);
	assert_string_equal(m.media_type, MANIFEST_TYPE);
	assert_int_equal(get(digest, &m, NULL), 0);
	assert_int_equal(artifact_store_read_blob(store, &blob, &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "hello");
}

TEST(what_is_not_there_is_not_found_and_nothing_else_is)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct err err = {0};

	assert_int_equal(get("1.0", &m, &err), -ERR_NOT_FOUND);
	assert_has(err.msg, "there is no \"1.0\" in its index.json");
	assert_int_equal(get("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd"
			     "ef",
			     &m, &err),
			 -ERR_NOT_FOUND);
}

TEST(a_tag_moves_and_others_stay)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	char first[DIGEST_TEXT_MAX], second[DIGEST_TEXT_MAX];
	struct str_list tags;

	put(make_manifest("one", NULL), "a", first);
	put(make_manifest("one", NULL), "b", first);
	put(make_manifest("two", NULL), "a", second);
	assert_int_equal(get("a", &m, NULL), 0);
	assert_string_equal(m.digest, second);
	assert_int_equal(get("b", &m, NULL), 0);
	assert_string_equal(m.digest, first);
	assert_int_equal(artifact_store_tags(store, &arena, &tags, NULL), 0);
	assert_int_equal(tags.n, 2);
}

TEST(what_refers_to_a_digest_is_listed_once)
{
	char image[DIGEST_TEXT_MAX], about[DIGEST_TEXT_MAX];
	struct artifact_list list;
	bool known;

	put(make_manifest("image", NULL), "1", image);
	put(make_manifest("about", image), "", about);
	put(make_manifest("about", image), "", about);
	reopen();
	assert_int_equal(artifact_store_referrers(store, str_of(image), STR_NULL, &arena, &list,
						  &known, NULL),
			 0);
	assert_true(known);
	assert_int_equal(list.n, 1);
	assert_str(list.p[0].digest, about);
	assert_int_equal(artifact_store_referrers(store, str_of(about), STR_NULL, &arena, &list,
						  &known, NULL),
			 0);
	assert_int_equal(list.n, 0);
}

TEST(other_bytes_are_denied)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100);
	struct artifact blob = put_bytes("hello");
	struct str manifest = make_manifest("m", NULL);
	char digest[DIGEST_TEXT_MAX];
	struct err err = {0};
	FILE *f = fopen(blob_path(blob.digest), "w");

	assert_non_null(f);
	(void)fputs("jello", f);
	(void)fclose(f);
	assert_int_equal(artifact_store_read_blob(store, &blob, &sb, &err), -ERR_DENIED);
	assert_has(err.msg, "sha256:");
	put(manifest, "1", digest);
	f = fopen(blob_path(str_of(digest)), "a");
	assert_non_null(f);
	(void)fputs(" ", f);
	(void)fclose(f);
	assert_int_equal(get("1", &m, &err), -ERR_DENIED);
	assert_int_equal(get(digest, &m, &err), -ERR_DENIED);
}

TEST(a_blob_of_another_size_is_denied_and_a_large_one_a_limit)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(8);
	struct artifact blob = put_bytes("hello");
	struct err err = {0};

	blob.size = 4;
	assert_int_equal(artifact_store_read_blob(store, &blob, &sb, &err), -ERR_DENIED);
	assert_has(err.msg, "more than 4 bytes");
	strbuf_reset(&sb);
	blob.size = 6;
	assert_int_equal(artifact_store_read_blob(store, &blob, &sb, &err), -ERR_DENIED);
	assert_has(err.msg, "only 5 of 6 bytes");
	strbuf_reset(&sb);
	blob.size = 9;
	assert_int_equal(artifact_store_read_blob(store, &blob, &sb, &err), -ERR_LIMIT);
	assert_has(err.msg, "at most 8");
}

TEST(a_link_does_not_lead_out)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct artifact blob = put_bytes("hello");
	struct err err = {0};
	int r;

	assert_int_equal(unlink(blob_path(blob.digest)), 0);
	assert_int_equal(symlink("/etc/passwd", blob_path(blob.digest)), 0);
	blob.size = 1000;
	r = artifact_store_read_blob(store, &blob, &sb, &err);
	assert_int_equal(r, -ERR_NOT_FOUND); /* there is no /etc in the layout */
}

TEST(a_manifest_that_is_malformed_or_of_another_digest_is_not_written)
{
	struct artifact_put p = {.bytes = STR("{}"), .media_type = STR(MANIFEST_TYPE)};
	char digest[DIGEST_TEXT_MAX];
	struct err err = {0};

	assert_int_equal(artifact_store_put_manifest(store, &p, digest, &err), -ERR_FORMAT);
	p.bytes = make_manifest("x", NULL);
	p.digest = STR("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	assert_int_equal(artifact_store_put_manifest(store, &p, digest, &err), -ERR_DENIED);
}

TEST(two_entries_of_one_name_are_not_guessed_between)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	char one[DIGEST_TEXT_MAX], two[DIGEST_TEXT_MAX], *path;
	struct err err = {0};
	FILE *f;

	put(make_manifest("1", NULL), "", one);
	put(make_manifest("2", NULL), "", two);
	path = (char *)(uintptr_t)arena_strf(&arena, "%s/index.json", dir).p;
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("{\"schemaVersion\":2,\"manifests\":[", f);
	for (int i = 0; i < 2; i++)
		(void)fprintf(f,
			      "%s{\"mediaType\":\"" MANIFEST_TYPE
			      "\",\"size\":1,\"digest\":\"%s\",\"annotations\":{\"org."
			      "opencontainers.image.ref.name\":\"t\"}}",
			      i ? "," : "", i ? one : two);
	(void)fputs("]}", f);
	(void)fclose(f);
	reopen();
	assert_int_equal(get("t", &m, &err), -ERR_FORMAT);
	assert_has(err.msg, "several entries for \"t\"");
}

TEST(a_folder_that_is_no_layout_is_refused)
{
	struct artifact_store *other;
	char path[100];
	struct err err = {0};

	(void)snprintf(path, sizeof path, "%s/blobs", dir);
	assert_int_equal(artifact_store_layout(path, false, &other, &err), -ERR_NOT_FOUND);
	assert_has(err.msg, "oci-layout");
}

TEST(tags_of_digests_are_as_the_specification_has_them)
{
	char buf[ARTIFACT_TAG_MAX];
	char text[7 + 128 + 1] = "sha512:";

	memset(text + 7, 'a', 128);
	assert_str(artifact_digest_tag(STR("sha256:ab"), ".sig", buf), "sha256-ab.sig");
	assert_int_equal(artifact_digest_tag(str_of(text), "", buf).n, 7 + 64);
	assert_int_equal(artifact_digest_tag(STR("latest"), "", buf).n, 0);
}

#define RUN_FRESH(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_FRESH(what_is_written_is_read),
		RUN_FRESH(what_is_not_there_is_not_found_and_nothing_else_is),
		RUN_FRESH(a_tag_moves_and_others_stay),
		RUN_FRESH(what_refers_to_a_digest_is_listed_once),
		RUN_FRESH(other_bytes_are_denied),
		RUN_FRESH(a_blob_of_another_size_is_denied_and_a_large_one_a_limit),
		RUN_FRESH(a_link_does_not_lead_out),
		RUN_FRESH(a_manifest_that_is_malformed_or_of_another_digest_is_not_written),
		RUN_FRESH(two_entries_of_one_name_are_not_guessed_between),
		RUN_FRESH(a_folder_that_is_no_layout_is_refused),
		RUN(tags_of_digests_are_as_the_specification_has_them),
	};

	return RUN_ALL(tests);
}
