/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db.h"

#include "base/limits.h"
#include "tests/unit/vuln/database.h"
#include "vuln/db_trust.h"

static void publish(struct place *place, const char *built, const char *text)
{
	struct err err = {0};

	if (place_publish(place, built, text, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Opens and verifies; the code, and the words in err. */
static int verify(const struct place *place, bool allow_older, struct err *err)
{
	struct db_options options = {.dir = place->dir, .allow_older = allow_older};
	CLEANUP(db_closep) struct db *db = NULL;
	int r = db_open(&options, &db, err);

	return r < 0 ? r : db_verify(db, err);
}

static void assert_refused(const struct place *place, int code, const char *words)
{
	struct err err = {0};

	assert_int_equal(verify(place, false, &err), -code);
	assert_has(err.msg, words);
}

/* The path of the first shard. */
static char *shard_path(const struct place *place)
{
	struct db_options options = {.dir = place->dir};
	CLEANUP(db_closep) struct db *db = NULL;
	char *path = NULL;

	assert_int_equal(db_open(&options, &db, NULL), 0);
	assert_true(asprintf(&path, "%s/%.*s", place->dir, STR_FMT(db_index(db)->shards[0].file)) >
		    0);
	return path;
}

static char *index_path(const struct place *place)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/index.json", place->dir) > 0);
	return path;
}

static void rewrite(const char *path, struct str bytes)
{
	CLEANUP(fd_closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, bytes, NULL), 0);
}

TEST(a_shard_with_any_byte_changed_is_refused_with_its_path)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(65536);
	struct place place;

	place_init(&place);
	publish(&place, "2026-01-01T00:00:00Z", "some bytes of a shard");
	assert_int_equal(verify(&place, false, NULL), 2);
	CLEANUP(freep) char *path = shard_path(&place);
	assert_int_equal(file_read(path, &bytes, NULL), 0);
	for (size_t i = 0; i < bytes.n; i++) {
		bytes.p[i] ^= 1;
		rewrite(path, strbuf_str(&bytes));
		assert_refused(&place, ERR_DENIED, path);
		bytes.p[i] ^= 1;
	}
	rewrite(path, strbuf_str(&bytes));
	assert_int_equal(verify(&place, false, NULL), 2);
	place_done(&place);
}

TEST(a_shard_of_another_size_is_refused_and_it_is_said_what_to_do)
{
	struct place place;

	place_init(&place);
	publish(&place, "2026-01-01T00:00:00Z", "abc");
	CLEANUP(freep) char *path = shard_path(&place);
	assert_int_equal(truncate(path, 5), 0);
	assert_refused(&place, ERR_DENIED, "was changed or cut short; plimsoll db update, or db");
	assert_int_equal(truncate(path, (off_t)1 << 40), 0); /* sparse: nobody reads its end */
	assert_refused(&place, ERR_DENIED, "(it has 1099511627776 bytes, in the index 12)");
	assert_int_equal(unlink(path), 0);
	assert_refused(&place, ERR_NOT_FOUND, "is missing; plimsoll db update, or db build");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(&place, ERR_FORMAT, "not a file");
	place_done(&place);
}

TEST(bytes_that_are_no_shard_are_refused_behind_a_digest_that_holds)
{
	struct db_options options = {0};
	struct place place;
	struct shard *shard;
	struct err err = {0};

	place_init(&place);
	publish(&place, "2026-01-01T00:00:00Z", "abc");
	options.dir = place.dir;
	CLEANUP(db_closep) struct db *db = NULL;
	assert_int_equal(db_open(&options, &db, NULL), 0);
	assert_int_equal(db_shard(db, STR("npm"), &shard, &err), -ERR_FORMAT);
	assert_has(err.msg, "file is not a database");
	assert_has(err.msg, "db/shards/npm-");
	assert_int_equal(db_shard(db, STR("pypi"), &shard, &err), 0);
	place_done(&place);
}

TEST(an_index_that_was_changed_is_refused_and_it_is_said_what_to_do)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct place place;

	place_init(&place);
	publish(&place, "2026-01-01T00:00:00Z", "abc");
	CLEANUP(freep) char *path = index_path(&place);
	assert_int_equal(file_read(path, &bytes, NULL), 0);
	rewrite(path, str_make(bytes.p, bytes.n / 2));
	assert_refused(&place, ERR_FORMAT, "changed or cut short: plimsoll db update, or db build");
	bytes.p[bytes.n / 2] ^= 1;
	rewrite(path, strbuf_str(&bytes));
	assert_refused(&place, ERR_DENIED, "changed or cut short: plimsoll db update, or db build");
	assert_int_equal(unlink(path), 0);
	assert_refused(&place, ERR_NOT_FOUND, "no vulnerability database at ");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(&place, ERR_FORMAT, "db/index.json: not a file");
	place_done(&place);
}

TEST(another_signer_is_refused_and_it_is_said_where_the_first_is_kept)
{
	struct place place;
	struct ed25519_key key = {0};
	struct db_pin pin;

	place_init(&place);
	publish(&place, "2026-01-01T00:00:00Z", "abc");
	assert_int_equal(db_pin_read(place.dir, &pin, NULL), 0);
	assert_int_equal(ed25519_generate(&key, NULL), 0);
	pin.key = key;
	assert_int_equal(db_pin_write(place.dir, &pin, NULL), 0);
	CLEANUP(freep) char *path = db_pin_path(place.dir);
	assert_refused(&place, ERR_DENIED, "signed with another key than is trusted");
	assert_refused(&place, ERR_DENIED, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(verify(&place, false, NULL), 2);
	place_done(&place);
}

TEST(an_older_index_is_refused_unless_it_is_asked_for)
{
	CLEANUP(strbuf_done) struct strbuf old = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct place place;

	place_init(&place);
	publish(&place, "2026-01-01T00:00:00Z", "one");
	CLEANUP(freep) char *path = index_path(&place);
	assert_int_equal(file_read(path, &old, NULL), 0);
	publish(&place, "2026-02-01T00:00:00Z", "two");
	rewrite(path, strbuf_str(&old));
	assert_refused(&place, ERR_DENIED, "index of version 1767225600, but version 1769904000");
	assert_int_equal(verify(&place, true, NULL), 2);
	assert_refused(&place, ERR_DENIED, "but version 1769904000"); /* not forgotten by that */
	place_done(&place);
}

TEST(a_file_for_a_directory_is_told)
{
	struct place place;

	place_init(&place);
	rewrite(place.dir, STR("x"));
	assert_refused(&place, ERR_USAGE, "is a file; a database is a directory");
	place_done(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_shard_with_any_byte_changed_is_refused_with_its_path),
		RUN(a_shard_of_another_size_is_refused_and_it_is_said_what_to_do),
		RUN(bytes_that_are_no_shard_are_refused_behind_a_digest_that_holds),
		RUN(an_index_that_was_changed_is_refused_and_it_is_said_what_to_do),
		RUN(another_signer_is_refused_and_it_is_said_where_the_first_is_kept),
		RUN(an_older_index_is_refused_unless_it_is_asked_for),
		RUN(a_file_for_a_directory_is_told),
	};

	return RUN_ALL(tests);
}
