/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db_trust.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "tests/unit/vuln/database.h"

static char *path_of(const struct place *place, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/.local/share/plimsoll/%s", place->root, name) > 0);
	return path;
}

static void write_text(const char *path, const char *text)
{
	CLEANUP(fd_closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, str_of(text), NULL), 0);
}

static void pin(const struct place *place, uint64_t version, struct db_pin *ret)
{
	*ret = (struct db_pin){.has_key = true, .version = version};
	memset(ret->key.public_half, 'k', ED25519_KEY_BYTES);
	assert_int_equal(db_pin_write(place->dir, ret, NULL), 0);
}

TEST(a_pin_is_read_as_it_was_written_until_it_is_removed)
{
	struct place place;
	struct db_pin written, read;

	place_init(&place);
	assert_int_equal(mkdir(place.dir, 0700), 0);
	assert_int_equal(db_pin_read(place.dir, &read, NULL), 0);
	assert_false(read.has_key);
	assert_int_equal(db_pin_remove(place.dir, NULL), 0);
	pin(&place, UINT64_MAX, &written);
	assert_int_equal(db_pin_read(place.dir, &read, NULL), 0);
	assert_true(ed25519_same(&read.key, &written.key));
	assert_true(read.version == UINT64_MAX);
	assert_int_equal(db_pin_remove(place.dir, NULL), 0);
	assert_int_equal(db_pin_read(place.dir, &read, NULL), 0);
	assert_false(read.has_key || read.version);
	place_done(&place);
}

/* The path of the database stands in the file, behind the key. */
TEST(a_path_with_line_breaks_cannot_pass_for_a_key)
{
	static const char evil[] = "x\nkey AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
				   "version 0\n\x7f\\";
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);
	struct place place;
	struct db_pin written, read;
	size_t n_lines = 0;
	struct str rest, line;

	place_init(&place);
	char dir[sizeof place.root + sizeof evil];
	(void)snprintf(dir, sizeof dir, "%s/%s", place.root, evil);
	assert_int_equal(mkdir(dir, 0700), 0);
	written = (struct db_pin){.has_key = true, .version = 7};
	memset(written.key.public_half, 'k', ED25519_KEY_BYTES);
	assert_int_equal(db_pin_write(dir, &written, NULL), 0);
	assert_int_equal(db_pin_read(dir, &read, NULL), 0);
	assert_true(ed25519_same(&read.key, &written.key));
	assert_true(read.version == 7);
	CLEANUP(freep) char *path = db_pin_path(dir);
	assert_int_equal(file_read(path, &text, NULL), 0);
	rest = strbuf_str(&text);
	while (str_pull_line(&rest, &line))
		n_lines++;
	assert_int_equal(n_lines, 3);
	assert_has(strbuf_cstr(&text), "/x\\x0akey AAAA");
	assert_has(strbuf_cstr(&text), "\\x0aversion 0\\x0a\\x7f\\x5c\n");
	place_done(&place);
}

#define KEY "key a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=\n"

TEST(a_pin_that_is_not_as_it_was_written_is_refused_with_its_place)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", "no key or no version in it"},
		{KEY, "no key or no version in it"},
		{"version 1\n", "no key or no version in it"},
		{KEY "version 1\nversion 2\n", "line 3 is not what was written there"},
		{KEY KEY "version 1\n", "line 2 is not"},
		{KEY "version 1\ndirectory a\ndirectory b\n", "line 4 is not"},
		{KEY "version x\n", "line 2 is not"},
		{KEY "version -1\n", "line 2 is not"},
		{"key AAAA\nversion 1\n", "line 1 is not"},
		{KEY "version 1\nmore\n", "line 3 is not"},
	};
	struct place place;
	struct db_pin read;

	place_init(&place);
	assert_int_equal(mkdir(place.dir, 0700), 0);
	pin(&place, 1, &read);
	CLEANUP(freep) char *path = db_pin_path(place.dir);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		write_text(path, rows[i].text);
		assert_int_equal(db_pin_read(place.dir, &read, &err), -ERR_FORMAT);
		assert_has(err.msg, rows[i].words);
		assert_has(err.msg, path);
		assert_has(err.msg, "remove it to trust what is there now");
		assert_false(read.has_key);
	}
	write_text(path, KEY "version 1\ndirectory x\n");
	assert_int_equal(db_pin_read(place.dir, &read, NULL), 0);
	place_done(&place);
}

TEST(a_key_is_made_once_and_its_public_half_again_when_it_is_lost)
{
	struct place place;
	struct ed25519_key first = {0}, again = {0}, public_half = {0};
	struct err err = {0};
	struct stat st;

	place_init(&place);
	assert_int_equal(db_own_key(false, &first, &err), -ERR_NOT_FOUND);
	assert_int_equal(db_own_key(true, &first, NULL), 0);
	CLEANUP(freep) char *secret = path_of(&place, "keys/database.key");
	CLEANUP(freep) char *public_path = path_of(&place, "keys/database.pub");
	assert_int_equal(stat(secret, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(unlink(public_path), 0);
	assert_int_equal(db_own_key(true, &again, NULL), 0);
	assert_true(ed25519_same(&first, &again));
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(4096);
	assert_int_equal(file_read(public_path, &pem, NULL), 0);
	assert_int_equal(ed25519_parse(strbuf_str(&pem), &public_half, NULL), 0);
	assert_true(ed25519_same(&first, &public_half));
	write_text(secret, "");
	assert_int_equal(db_own_key(true, &again, &err), -ERR_FORMAT);
	assert_has(err.msg, secret);
	place_done(&place);
}

#define MAKERS 8

TEST(processes_that_make_a_key_at_once_make_one)
{
	struct place place;
	struct ed25519_key key = {0};
	pid_t pids[MAKERS];
	int out[2];

	place_init(&place);
	assert_int_equal(pipe(out), 0);
	for (size_t i = 0; i < MAKERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(db_own_key(true, &key, NULL) < 0 ||
			      write(out[1], key.public_half, ED25519_KEY_BYTES) < 0);
	}
	for (size_t i = 0; i < MAKERS; i++)
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	assert_int_equal(db_own_key(false, &key, NULL), 0);
	for (size_t i = 0; i < MAKERS; i++) {
		struct ed25519_key theirs = {0};

		assert_int_equal(read(out[0], theirs.public_half, ED25519_KEY_BYTES),
				 ED25519_KEY_BYTES);
		assert_true(ed25519_same(&key, &theirs));
	}
	(void)close(out[0]);
	(void)close(out[1]);
	place_done(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_pin_is_read_as_it_was_written_until_it_is_removed),
		RUN(a_path_with_line_breaks_cannot_pass_for_a_key),
		RUN(a_pin_that_is_not_as_it_was_written_is_refused_with_its_place),
		RUN(a_key_is_made_once_and_its_public_half_again_when_it_is_lost),
		RUN(processes_that_make_a_key_at_once_make_one),
	};

	return RUN_ALL(tests);
}
