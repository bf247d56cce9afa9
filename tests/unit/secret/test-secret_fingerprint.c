/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "secret/secret_fingerprint.h"

static const struct {
	const char *pattern, *value, *shown;
} rows[] = {
	{"ghp_[0-9A-Za-z]{36}", "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
	 "ghp_******** (40 characters)"},
	{"sk-(?:proj-)?[a-z]{20}", "sk-abcdefghijklmnopqrst", "sk-******** (23 characters)"},
	{"abx?[a-z]{16}", "abcdefghijklmnopqr", "ab******** (18 characters)"},
	{"a|b", "abcdefghijklmnopqr", "******** (18 characters)"},
	{"[a-z]{18}", "abcdefghijklmnopqr", "******** (18 characters)"},
	{"live_[a-z]{10}", "live_abcdefghij", "********"},
	{"glpat-[a-z]+", "glpat-abcdefghijkl", "glpa******** (18 characters)"},
	{"-----BEGIN [a-z]+", "-----BEGIN abcdefghijkl", "******** (23 characters)"},
	{"abcd[a-z]+", "xbcdabcdefghijkl", "******** (16 characters)"},
};

TEST(only_what_the_pattern_itself_says_is_shown)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct secret_rule rule = {.pattern = str_of(rows[i].pattern)};
		char text[SECRET_REDACTED_MAX];

		assert_str(secret_redact(&rule, str_of(rows[i].value), text), rows[i].shown);
	}
}

static char dir[] = "/tmp/plimsoll-test-XXXXXX";

static int in_temp(void **state)
{
	(void)state;
	return mkdtemp(dir) && setenv("XDG_DATA_HOME", dir, 1) == 0 ? 0 : -1;
}

static int out_temp(void **state)
{
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/plimsoll/secrets.key", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/plimsoll", dir);
	(void)rmdir(path);
	(void)snprintf(path, sizeof path, "%s/short", dir);
	(void)unlink(path);
	return rmdir(dir);
}

TEST(the_key_is_made_once_and_for_its_owner)
{
	CLEANUP(fingerprint_key_done) struct fingerprint_key first = {0}, second = {0};
	char path[64], a[SECRET_FINGERPRINT_MAX], b[SECRET_FINGERPRINT_MAX];
	struct stat st;
	uint64_t x, y;

	(void)snprintf(path, sizeof path, "%s/plimsoll/secrets.key", dir);
	assert_int_equal(fingerprint_key_open(NULL, &first, NULL), 0);
	assert_true(first.is_lasting);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fingerprint_key_open(NULL, &second, NULL), 0);
	assert_int_equal(fingerprint_key_hash(&first, &x, NULL), 0);
	assert_int_equal(fingerprint_key_hash(&second, &y, NULL), 0);
	assert_true(x == y);
	assert_int_equal(secret_fingerprint(&first, STR("r"), STR("v"), a, NULL), 0);
	assert_int_equal(secret_fingerprint(&second, STR("r"), STR("v"), b, NULL), 0);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), 16);
	assert_int_equal(secret_fingerprint(&second, STR("s"), STR("v"), b, NULL), 0);
	assert_string_not_equal(a, b);
}

TEST(a_key_file_has_to_be_long_enough)
{
	CLEANUP(fingerprint_key_done) struct fingerprint_key key = {0};
	struct err err = {0};
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/short", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs("fifteen bytes..", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_true(fingerprint_key_open(path, &key, &err) < 0);
	assert_has(err.msg, "16 to 4096 bytes");
	assert_true(fingerprint_key_open("/nowhere/key", &key, &err) < 0);
	assert_has(err.msg, "/nowhere/key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(only_what_the_pattern_itself_says_is_shown),
		RUN(the_key_is_made_once_and_for_its_owner),
		RUN(a_key_file_has_to_be_long_enough),
	};

	return cmocka_run_group_tests(tests, in_temp, out_temp);
}
