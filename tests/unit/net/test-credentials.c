/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "net/credentials.h"

static char dir[] = "/tmp/plimsoll-credentials-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(in_dir(name), "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(in_dir(name), mode), 0);
}

/* "user:password", "token <identity token>", "none" or the error's message. */
static const char *look(const char *file, const char *registry, const char *repository)
{
	static char text[ERR_MSG_MAX + 64];
	CLEANUP(credentials_done) struct credentials c = {0};
	struct err err = {0};
	int r = credentials_find(file ? in_dir(file) : NULL, str_of(registry), str_of(repository),
				 &c, &err);

	if (r < 0)
		(void)snprintf(text, sizeof text, "%s", err.msg);
	else if (r == 0)
		(void)snprintf(text, sizeof text, "none");
	else if (secret_is_set(&c.identity_token))
		(void)snprintf(text, sizeof text, "token %s", c.identity_token.p);
	else
		(void)snprintf(text, sizeof text, "%s:%s", c.user.p, c.password.p);
	return text;
}

static int setup(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	setenv("HOME", dir, 1);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("DOCKER_CONFIG");
	unsetenv("REGISTRY_AUTH_FILE");
	setenv("PATH", dir, 1);
	return 0;
}

/* dTpw = u:p, dTI6cDI= = u2:p2, aHViOmg= = hub:h */
TEST(the_longest_name_decides)
{
	write_file("auth.json",
		   "{\"auths\": {\"example.com\": {\"auth\": \"dTpw\"},"
		   "\"example.com/team\": {\"auth\": \"dTI6cDI=\"},"
		   "\"https://index.docker.io/v1/\": {\"auth\": \"aHViOmg=\"},"
		   "\"https://old.example.com/v2/\": {\"username\": \"a\", \"password\": \"b\"},"
		   "\"id.example.com\": {\"identitytoken\": \"idt\"},"
		   "\"empty.example.com\": {}}}",
		   0600);
	assert_string_equal(look("auth.json", "example.com", "app"), "u:p");
	assert_string_equal(look("auth.json", "example.com", "team/app"), "u2:p2");
	assert_string_equal(look("auth.json", "example.com", "teams/app"), "u:p");
	assert_string_equal(look("auth.json", "docker.io", "library/a"), "hub:h");
	assert_string_equal(look("auth.json", "old.example.com", "x"), "a:b");
	assert_string_equal(look("auth.json", "id.example.com", "x"), "token idt");
	assert_string_equal(look("auth.json", "empty.example.com", "x"), "none");
	assert_string_equal(look("auth.json", "example.com:5000", "app"), "none");
	assert_string_equal(look("auth.json", "evil.example.com", "example.com"), "none");
}

TEST(a_broken_file_is_an_error_that_shows_nothing_of_it)
{
	write_file("bad.json", "{\"auths\": {\"h\": {\"auth\": \"hunter2!\"}}}", 0600);
	assert_has(look("bad.json", "h", "x"), "credentials in ");
	assert_has(look("bad.json", "h", "x"), "not base64 of user:password");
	assert_null(strstr(look("bad.json", "h", "x"), "hunter2"));
	write_file("cut.json", "{", 0600);
	assert_has(look("cut.json", "h", "x"), "cut.json");
	assert_has(look("absent.json", "h", "x"), "absent.json");
}

TEST(looks_in_the_usual_files)
{
	assert_int_equal(mkdir(in_dir(".docker"), 0700), 0);
	write_file(".docker/config.json", "{\"auths\": {\"h\": {\"auth\": \"dTpw\"}}}", 0600);
	assert_string_equal(look(NULL, "h", "x"), "u:p");
	assert_int_equal(mkdir(in_dir(".config"), 0700), 0);
	assert_int_equal(mkdir(in_dir(".config/containers"), 0700), 0);
	write_file(".config/containers/auth.json", "{\"auths\": {\"h\": {\"auth\": \"dTI6cDI=\"}}}",
		   0600);
	assert_string_equal(look(NULL, "h", "x"), "u2:p2");
	assert_string_equal(look(NULL, "other", "x"), "none");
	setenv("REGISTRY_AUTH_FILE", in_dir("auth.json"), 1);
	assert_string_equal(look(NULL, "h", "x"), "none");
	unsetenv("REGISTRY_AUTH_FILE");
}

/* Answers for one server, says "not found" for others, and can go wrong. */
static const char helper[] =
	"#!/bin/sh\nread s\ncase \"$1 $s\" in\n"
	"'get h') echo '{\"ServerURL\":\"h\",\"Username\":\"hu\",\"Secret\":\"hp\"}';;\n"
	"'get t') echo '{\"Username\":\"<token>\",\"Secret\":\"idt\"}';;\n"
	"'get https://index.docker.io/v1/') echo '{\"Username\":\"d\",\"Secret\":\"e\"}';;\n"
	"'get junk') echo secret-junk;;\n"
	"'get broken') echo secret-junk; exit 3;;\n"
	"'get big') while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; "
	"done;;\n"
	"*) echo 'credentials not found in native keychain'; exit 1;;\nesac\n";

TEST(asks_helpers_without_a_shell)
{
	write_file("docker-credential-fake", helper, 0700);
	write_file("store.json",
		   "{\"auths\": {\"h\": {}}, \"credsStore\": \"fake\","
		   "\"credHelpers\": {\"own\": \"absent\", \"odd\": \"../x; true\"}}",
		   0600);
	assert_string_equal(look("store.json", "h", "x"), "hu:hp");
	assert_string_equal(look("store.json", "t", "x"), "token idt");
	assert_string_equal(look("store.json", "docker.io", "library/x"), "d:e");
	assert_string_equal(look("store.json", "nobody", "x"), "none");
	assert_has(look("store.json", "own", "x"), "docker-credential-absent: No such file");
	assert_has(look("store.json", "odd", "x"), "is no name of a credential helper");
	assert_has(look("store.json", "junk", "x"), "its answer is no JSON");
	assert_has(look("store.json", "broken", "x"), "exit status 3");
	assert_null(strstr(look("store.json", "broken", "x"), "secret-junk"));
	assert_has(look("store.json", "big", "x"), "printed more than 65536 bytes");
}

static int teardown(void **state)
{
	static const char *const names[] = {"auth.json",
					    "bad.json",
					    "cut.json",
					    "store.json",
					    "docker-credential-fake",
					    ".docker/config.json",
					    ".docker",
					    ".config/containers/auth.json",
					    ".config/containers",
					    ".config",
					    ""};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)remove(in_dir(names[i])); /* what a failed test did not make */
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_longest_name_decides),
		RUN(a_broken_file_is_an_error_that_shows_nothing_of_it),
		RUN(looks_in_the_usual_files),
		RUN(asks_helpers_without_a_shell),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
